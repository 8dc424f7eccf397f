"""What may happen between the look at the goods and the statement that takes them: it is as if it had come before."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event

from shared import database, settings
from tests.unit.functions.conftest import CARD, Function, Reply, Shop


@pytest.fixture
def place_order(paying_shop: Shop) -> Function:
    paying_shop.stock({"A": 10, "B": 10})
    return paying_shop.function("place_order")


def buy(place_order: Function, shop: Shop, pieces: int = 2) -> Reply:
    headers = {"Authorization": f"Bearer {shop.token()}", "Idempotency-Key": "the-key"}
    content = {
        "items": [{"sku": "A", "quantity": pieces}, {"sku": "B", "quantity": pieces}],
        "payment": {"card": CARD},
    }
    return place_order.post("/api/orders", json=content, headers=headers)


@contextmanager
def once_the_goods_were_read(happen: Callable[[], object]) -> Iterator[list[bool]]:
    """Let something happen right after this process has read goods, once; tells that it did."""
    engine, happened = database.engine(settings.current()), list[bool]()

    def look(*told: object) -> None:
        if not happened and str(told[2]).lstrip().startswith("SELECT sku, name, price_minor"):
            happened.append(True)
            happen()

    event.listen(engine, "after_cursor_execute", look)
    try:
        yield happened
    finally:
        event.remove(engine, "after_cursor_execute", look)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("price_minor = 300", [("Good A", 300), ("Good B", 250)]),
        ("name = 'Better'", [("Better", 250), ("Good B", 250)]),
    ],
)
def test_an_order_has_the_prices_and_names_of_the_moment_at_which_it_takes_the_goods(
    shop: Shop, place_order: Function, change: str, expected: list[tuple[str, int]]
) -> None:
    with once_the_goods_were_read(lambda: shop.rows(f"UPDATE catalog.products SET {change} WHERE sku = 'A'")) as told:
        order = buy(place_order, shop).json
    assert told
    assert [(item["name"], item["unit_price"]["amount"]) for item in order["items"]] == expected
    assert order["total"]["amount"] == sum(2 * price for _, price in expected)


def test_goods_that_are_sold_meanwhile_are_out_of_stock_and_nothing_is_taken(shop: Shop, place_order: Function) -> None:
    with once_the_goods_were_read(lambda: shop.rows("UPDATE catalog.products SET available = 1 WHERE sku = 'B'")):
        refused = buy(place_order, shop)
    assert (refused.status_code, refused.json["skus"]) == (409, ["B"])
    assert shop.rows("SELECT sku, available FROM catalog.products ORDER BY sku") == [("A", 10), ("B", 1)]
    for table in ("orders.orders", "orders.lines", "orders.outbox", "orders.idempotency_keys"):
        assert shop.value(f"SELECT count(*) FROM {table}") == 0, table


def test_the_same_key_that_is_used_meanwhile_leads_to_its_one_order(shop: Shop, place_order: Function) -> None:
    first: list[Reply] = []
    with once_the_goods_were_read(lambda: first.append(buy(place_order, shop))):
        second = buy(place_order, shop)
    assert (second.status_code, second.data) == (201, first[0].data)
    assert shop.value("SELECT count(*) FROM orders.orders") == 1
    assert shop.rows("SELECT sku, available FROM catalog.products ORDER BY sku") == [("A", 8), ("B", 8)]


def test_the_same_key_with_the_last_pieces_is_answered_though_nothing_is_left(
    shop: Shop, place_order: Function
) -> None:
    first = buy(place_order, shop, pieces=10)
    assert (buy(place_order, shop, pieces=10).data, first.status_code) == (first.data, 201)
