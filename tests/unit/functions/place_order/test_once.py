"""One Idempotency-Key, one order; the last piece, sold once; and no two orders that wait for each other."""

from collections import Counter

import pytest

from tests.together import at_once
from tests.unit.functions.conftest import ACCOUNT_ID, CARD, OTHER_ACCOUNT_ID, Function, Reply, Shop
from tests.waiting import wait_until


@pytest.fixture
def place_order(paying_shop: Shop) -> Function:
    return paying_shop.function("place_order")


def body(*lines: tuple[str, int], card: str = CARD) -> dict[str, object]:
    return {"items": [{"sku": sku, "quantity": pieces} for sku, pieces in lines], "payment": {"card": card}}


def send(client: Function, shop: Shop, content: object, key: str | None, account_id: str = ACCOUNT_ID) -> Reply:
    headers = {"Authorization": f"Bearer {shop.token(account_id)}"}
    if key is not None:
        headers["Idempotency-Key"] = key
    return client.post("/api/orders", json=content, headers=headers)


def insist(client: Function, shop: Shop, content: object, key: str) -> Reply:
    """Send it again, as a client with a key may, while the machine is too busy to answer in time."""
    answers: list[Reply] = []

    def answered() -> bool:
        answers.append(send(client, shop, content, key))
        return answers[-1].status_code != 503

    wait_until(answered, 30, "an answer that is none of 503")
    return answers[-1]


def sold(shop: Shop) -> object:
    return shop.value("SELECT coalesce(sum(quantity), 0)::int FROM orders.lines")


def test_fifty_requests_with_one_key_are_one_order_and_get_one_answer(shop: Shop, place_order: Function) -> None:
    shop.stock({"A": 100})
    answers = at_once([lambda: insist(place_order, shop, body(("A", 2)), "the-key")] * 50)
    assert Counter(answer.status_code for answer in answers) == {201: 50}
    assert len({answer.data for answer in answers}) == 1
    assert len({answer.headers["Location"] for answer in answers}) == 1
    assert shop.value("SELECT count(*) FROM orders.orders") == 1
    assert shop.value("SELECT count(*) FROM orders.outbox WHERE type = 'zerocart.order.placed.v1'") == 1
    assert shop.value("SELECT count(*) FROM payments.ledger") == 1
    assert shop.value("SELECT available FROM catalog.products") == 98


def test_the_same_key_gets_the_same_answer_later_though_the_catalogue_moved_on(
    shop: Shop, place_order: Function
) -> None:
    shop.stock({"A": 2})
    first = send(place_order, shop, body(("A", 2)), "the-key")
    shop.rows("UPDATE catalog.products SET price_minor = 999, name = 'Another'")
    again = send(place_order, shop, body(("A", 2)), "the-key")
    assert (again.status_code, again.data, again.content_type) == (201, first.data, "application/json")
    assert again.headers["Location"] == first.headers["Location"]
    assert again.headers["x-trace-id"] != first.headers["x-trace-id"]


def test_the_same_body_in_another_layout_is_the_same_body(shop: Shop, place_order: Function) -> None:
    shop.stock({"A": 10})
    first = send(place_order, shop, body(("A", 2)), "the-key")
    text = f'{{ "payment": {{"card":"{CARD}"}},\n "items":[{{"quantity":2,"sku":"\\u0041"}}] }}'
    headers = {"Authorization": f"Bearer {shop.token()}", "Idempotency-Key": "the-key"}
    again = place_order.post("/api/orders", data=text, content_type="application/json", headers=headers)
    assert (again.status_code, again.data) == (201, first.data)


@pytest.mark.parametrize("other", [body(("A", 3)), body(("B", 2)), body(("A", 2), card="4000000000000002")])
def test_the_same_key_with_another_body_is_refused(shop: Shop, place_order: Function, other: dict[str, object]) -> None:
    shop.stock({"A": 10, "B": 10})
    send(place_order, shop, body(("A", 2)), "the-key")
    refused = send(place_order, shop, other, "the-key")
    assert (refused.status_code, refused.json["type"]) == (422, "unprocessable")
    assert sold(shop) == 2


def test_two_accounts_may_use_the_same_key(shop: Shop, place_order: Function) -> None:
    shop.stock({"A": 10})
    mine = send(place_order, shop, body(("A", 2)), "the-key")
    theirs = send(place_order, shop, body(("A", 2)), "the-key", OTHER_ACCOUNT_ID)
    assert (mine.status_code, theirs.status_code) == (201, 201)
    assert mine.json["id"] != theirs.json["id"]


def test_a_refusal_is_not_remembered(shop: Shop, place_order: Function) -> None:
    shop.stock({"A": 1})
    assert send(place_order, shop, body(("A", 2)), "the-key").status_code == 409
    shop.rows("UPDATE catalog.products SET available = 2")
    assert send(place_order, shop, body(("A", 2)), "the-key").status_code == 201


@pytest.mark.parametrize("key", [None, "", " ", "two words", "é", "a" * 256])
def test_an_order_without_a_key_that_counts_is_refused(shop: Shop, place_order: Function, key: str | None) -> None:
    shop.stock({"A": 10})
    response = send(place_order, shop, body(("A", 2)), key)
    assert (response.status_code, response.json["type"]) == (400, "malformed-request")
    assert "Idempotency-Key" in response.json["detail"]
    assert send(place_order, shop, body(("A", 2)), "~" * 255).status_code == 201


def test_the_last_piece_is_sold_once_however_many_want_it(shop: Shop, place_order: Function) -> None:
    shop.stock({"A": 3})
    answers = at_once([lambda key=f"key-{turn}": send(place_order, shop, body(("A", 1)), key) for turn in range(30)])  # type: ignore[misc]
    assert Counter(answer.status_code for answer in answers) == {201: 3, 409: 27}
    assert (shop.value("SELECT available FROM catalog.products"), sold(shop)) == (0, 3)


def test_orders_whose_skus_cross_all_come_through(shop: Shop, place_order: Function) -> None:
    goods = ["A", "B", "C", "D", "E", "F"]
    shop.stock(dict.fromkeys(goods, 1000))

    def order(turn: int) -> Reply:
        crossing = goods if turn % 2 else goods[::-1]
        return send(place_order, shop, body(*((sku, 1) for sku in crossing)), f"key-{turn}")

    answers = at_once([lambda turn=turn: order(turn) for turn in range(40)])  # type: ignore[misc]
    assert Counter(answer.status_code for answer in answers) == {201: 40}
    assert shop.rows("SELECT DISTINCT available FROM catalog.products") == [(960,)]


def test_stock_at_the_start_is_stock_now_and_units_sold(shop: Shop, place_order: Function) -> None:
    shop.stock({"A": 40, "B": 25, "C": 7})

    def order(turn: int) -> Reply:
        lines = [("ABC"[(turn + step) % 3], 1 + turn % 3) for step in range(1 + turn % 2)]
        return send(place_order, shop, body(*lines), f"key-{turn % 35}")  # some keys twice, with the same body or not

    at_once([lambda turn=turn: order(turn) for turn in range(50)])  # type: ignore[misc]
    left = shop.value("SELECT sum(available)::int FROM catalog.products")
    assert isinstance(left, int)
    assert left + int(str(sold(shop))) == 72
    assert shop.value("SELECT count(*) FROM orders.orders") == shop.value(
        "SELECT count(*) FROM orders.idempotency_keys"
    )
