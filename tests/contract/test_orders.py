"""/api/orders: placed once, from what is in stock, paid, read, listed and cancelled by whom it belongs to."""

import base64
import json
import uuid
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.contract.conftest import CARD, Customer, Door, Reply, join
from tests.waiting import wait_until

Goods = list[dict[str, object]]
DECLINED_CARD, LATE_CARD = "4000000000000002", "4000000000009995"


def body(*lines: tuple[object, int]) -> dict[str, object]:
    return {"items": [{"sku": sku, "quantity": pieces} for sku, pieces in lines], "payment": {"card": CARD}}


def order(door: Door, customer: Customer, content: object, key: str) -> Reply:
    return door.post("/api/orders", content, headers={"Idempotency-Key": key}, token=customer.token)


def test_an_order_is_201_with_its_place_and_its_sum(door: Door, customer: Customer, goods: Goods, key: str) -> None:
    first, second = goods[:2]
    reply = order(door, customer, body((first["sku"], 2), (second["sku"], 1)), key)
    assert reply.status == 201
    assert reply.headers["Location"] == f"/api/orders/{reply.text('id')}"
    assert set(reply.json) == {"id", "status", "items", "total", "placed_at"}
    assert reply.json["status"] in {"placed", "paid", "payment_pending"}
    lines = reply.objects("items")
    assert [set(line) for line in lines] == [{"sku", "name", "quantity", "unit_price", "line_total"}] * 2
    assert [(line["sku"], line["quantity"]) for line in lines] == [(first["sku"], 2), (second["sku"], 1)]
    amounts = []
    for line, good in zip(lines, (first, second), strict=True):
        price, total, pieces = good["price"], line["line_total"], line["quantity"]
        assert isinstance(price, dict)
        assert isinstance(total, dict)
        assert isinstance(pieces, int)
        assert line["unit_price"] == price
        assert total == {"amount": price["amount"] * pieces, "currency": "GBP"}
        amounts.append(total["amount"])
    assert reply.json["total"] == {"amount": sum(amounts), "currency": "GBP"}
    assert reply.text("placed_at").endswith("Z")


def test_the_same_key_and_body_get_the_same_order(door: Door, customer: Customer, goods: Goods, key: str) -> None:
    content = body((goods[0]["sku"], 1))
    first, again = (order(door, customer, content, key) for _ in range(2))
    assert again.status in {200, 201}
    assert again.json == first.json
    assert again.headers["Location"] == first.headers["Location"]


def test_fifty_at_once_with_one_key_are_one_order(door: Door, customer: Customer, goods: Goods, key: str) -> None:
    content = body((goods[0]["sku"], 1))

    def call(_turn: int) -> Reply:
        reply = order(door, customer, content, key)
        for _ in range(10):  # an answer of 503 says nothing of the order, so the same key asks again
            if reply.status != 503:
                break
            reply = order(door, customer, content, key)
        return reply

    with ThreadPoolExecutor(50) as threads:
        replies = list(threads.map(call, range(50)))
    assert {reply.status for reply in replies} <= {200, 201}
    assert len({reply.text("id") for reply in replies}) == 1


def test_the_same_key_with_another_body_is_422(door: Door, customer: Customer, goods: Goods, key: str) -> None:
    assert order(door, customer, body((goods[0]["sku"], 1)), key).status == 201
    assert order(door, customer, body((goods[0]["sku"], 2)), key).status == 422


def test_two_customers_may_use_the_same_key(door: Door, customer: Customer, goods: Goods, key: str) -> None:
    replies = [order(door, who, body((goods[0]["sku"], 1)), key) for who in (customer, join(door))]
    assert [reply.status for reply in replies] == [201, 201]
    assert replies[0].text("id") != replies[1].text("id")


@pytest.mark.parametrize("headers", [{}, {"Idempotency-Key": ""}, {"Idempotency-Key": "x" * 256}])
def test_without_a_key_it_is_400(door: Door, customer: Customer, goods: Goods, headers: Mapping[str, str]) -> None:
    reply = door.post("/api/orders", body((goods[0]["sku"], 1)), headers=headers, token=customer.token)
    assert (reply.status, reply.json["type"]) == (400, "malformed-request")


def test_more_than_there_is_is_409_and_names_the_skus(door: Door, customer: Customer, goods: Goods, key: str) -> None:
    scarce = [good for good in goods if isinstance(good["available"], int) and good["available"] <= 10_000][:2]
    assert scarce, "the shop must have a product with at most 10,000 pieces"
    skus = [good["sku"] for good in scarce]
    # So that less than the most that can be ordered is left.
    assert order(door, customer, body(*((sku, 1) for sku in skus)), f"{key}-first").status == 201
    reply = order(door, customer, body(*((sku, 10_000) for sku in skus)), key)
    assert (reply.status, reply.json["type"], reply.json["skus"]) == (409, "out-of-stock", skus)
    assert order(door, customer, body((skus[0], 1)), key).status == 201, "a refusal is not remembered"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"items": []}, "items"),
        ({"items": [{"sku": "85123A", "quantity": 0}]}, "items[0].quantity"),
        ({"items": [{"sku": "85123A", "quantity": 10_001}]}, "items[0].quantity"),
        ({"items": [{"sku": "85123A", "quantity": "1"}]}, "items[0].quantity"),
        ({"items": [{"sku": "no-such-sku", "quantity": 1}]}, "items[0].sku"),
        ({"items": [{"sku": "85123A"}]}, "items[0].quantity"),
        ({"items": [{"sku": "85123A", "quantity": 1, "price": 0}]}, "items[0].price"),
        ({"payment": {"card": "4242"}}, "payment.card"),
        ({"payment": {}}, "payment.card"),
        ({"coupon": "X"}, "coupon"),
    ],
)
def test_a_wrong_field_is_422_and_named(
    door: Door, customer: Customer, key: str, change: dict[str, object], field: str
) -> None:
    reply = order(door, customer, body(("85123A", 1)) | change, key)
    assert (reply.status, reply.fields) == (422, [field])


def forged(customer: Customer) -> list[str]:
    """Tokens that are not ours, each wrong in its own way."""
    head, payload, signature = customer.token.split(".")

    def encoded(value: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
    return [
        "x.y.z",
        f"{head}.{payload}.",
        f"{encoded({'alg': 'none', 'typ': 'JWT'})}.{payload}.",
        f"{head}.{encoded(claims | {'roles': ['admin']})}.{signature}",
        f"{head}.{encoded(claims | {'exp': claims['exp'] + 900})}.{signature}",
        f"{head}.{payload}.{signature[:-4]}AAAA",
    ]


def test_without_a_token_of_ours_it_is_401(door: Door, customer: Customer, goods: Goods, key: str) -> None:
    # A header that a client can write decides nothing.
    headers = {"Idempotency-Key": key, "x-user-id": customer.id, "x-account-id": customer.id, "x-jwt-payload": "e30"}
    for token in (None, *forged(customer)):
        reply = door.post("/api/orders", body((goods[0]["sku"], 1)), headers=headers, token=token)
        assert (reply.status, reply.content_type) == (401, "application/problem+json"), token
        assert reply.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_good_card_pays_at_once(door: Door, customer: Customer, goods: Goods, key: str) -> None:
    reply = order(door, customer, body((goods[0]["sku"], 1)), key)
    assert (reply.status, reply.json["status"]) == (201, "paid")


def test_a_card_declined_is_402_now_and_again_and_the_order_is_cancelled(
    door: Door, customer: Customer, goods: Goods, key: str
) -> None:
    content = body((goods[0]["sku"], 1)) | {"payment": {"card": DECLINED_CARD}}
    first, again = (order(door, customer, content, key) for _ in range(2))
    for reply in (first, again):
        assert (reply.status, reply.content_type) == (402, "application/problem+json")
        assert (reply.json["type"], reply.text("order_id")) == ("payment-declined", first.text("order_id"))
    kept = door.get(f"/api/orders/{first.text('order_id')}", token=customer.token)
    assert (kept.status, kept.json["status"]) == (200, "cancelled")


def test_a_card_that_takes_too_long_is_accepted_and_settled_later(
    door: Door, customer: Customer, goods: Goods, key: str
) -> None:
    content = body((goods[0]["sku"], 1)) | {"payment": {"card": LATE_CARD}}
    pending = order(door, customer, content, key)
    assert (pending.status, pending.json["status"]) == (201, "payment_pending")
    where = pending.headers["Location"]
    wait_until(lambda: door.get(where, token=customer.token).json["status"] == "paid", 60, "a settled payment")
    assert order(door, customer, content, key).json == pending.json, "a key has one answer"


def test_an_order_is_found_where_its_answer_says_and_in_the_list(
    door: Door, customer: Customer, goods: Goods, key: str
) -> None:
    placed = order(door, customer, body((goods[0]["sku"], 2), (goods[1]["sku"], 1)), key)
    found = door.get(placed.headers["Location"], token=customer.token)
    assert (found.status, found.json) == (200, placed.json)
    assert door.get("/api/orders?limit=1", token=customer.token).objects("items") == [placed.json]


def test_orders_are_listed_newest_first_and_once_each_while_others_come_in(door: Door, goods: Goods, key: str) -> None:
    buyer = join(door)
    content = body((goods[0]["sku"], 1))
    placed = [order(door, buyer, content, f"{key}-{turn}").text("id") for turn in range(5)]
    seen: list[object] = []
    path: str | None = "/api/orders?limit=2"
    while path:
        page = door.get(path, token=buyer.token)
        seen += [each["id"] for each in page.objects("items")]
        order(door, buyer, content, f"{key}-after-{len(seen)}")
        path = f"/api/orders?limit=2&cursor={page.text('next_cursor')}" if page.json["next_cursor"] else None
    assert seen == placed[::-1]


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=x", "cursor=x", "page=2"])
def test_a_wrong_page_is_422(door: Door, customer: Customer, query: str) -> None:
    assert door.get(f"/api/orders?{query}", token=customer.token).status == 422


def test_another_s_order_is_404_to_read_and_to_cancel_as_one_that_is_none(
    door: Door, customer: Customer, goods: Goods, key: str
) -> None:
    place = order(door, customer, body((goods[0]["sku"], 1)), key).headers["Location"]
    stranger = join(door)
    for path in (place, f"/api/orders/{uuid.uuid4()}", "/api/orders/nonsense"):
        assert door.get(path, token=stranger.token).status == 404
        assert door.post(f"{path}/cancel", None, token=stranger.token).status == 404
    assert door.get(place, token=customer.token).json["status"] == "paid"
    assert door.get("/api/orders", token=stranger.token).json == {"items": [], "next_cursor": None}


def test_an_order_is_cancelled_once_and_its_goods_can_be_bought_again(
    door: Door, customer: Customer, goods: Goods, key: str
) -> None:
    sku = goods[-1]["sku"]
    placed = order(door, customer, body((sku, 1)), key)
    path = f"{placed.headers['Location']}/cancel"
    with ThreadPoolExecutor(10) as threads:
        replies = list(threads.map(lambda _: door.post(path, None, token=customer.token), range(10)))
    assert sorted(reply.status for reply in replies) == [200] + [409] * 9
    [done] = [reply for reply in replies if reply.status == 200]
    assert done.json == placed.json | {"status": "cancelled"}
    assert door.get(placed.headers["Location"], token=customer.token).json == done.json


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/api/orders"), ("GET", "/api/orders/x"), ("POST", "/api/orders/x/cancel")]
)
def test_without_a_token_orders_are_401(door: Door, method: str, path: str) -> None:
    assert door.call(method, path).status == 401


def test_a_method_that_orders_do_not_have_is_405_and_says_which_they_have(door: Door, customer: Customer) -> None:
    reply = door.call("PUT", "/api/orders", token=customer.token)
    assert (reply.status, reply.headers["Allow"]) == (405, "GET, HEAD, POST")
    assert door.call("HEAD", "/api/orders", token=customer.token).status == 200
