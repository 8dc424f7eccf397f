"""An order: all of it or nothing, from what is in stock, for who is logged in."""

import logging
import re

import pytest

from tests.unit.functions.conftest import ACCOUNT_ID, CARD, Function, Reply, Shop, fields


@pytest.fixture
def place_order(paying_shop: Shop) -> Function:
    return paying_shop.function("place_order")


def body(*lines: tuple[str, int]) -> dict[str, object]:
    return {"items": [{"sku": sku, "quantity": pieces} for sku, pieces in lines], "payment": {"card": CARD}}


def send(client: Function, shop: Shop, content: object, key: str = "key-1") -> Reply:
    headers = {"Authorization": f"Bearer {shop.token()}", "Idempotency-Key": key}
    return client.post("/api/orders", json=content, headers=headers)


def in_stock(shop: Shop) -> dict[str, int]:
    return {str(sku): int(str(pieces)) for sku, pieces in shop.rows("SELECT sku, available FROM catalog.products")}


def test_an_order_is_kept_as_it_is_answered_and_told_to_whoever_listens(shop: Shop, place_order: Function) -> None:
    shop.stock({"A": 10, "B": 5}, price_minor=295)
    response = send(place_order, shop, body(("B", 2), ("A", 3)))
    order = response.json
    assert response.status_code == 201
    assert response.headers["Location"] == f"/api/orders/{order['id']}"
    assert (order["status"], order["total"]) == ("paid", {"amount": 5 * 295, "currency": "GBP"})
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", order["placed_at"])
    price = {"amount": 295, "currency": "GBP"}
    assert order["items"] == [
        {"sku": "B", "name": "Good B", "quantity": 2, "unit_price": price, "line_total": {**price, "amount": 590}},
        {"sku": "A", "name": "Good A", "quantity": 3, "unit_price": price, "line_total": {**price, "amount": 885}},
    ]
    assert in_stock(shop) == {"A": 7, "B": 3}
    assert shop.rows("SELECT id::text, account_id::text, status, total_minor, currency FROM orders.orders") == [
        (order["id"], ACCOUNT_ID, "paid", 1475, "GBP")
    ]
    assert shop.rows(
        "SELECT order_id::text, position, sku, name, quantity, unit_price_minor, currency FROM orders.lines"
        " ORDER BY position"
    ) == [(order["id"], 0, "B", "Good B", 2, 295, "GBP"), (order["id"], 1, "A", "Good A", 3, 295, "GBP")]
    assert shop.rows("SELECT type, source, subject, data FROM orders.outbox ORDER BY sequence") == [
        ("zerocart.order.placed.v1", "/place-order", order["id"], order | {"status": "placed"}),
        ("zerocart.order.paid.v1", "/place-order", order["id"], order),
    ]
    assert shop.rows("SELECT order_id, status, amount_minor, currency FROM payments.ledger") == [
        (order["id"], "paid", 1475, "GBP")
    ]


def test_lines_of_one_sku_become_one(shop: Shop, place_order: Function) -> None:
    shop.stock({"A": 10, "B": 5})
    order = send(place_order, shop, body(("A", 2), ("B", 1), ("A", 3))).json
    assert [(line["sku"], line["quantity"]) for line in order["items"]] == [("A", 5), ("B", 1)]


def test_lines_of_one_sku_together_have_no_more_pieces_than_one_may(shop: Shop, place_order: Function) -> None:
    shop.stock({"A": 20_000})
    response = send(place_order, shop, body(("A", 6_000), ("A", 4_001)))
    assert (response.status_code, fields(response)) == (422, ["items[1].quantity"])
    assert send(place_order, shop, body(("A", 6_000), ("A", 4_000)), "key-2").status_code == 201


def test_the_last_piece_can_be_bought(shop: Shop, place_order: Function) -> None:
    shop.stock({"A": 3})
    assert send(place_order, shop, body(("A", 3))).status_code == 201
    assert in_stock(shop) == {"A": 0}


def test_out_of_stock_names_every_sku_that_is_short_and_takes_nothing(shop: Shop, place_order: Function) -> None:
    shop.stock({"A": 10, "B": 1, "C": 0})
    response = send(place_order, shop, body(("C", 1), ("A", 1), ("B", 2)))
    assert (response.status_code, response.json["type"]) == (409, "out-of-stock")
    assert response.json["skus"] == ["C", "B"]
    assert in_stock(shop) == {"A": 10, "B": 1, "C": 0}
    for table in ("orders.orders", "orders.lines", "orders.outbox", "orders.idempotency_keys"):
        assert shop.value(f"SELECT count(*) FROM {table}") == 0, table


def test_an_unknown_sku_is_named_and_nothing_is_taken(shop: Shop, place_order: Function) -> None:
    shop.stock({"A": 10})
    response = send(place_order, shop, body(("A", 1), ("none", 1), ("a", 1)))
    assert (response.status_code, fields(response)) == (422, ["items[1].sku", "items[2].sku"])
    assert in_stock(shop) == {"A": 10}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"items": []}, "items"),
        ({"items": [{"sku": "A", "quantity": 1}] * 1001}, "items"),
        ({"items": [{"sku": "A", "quantity": 0}]}, "items[0].quantity"),
        ({"items": [{"sku": "A", "quantity": -1}]}, "items[0].quantity"),
        ({"items": [{"sku": "A", "quantity": 10_001}]}, "items[0].quantity"),
        ({"items": [{"sku": "A", "quantity": 1.5}]}, "items[0].quantity"),
        ({"items": [{"sku": "A", "quantity": "1"}]}, "items[0].quantity"),
        ({"items": [{"sku": "A", "quantity": True}]}, "items[0].quantity"),
        ({"items": [{"sku": "A"}]}, "items[0].quantity"),
        ({"items": [{"sku": "", "quantity": 1}]}, "items[0].sku"),
        ({"items": [{"sku": "A\0", "quantity": 1}]}, "items[0].sku"),
        ({"items": [{"sku": "A", "quantity": 1, "price": 1}]}, "items[0].price"),
        ({"items": None}, "items"),
        ({"payment": {}}, "payment.card"),
        ({"payment": {"card": "4242 4242 4242 4242"}}, "payment.card"),
        ({"payment": {"card": "42424242424"}}, "payment.card"),
        ({"payment": {"card": "4" * 20}}, "payment.card"),
        ({"payment": {"card": CARD + "\n"}}, "payment.card"),
        ({"payment": {"card": int(CARD)}}, "payment.card"),
        ({"payment": {"card": CARD, "cvc": "123"}}, "payment.cvc"),
        ({"total": 1}, "total"),
    ],
)
def test_a_wrong_field_is_named(shop: Shop, place_order: Function, change: dict[str, object], field: str) -> None:
    shop.stock({"A": 10})
    response = send(place_order, shop, body(("A", 1)) | change)
    assert (response.status_code, fields(response)) == (422, [field])
    assert in_stock(shop) == {"A": 10}


def test_who_is_not_logged_in_buys_nothing(shop: Shop, place_order: Function) -> None:
    shop.stock({"A": 10})
    forged = {"x-user-id": ACCOUNT_ID, "x-account-id": ACCOUNT_ID, "Idempotency-Key": "key-1"}
    for token in (None, "Bearer", "Bearer x.y.z", f"Bearer {shop.token(aud='others')}", f"Bearer {shop.token(exp=1)}"):
        headers = forged | ({"Authorization": token} if token else {})
        response = place_order.post("/api/orders", json=body(("A", 1)), headers=headers)
        assert (response.status_code, response.json["type"]) == (401, "unauthorized"), token
        assert response.headers["WWW-Authenticate"].startswith("Bearer")
    assert in_stock(shop) == {"A": 10}


def test_an_order_of_a_thousand_lines_is_one_order(shop: Shop, place_order: Function) -> None:
    goods = [f"S{number:04}" for number in range(1000)]
    shop.stock(dict.fromkeys(goods, 10))
    order = send(place_order, shop, body(*((sku, 1) for sku in goods))).json
    assert (len(order["items"]), order["total"]["amount"]) == (1000, 250_000)


def test_the_card_is_neither_kept_nor_logged(
    shop: Shop, place_order: Function, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    shop.stock({"A": 10})
    order = send(place_order, shop, body(("A", 1)))
    send(place_order, shop, body(("A", 1)) | {"payment": {"card": CARD, "cvc": "1"}}, "key-2")
    tables = ("orders.orders", "orders.lines", "orders.outbox", "orders.idempotency_keys")
    kept = "".join(str(shop.rows(f"SELECT t::text FROM {table} t")) for table in tables)
    out, err = capfd.readouterr()
    for place in (kept, order.text, caplog.text, out, err):
        assert CARD not in place
