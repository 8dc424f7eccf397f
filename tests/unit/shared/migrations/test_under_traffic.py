"""The schemas change while the shop sells: no statement fails, and none waits for a lock until it is told to give up.

A machine that is busy with other things makes an answer late, and then it is 503, as it should be. So what a step did
is read where it shows: in the server's log, which has each wait for a table's lock, and each error.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import Any

import psycopg
import pytest
from psycopg.errors import LockNotAvailable
from sqlalchemy import Connection, text

from functions.list_products.store import Products, Search, find_page
from shared import database, settings
from shared.errors import Unavailable
from shared.migrations import runner
from tests.promises.customers import Crowd, crowd
from tests.servers import PostgresServer
from tests.unit.functions.conftest import CARD, Reply, Shop, keys, paying_shop, shop
from tests.waiting import wait_until

__all__ = ["keys", "paying_shop", "shop"]

# The oldest version that has every table and column which the code of today asks for, and that of the release before.
OLDEST = "0012_sales"
RELEASE_BEFORE = "0009_search"
# How that release placed an order: all in one transaction.
ORDERED_BEFORE = """
    WITH claimed AS (
        INSERT INTO orders.idempotency_keys
            (owner, key, request_digest, response_status, response_headers, response_body)
        VALUES ('owner', gen_random_uuid()::text, 'x', 201, '{}', 'x') RETURNING key
    ), taken AS (
        UPDATE catalog.products SET available = available - 1, updated_at = now()
        WHERE sku = 'A' AND available >= 1 RETURNING sku, name, price_minor, currency
    ), placed AS (
        INSERT INTO orders.orders (id, account_id, status, total_minor, currency, placed_at)
        SELECT gen_random_uuid(), gen_random_uuid(), 'placed', price_minor, currency, now() FROM taken, claimed
        RETURNING id
    ), told AS (
        INSERT INTO orders.outbox (id, source, type, subject, time, data, others)
        SELECT id::text, '/place-order', 'zerocart.order.placed.v1', id::text, now(), '{}', '{}' FROM placed
    )
    INSERT INTO orders.lines (order_id, position, sku, name, quantity, unit_price_minor, currency)
    SELECT id, 0, sku, name, 1, price_minor, currency FROM placed, taken
"""
STOCK = 100_000
LAST = runner.versions()[-1]
BEFORE_LAST = runner.versions()[-2]
BEFORE_ITS_LOCK = "0013_roles"  # the step after it locks carts.carts, for an index
SERVICE = "function"  # what a function is called in the server's log

# A client that gave up on a busy machine; and a step and an order that waited for each other, of which the order was
# rolled back and, by `database.run`, done again.
HARMLESS = ("due to statement timeout", "due to user request", "connection to client lost", "deadlock detected")
LINE = re.compile(rf"\[(?P<pid>\d+)\] {SERVICE} (?P<said>(LOG|ERROR|FATAL): .*)")


def insist(ask: Callable[[], Reply]) -> Reply:
    """The answer of a shop that is not too busy for one."""
    while (answer := ask()).status_code == 503:
        pass
    return answer


@pytest.fixture
def things(paying_shop: Shop) -> dict[str, Callable[[], object]]:
    """What customers do, each by the statements of the function that does it."""
    paying_shop.stock({"A": STOCK, "B": STOCK})
    token = {"Authorization": f"Bearer {paying_shop.token()}"}
    numbers = Counter[str]()

    def order() -> None:
        numbers["order"] += 1
        content = {"items": [{"sku": "A", "quantity": 1}], "payment": {"card": CARD}}
        headers = {**token, "Idempotency-Key": f"key-{numbers['order']}"}
        client = paying_shop.function("place_order")
        answer = insist(lambda: client.post("/api/orders", json=content, headers=headers))
        assert answer.status_code == 201, answer.text

    def list_goods() -> None:
        engine = database.engine(settings.current())

        def look(words: str) -> Callable[[Connection], Products]:
            return lambda connection: find_page(connection, Search(q=words))

        for words in ("", "good", "descripton"):  # the last one is corrected by what is in the vocabulary
            with suppress(Unavailable):
                assert len(database.run(engine, look(words)).items) == 2

    def change_cart() -> None:
        content: dict[str, Any] = {"items": [{"sku": "B", "quantity": 1}]}
        client = paying_shop.function("cart")
        answer = insist(lambda: client.put("/api/cart", json=content, headers={**token, "If-Match": "*"}))
        assert answer.status_code == 200, answer.text

    def report() -> None:
        numbers["event"] += 1
        event = {"specversion": "1.0", "id": str(numbers["event"]), "source": "/a", "type": "t"}
        headers = {"Content-Type": "application/cloudevents+json"}
        client = paying_shop.function("record_event")
        answer = insist(lambda: client.post("/api/events", json=event, headers=headers))
        assert answer.status_code == 202, answer.text

    return {"orders": order, "lists": list_goods, "carts": change_cart, "events": report}


@contextmanager
def no_step_in_the_way(postgres: PostgresServer) -> Iterator[None]:
    """Of all that functions ask for in the block, nothing fails, and every lock of a table comes in the end."""
    log = postgres.folder / "log"
    begin = log.stat().st_size
    yield
    waiting: dict[str, str] = {}
    for line in log.read_bytes()[begin:].decode(errors="replace").splitlines():
        if found := LINE.search(line):
            pid, said = found["pid"], found["said"]
            if "on relation" in said and "still waiting" in said:
                waiting[pid] = said
            elif "on relation" in said and "acquired" in said:
                del waiting[pid]
            assert said.startswith("LOG") or any(harmless in said for harmless in HARMLESS), said
    assert not waiting


def after_some(people: Crowd, things: Mapping[str, object]) -> None:
    """Wait until each thing was done five times more, or one has failed, which the end of the crowd then tells."""
    before = people.counts.copy()
    wait_until(
        lambda: people.failed or all(people.counts[name] >= before[name] + 5 for name in things), 60, "what they do"
    )


def test_the_shop_sells_while_the_schemas_go_back_and_forward(
    postgres: PostgresServer, paying_shop: Shop, things: dict[str, Callable[[], object]]
) -> None:
    url = paying_shop.database_url
    runner.downgrade(url, OLDEST)
    with no_step_in_the_way(postgres), crowd(things) as people:
        after_some(people, things)
        for step, version in ((runner.upgrade, LAST), (runner.downgrade, BEFORE_LAST), (runner.upgrade, LAST)):
            step(url, version)
            after_some(people, things)
    assert runner.current(url) == LAST
    orders = paying_shop.value("SELECT count(*)::int FROM orders.orders")
    assert orders == people.counts["orders"]
    assert (
        paying_shop.value("SELECT available FROM catalog.products WHERE sku = 'A'") == STOCK - people.counts["orders"]
    )


def test_the_release_before_sells_on_while_the_schemas_come_to_today_s(
    postgres: PostgresServer, shop: Shop, things: dict[str, Callable[[], object]]
) -> None:
    before = {name: thing for name, thing in things.items() if name != "orders"}
    engine = database.make_engine(shop.database_url, pool_size=1, application_name=SERVICE)
    ordered: list[int] = []

    def order() -> None:
        with suppress(Unavailable):
            database.run(engine, lambda connection: connection.execute(text(ORDERED_BEFORE)))
            ordered.append(1)

    before["orders"] = order
    runner.downgrade(shop.database_url, RELEASE_BEFORE)
    with no_step_in_the_way(postgres), crowd(before) as people:
        after_some(people, before)
        runner.upgrade(shop.database_url)
        after_some(people, before)
    engine.dispose()
    kept = shop.value("SELECT count(*)::int FROM orders.lines")
    assert isinstance(kept, int)
    assert kept >= len(ordered) > 0


@pytest.fixture
def tries(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether each try of a run took its steps."""
    made: list[bool] = []
    one_try = runner._taken

    def counted(database_url: str, take_steps: Callable[..., None], *, last_try: bool) -> bool:
        made.append(one_try(database_url, take_steps, last_try=last_try))
        return made[-1]

    monkeypatch.setattr(runner, "_taken", counted)
    return made


def test_a_step_that_does_not_get_its_lock_lets_others_through_and_tries_again(shop: Shop, tries: list[bool]) -> None:
    runner.downgrade(shop.database_url, BEFORE_ITS_LOCK)
    tries.clear()
    patience = f"-c lock_timeout={database.LOCK_WITHIN_MS}"
    with psycopg.connect(shop.database_url) as holder, ThreadPoolExecutor(1) as threads:
        holder.execute("LOCK TABLE carts.carts IN ROW EXCLUSIVE MODE")
        upgrading = threads.submit(runner.upgrade, shop.database_url)
        with psycopg.connect(shop.database_url, options=patience, autocommit=True) as customer:
            while len(tries) < 2:
                customer.execute("UPDATE carts.carts SET updated_at = now()")
        holder.rollback()
        assert upgrading.result(timeout=60) == (BEFORE_ITS_LOCK, LAST)
    assert tries[-1]
    assert not any(tries[:-1])


def test_a_step_that_never_gets_its_lock_gives_up_and_changes_nothing(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    runner.downgrade(shop.database_url, BEFORE_ITS_LOCK)
    monkeypatch.setattr(runner, "TRY_WITHIN_S", 0.0)
    with psycopg.connect(shop.database_url) as holder:
        holder.execute("LOCK TABLE carts.carts IN ROW EXCLUSIVE MODE")
        with pytest.raises(LockNotAvailable):
            runner.upgrade(shop.database_url)
    assert runner.current(shop.database_url) == BEFORE_ITS_LOCK
    assert runner.upgrade(shop.database_url) == (BEFORE_ITS_LOCK, LAST)
