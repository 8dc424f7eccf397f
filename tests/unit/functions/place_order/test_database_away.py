"""Postgres away, before an order or in the middle of one: 503 in time, and the key tells later what became of it."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from shared import database, mesh, settings, settlement
from tests.payment_provider import PaymentProvider
from tests.servers import PostgresServer
from tests.unit.functions.conftest import CARD, Function, Reply, Shop
from tests.waiting import wait_until

GENEROUSLY_S = 4.0  # 2 s are promised; the machine may be busy


@pytest.fixture(scope="module")
def database_url(own_postgres: PostgresServer) -> str:
    """In the place of the one that all tests share, which nobody may freeze."""
    return own_postgres.url()


@pytest.fixture
def place_order(paying_shop: Shop, own_postgres: PostgresServer) -> Iterator[Function]:
    paying_shop.stock({"A": 10})
    yield paying_shop.function("place_order")
    own_postgres.thaw()


def buy(place_order: Function, shop: Shop) -> Reply:
    headers = {"Authorization": f"Bearer {shop.token()}", "Idempotency-Key": "the-key"}
    content = {"items": [{"sku": "A", "quantity": 3}], "payment": {"card": CARD}}
    return place_order.post("/api/orders", json=content, headers=headers)


def refused_properly(reply: Reply) -> bool:
    return reply.status_code == 503 and reply.headers["Retry-After"].isdecimal()


def test_an_order_that_cannot_begin_is_503_in_time_and_can_be_placed_later(
    shop: Shop, place_order: Function, own_postgres: PostgresServer
) -> None:
    own_postgres.freeze()
    began_s = time.monotonic()
    assert refused_properly(buy(place_order, shop))
    assert time.monotonic() - began_s < GENEROUSLY_S
    own_postgres.thaw()
    wait_until(lambda: buy(place_order, shop).status_code == 201, 10, "the order, once the database is back")
    assert buy(place_order, shop).json["status"] == "paid"


def test_an_order_that_cannot_be_settled_is_503_in_time_and_the_key_settles_it_later(
    shop: Shop, place_order: Function, own_postgres: PostgresServer, payment_provider: PaymentProvider
) -> None:
    payment_provider.freeze()
    with ThreadPoolExecutor(1) as threads:
        began_s = time.monotonic()
        placing = threads.submit(buy, place_order, shop)
        wait_until(lambda: shop.value("SELECT count(*) FROM orders.orders") == 1, 10, "the first transaction")
        own_postgres.freeze()
        assert refused_properly(placing.result())
        assert time.monotonic() - began_s < 2.0 + GENEROUSLY_S, "the provider's 2 s, and little more"
    own_postgres.thaw()
    payment_provider.be_there()
    wait_until(lambda: buy(place_order, shop).status_code == 201, 10, "the order, once the database is back")
    settled = buy(place_order, shop)
    # That the payment is put off may have been under way when Postgres froze: then it is done now, and is the answer.
    assert settled.status_code == 201
    assert settled.json["status"] in {"paid", "payment_pending"}
    shop.rows("UPDATE orders.orders SET payment_due_at = now() WHERE payment_due_at IS NOT NULL")
    settlement.settle_due(database.engine(settings.current()), mesh.mesh(settings.current()), limit=1)
    assert shop.rows("SELECT id::text, status FROM orders.orders") == [(settled.json["id"], "paid")]
    assert payment_provider.ledger() == {settled.json["id"]: ("paid", 750)}
