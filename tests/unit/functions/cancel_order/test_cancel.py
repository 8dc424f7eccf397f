"""An order is cancelled once, by whom it belongs to: its goods are in stock again, and nothing of its money is kept."""

import threading
import uuid
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from types import MappingProxyType

import pytest

from shared import database, mesh, settings, settlement
from tests.payment_provider import PaymentProvider
from tests.unit.functions.conftest import ACCOUNT_ID, CARD, OTHER_ACCOUNT_ID, Function, Reply, Shop


@pytest.fixture
def order(paying_shop: Shop) -> dict[str, object]:
    """An order that was paid."""
    paying_shop.stock({"A": 10, "B": 5})
    return buy(paying_shop)


@pytest.fixture
def cancel_order(paying_shop: Shop) -> Function:
    return paying_shop.function("cancel_order")


def buy(shop: Shop, pieces: Mapping[str, int] = MappingProxyType({"B": 2, "A": 3})) -> dict[str, object]:
    headers = {"Authorization": f"Bearer {shop.token()}", "Idempotency-Key": str(uuid.uuid4())}
    items = [{"sku": sku, "quantity": count} for sku, count in pieces.items()]
    content = {"items": items, "payment": {"card": CARD}}
    reply = shop.function("place_order").post("/api/orders", json=content, headers=headers)
    assert reply.status_code == 201
    return dict(reply.json)


def cancel(cancel_order: Function, shop: Shop, order_id: object, account_id: str = ACCOUNT_ID) -> Reply:
    headers = {"Authorization": f"Bearer {shop.token(account_id)}"}
    return cancel_order.post(f"/api/orders/{order_id}/cancel", headers=headers)


def stock(shop: Shop) -> list[tuple[object, ...]]:
    return shop.rows("SELECT sku, available FROM catalog.products ORDER BY sku")


def void_due(shop: Shop) -> int:
    current = settings.current()
    return settlement.void_due(database.engine(current), mesh.mesh(current), limit=100)


def test_a_cancelled_order_gives_its_goods_back_and_is_told_of(
    shop: Shop, order: dict[str, object], cancel_order: Function
) -> None:
    assert stock(shop) == [("A", 7), ("B", 3)]
    reply = cancel(cancel_order, shop, order["id"])
    assert (reply.status_code, reply.json) == (200, order | {"status": "cancelled"})
    assert stock(shop) == [("A", 10), ("B", 5)]
    assert shop.rows("SELECT source, subject, data FROM orders.outbox WHERE type = 'zerocart.order.cancelled.v1'") == [
        ("/place-order", order["id"], reply.json)
    ]


def test_what_was_paid_for_a_cancelled_order_is_given_back_once(
    shop: Shop, order: dict[str, object], cancel_order: Function, payment_provider: PaymentProvider
) -> None:
    cancel(cancel_order, shop, order["id"])
    assert (void_due(shop), void_due(shop)) == (1, 0)
    assert [status for status, _ in payment_provider.ledger().values()] == ["voided"]


def test_a_void_is_owed_until_the_provider_has_taken_it(
    shop: Shop, order: dict[str, object], cancel_order: Function, payment_provider: PaymentProvider
) -> None:
    payment_provider.kill()
    assert cancel(cancel_order, shop, order["id"]).status_code == 200, "nobody waits for the provider"
    assert void_due(shop) == 0
    payment_provider.be_there()
    assert void_due(shop) == 0, "another relay may be at it"
    shop.rows("UPDATE orders.orders SET payment_due_at = now()")
    assert void_due(shop) == 1
    assert [status for status, _ in payment_provider.ledger().values()] == ["voided"]


def test_fifty_at_once_cancel_once(shop: Shop, order: dict[str, object], cancel_order: Function) -> None:
    together = threading.Barrier(50, timeout=20)

    def call(_turn: int) -> Reply:
        together.wait()
        return cancel(cancel_order, shop, order["id"])

    with ThreadPoolExecutor(50) as threads:
        replies = list(threads.map(call, range(50)))
    assert Counter(reply.status_code for reply in replies) == {200: 1, 409: 49}
    assert stock(shop) == [("A", 10), ("B", 5)]
    assert shop.value("SELECT count(*) FROM orders.outbox WHERE type = 'zerocart.order.cancelled.v1'") == 1


def test_orders_of_the_same_goods_are_placed_and_cancelled_at_once_and_the_stock_adds_up(
    shop: Shop, order: dict[str, object], cancel_order: Function
) -> None:
    shop.rows("UPDATE catalog.products SET available = 1000")

    def come_and_go(_turn: int) -> int:
        return cancel(cancel_order, shop, buy(shop)["id"]).status_code

    with ThreadPoolExecutor(8) as threads:
        assert set(threads.map(come_and_go, range(40))) == {200}
    assert stock(shop) == [("A", 1000), ("B", 1000)]


def test_cancelled_orders_whose_skus_cross_do_not_wait_for_each_other_for_ever(
    paying_shop: Shop, cancel_order: Function
) -> None:
    goods = [f"S{number:03}" for number in range(200)]
    paying_shop.stock(dict.fromkeys(goods, 100))
    orders = [buy(paying_shop, dict.fromkeys(goods[:: 1 if turn % 2 else -1], 1)) for turn in range(20)]
    deadlocks = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
    before = paying_shop.value(deadlocks)
    with ThreadPoolExecutor(20) as threads:
        replies = list(threads.map(lambda order: cancel(cancel_order, paying_shop, order["id"]), orders))
    assert {reply.status_code for reply in replies} == {200}
    assert paying_shop.value(deadlocks) == before
    assert paying_shop.rows("SELECT DISTINCT available FROM catalog.products") == [(100,)]


def test_what_was_cancelled_before_is_409(shop: Shop, order: dict[str, object], cancel_order: Function) -> None:
    cancel(cancel_order, shop, order["id"])
    again = cancel(cancel_order, shop, order["id"])
    assert (again.status_code, again.json["type"]) == (409, "already-cancelled")
    assert stock(shop) == [("A", 10), ("B", 5)]


def test_another_s_order_and_one_that_is_none_are_404_and_look_the_same(
    shop: Shop, order: dict[str, object], cancel_order: Function
) -> None:
    replies = [cancel(cancel_order, shop, order["id"], OTHER_ACCOUNT_ID)]
    replies += [cancel(cancel_order, shop, other) for other in (uuid.uuid4(), "nonsense", f"{{{order['id']}}}", "%00")]
    assert [(reply.status_code, reply.json["type"]) for reply in replies] == [(404, "not-found")] * 5
    assert len({reply.json["detail"] for reply in replies[:4]}) == 1
    assert (shop.value("SELECT status FROM orders.orders"), stock(shop)) == ("paid", [("A", 7), ("B", 3)])


def test_goods_that_are_no_longer_sold_do_not_come_back(
    shop: Shop, order: dict[str, object], cancel_order: Function
) -> None:
    shop.rows("DELETE FROM catalog.products WHERE sku = 'A'")
    assert cancel(cancel_order, shop, order["id"]).status_code == 200
    assert stock(shop) == [("B", 5)]
