"""The orders of an account, the newest first, each once, whatever is ordered meanwhile."""

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from tests.unit.functions.conftest import ACCOUNT_ID, CARD, OTHER_ACCOUNT_ID, Function, Reply, Shop, fields

NOW = datetime(2026, 11, 27, 9, tzinfo=UTC)


@pytest.fixture
def list_orders(shop: Shop) -> Function:
    return shop.function("list_orders")


def add(shop: Shop, placed_at: datetime, account_id: str = ACCOUNT_ID) -> str:
    """An order of two lines, as place-order keeps it."""
    order_id = str(uuid.uuid4())
    shop.rows(
        "INSERT INTO orders.orders (id, account_id, status, total_minor, currency, placed_at)"
        " VALUES (%s, %s, 'paid', 500, 'GBP', %s)",
        (order_id, account_id, placed_at),
    )
    shop.rows(
        "INSERT INTO orders.lines (order_id, position, sku, name, quantity, unit_price_minor, currency)"
        " VALUES (%s, 1, 'A', 'Good A', 1, 300, 'GBP'), (%s, 0, 'B', 'Good B', 2, 100, 'GBP')",
        (order_id, order_id),
    )
    return order_id


def page(
    list_orders: Function, shop: Shop, query: Mapping[str, object] | None = None, account_id: str = ACCOUNT_ID
) -> Reply:
    headers = {"Authorization": f"Bearer {shop.token(account_id)}"}
    return list_orders.get("/api/orders", query_string=query or {}, headers=headers)


def ids(reply: Reply) -> list[str]:
    assert reply.status_code == 200, reply.text
    return [order["id"] for order in reply.json["items"]]


def test_who_has_ordered_nothing_gets_an_empty_list(shop: Shop, list_orders: Function) -> None:
    add(shop, NOW, OTHER_ACCOUNT_ID)
    assert page(list_orders, shop).json == {"items": [], "next_cursor": None}


def test_an_order_is_listed_as_it_is_answered(paying_shop: Shop, list_orders: Function) -> None:
    paying_shop.stock({"A": 10})
    headers = {"Authorization": f"Bearer {paying_shop.token()}", "Idempotency-Key": "key-1"}
    content = {"items": [{"sku": "A", "quantity": 3}], "payment": {"card": CARD}}
    order = paying_shop.function("place_order").post("/api/orders", json=content, headers=headers).json
    assert page(list_orders, paying_shop).json == {"items": [order], "next_cursor": None}


def test_the_newest_come_first_and_only_one_s_own(shop: Shop, list_orders: Function) -> None:
    old, new = add(shop, NOW), add(shop, NOW + timedelta(seconds=1))
    add(shop, NOW, OTHER_ACCOUNT_ID)
    reply = page(list_orders, shop)
    assert ids(reply) == [new, old]
    assert [line["sku"] for line in reply.json["items"][0]["items"]] == ["B", "A"]
    assert reply.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 100])
def test_pages_have_every_order_once_while_others_come_in(shop: Shop, list_orders: Function, limit: int) -> None:
    at_start = {add(shop, NOW + timedelta(seconds=turn // 3)) for turn in range(7)}  # some at the same moment
    seen: list[str] = []
    query: dict[str, object] = {"limit": limit}
    while query.get("cursor", "") is not None:
        reply = page(list_orders, shop, query)
        seen += ids(reply)
        query["cursor"] = reply.json["next_cursor"]
        add(shop, NOW + timedelta(hours=1))
    assert len(seen) == len(set(seen))
    assert set(seen) == at_start


def test_a_page_that_is_just_full_is_the_last_one(shop: Shop, list_orders: Function) -> None:
    for turn in range(3):
        add(shop, NOW + timedelta(seconds=turn))
    assert page(list_orders, shop, {"limit": 3}).json["next_cursor"] is None
    assert page(list_orders, shop, {"limit": 2}).json["next_cursor"] is not None


def test_a_cursor_is_good_for_one_account_alone(shop: Shop, list_orders: Function) -> None:
    for turn in range(2):
        add(shop, NOW + timedelta(seconds=turn))
    cursor = page(list_orders, shop, {"limit": 1}).json["next_cursor"]
    refused = page(list_orders, shop, {"cursor": cursor}, OTHER_ACCOUNT_ID)
    assert (refused.status_code, fields(refused)) == (422, ["cursor"])


@pytest.mark.parametrize(
    ("query", "field"),
    [({"limit": 0}, "limit"), ({"limit": 101}, "limit"), ({"cursor": "x"}, "cursor"), ({"status": "paid"}, "status")],
)
def test_a_wrong_parameter_is_named(shop: Shop, list_orders: Function, query: dict[str, object], field: str) -> None:
    reply = page(list_orders, shop, query)
    assert (reply.status_code, fields(reply)) == (422, [field])


def test_a_method_that_no_function_of_the_path_has_is_405_with_all_that_they_have(
    shop: Shop, list_orders: Function
) -> None:
    for function in (list_orders, shop.function("place_order")):
        reply = function.put("/api/orders", headers={"Authorization": f"Bearer {shop.token()}"})
        assert (reply.status_code, reply.headers["Allow"]) == (405, "GET, HEAD, POST")
