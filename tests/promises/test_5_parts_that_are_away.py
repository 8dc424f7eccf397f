"""Promise 5: Redis away: everything that can be sold is sold. Postgres away: the catalogue still reads, and the rest
answers 503 with Retry-After within 2 s. Payment provider away: the order is accepted as `payment_pending` and paid
later, once."""

import os
import re
import secrets
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from itertools import count
from typing import get_args

import msgspec
import psutil
import pytest

from knative.local.parts import postgres
from shared.redis_client import ANSWER_WITHIN_S
from tests.bench.connection import get, post
from tests.bench.load import open_loop
from tests.bench.percentiles import percentile
from tests.promises import books
from tests.promises.customers import Customer, Reply, basket, call, crowd, insist, join, new_key, order_of
from tests.promises.faults import (
    Fault,
    RedisFault,
    away,
    home_of,
    kill_part,
    provider_away,
    redis_away,
    rows,
    value,
    wait_for_part,
    whole,
)
from tests.stack import Stack
from tests.together import at_once
from tests.waiting import wait_until

WITHIN_S = 2.0
SOON_S = 0.3
PROVIDER_WITHIN_S = 2.0
RATE, WINDOW_S = 40.0, 4.0
FAULTS = get_args(Fault)
REDIS_FAULTS = get_args(RedisFault)
EVENT = {"specversion": "1.0", "source": "/promises/away", "type": "promise.kept"}
STOCK = re.compile(rb'"available":[0-9]+')
STRUCTURED = {"content-type": "application/cloudevents+json"}


@pytest.fixture(scope="module")
def customer(own_stack: Stack) -> Customer:
    return join(own_stack)


def catalogue(stack: Stack, sku: str) -> dict[str, Reply]:
    """What the shop window shows."""
    return {path: call(stack, "GET", path) for path in ("/api/products", f"/api/products/{sku}", f"/images/{sku}.svg")}


def shown(window: dict[str, Reply]) -> dict[str, tuple[int, object]]:
    """What a person sees there but for the stock, which is as old as the copy that is shown."""
    return {path: (reply.status, STOCK.sub(b"", reply.body)) for path, reply in window.items()}


def visitors(stack: Stack, customer: Customer, skus: list[str]) -> Iterator[bytes]:
    """Requests without end: four who look at something, and one who buys."""
    host = f"127.0.0.1:{stack.port}"
    for number in count():
        sku = skus[number % len(skus)]
        if number % 5:
            yield get(("/api/products", f"/api/products/{sku}")[number % 2], host)
        else:
            yield post("/api/orders", host, basket({sku: 1}), customer.headers(new_key()))


def warm(stack: Stack, customer: Customer, sku: str) -> None:
    """Have an instance of everything, as a shop has that people are in: with its engine frozen none is started."""
    wait_until(lambda: all(reply.status == 200 for reply in catalogue(stack, sku).values()), 20, "the catalogue")
    order_of(customer.insist_on_order(new_key(), {sku: 1}))
    assert insist(stack, "POST", "/api/events", {**EVENT, "id": secrets.token_hex(8)}, STRUCTURED).status == 202
    assert join(stack).token


@pytest.mark.parametrize("fault", REDIS_FAULTS)
def test_without_redis_the_catalogue_reads_and_orders_are_placed(
    own_stack: Stack, skus: list[str], customer: Customer, fault: RedisFault
) -> None:
    warm(own_stack, customer, skus[0])
    with redis_away(own_stack, fault):
        replies = at_once([lambda: customer.order(new_key(), {skus[0]: 1})] * 8)
        assert {reply.status for reply in replies} == {201}
        for sku in skus[:4]:  # one that was read before, and others
            assert {path: reply.status for path, reply in catalogue(own_stack, sku).items()} == dict.fromkeys(
                catalogue(own_stack, sku), 200
            )
        assert call(own_stack, "POST", "/api/events", {**EVENT, "id": "without redis"}, STRUCTURED).status == 202
        assert join(own_stack).order(new_key(), {skus[1]: 1}).status == 201
    query = "SELECT count(*) FROM orders.orders WHERE id = ANY(%s::uuid[])"
    assert value(own_stack, query, [order_of(reply).id for reply in replies]) == 8


@pytest.mark.parametrize("fault", REDIS_FAULTS)
def test_without_redis_everybody_is_answered_soon(
    own_stack: Stack, skus: list[str], customer: Customer, fault: RedisFault
) -> None:
    warm(own_stack, customer, skus[0])
    windows: list[str] = []

    def soon() -> bool:
        load = open_loop(own_stack.port, visitors(own_stack, customer, skus), rate=RATE, for_s=WINDOW_S)
        assert not load.error_count, load.statuses
        p50_s, p99_s = (percentile(load.latencies_s, rank) for rank in (50, 99))
        windows.append(f"p50 {p50_s:.3f} s, p99 {p99_s:.3f} s")
        # Who looks whether it is back waits for it; with the breaker open nobody else does.
        return p99_s < SOON_S and p50_s < ANSWER_WITHIN_S

    with redis_away(own_stack, fault):
        # Not in the first window, for a busy machine.
        assert any(soon() for _ in range(5)), windows


@pytest.mark.parametrize("fault", FAULTS)
def test_without_postgres_the_catalogue_still_reads_and_the_rest_says_when_to_come_again(
    own_stack: Stack, skus: list[str], customer: Customer, fault: Fault
) -> None:
    sku = skus[0]
    warm(own_stack, customer, sku)
    known = shown(catalogue(own_stack, sku))
    body = {"email": f"{secrets.token_hex(6)}@example.com", "password": secrets.token_urlsafe(12), "name": "Ada"}
    key = new_key()
    writes = [
        lambda: customer.order(key, {sku: 1}),
        lambda: call(own_stack, "POST", "/api/auth/register", body),
        lambda: call(own_stack, "POST", "/api/auth/login", {name: body[name] for name in ("email", "password")}),
        lambda: call(own_stack, "POST", "/api/events", {**EVENT, "id": key}, STRUCTURED),
    ]
    with away(own_stack, "postgres", fault):
        for _ in range(3):  # the first to meet it, and those who come while it is known to be away
            for reply in at_once(writes):
                assert reply.refused_properly, reply
                assert msgspec.json.decode(reply.body, type=dict[str, object])["status"] == 503
                assert reply.took_s < WITHIN_S, reply
            replies = catalogue(own_stack, sku)
            assert shown(replies) == known
            assert max(reply.took_s for reply in replies.values()) < WITHIN_S
    assert order_of(customer.insist_on_order(key, {sku: 1})).items[0].quantity == 1


@pytest.mark.parametrize("fault", FAULTS)
def test_when_postgres_is_back_it_sells_within_two_seconds_and_nothing_has_leaked(
    own_stack: Stack, skus: list[str], customer: Customer, fault: Fault
) -> None:
    def buy() -> Reply:
        return customer.order(new_key(), {skus[0]: 1})

    warm(own_stack, customer, skus[0])
    at_once([buy] * 16)
    before = threads_and_transactions(own_stack)
    back_s: list[float] = []
    sold_s: list[float] = []

    def look() -> None:
        if not back_s and postgres.accepts(home_of(own_stack).run, timeout_s=0.1):
            back_s.append(time.monotonic())

    def buy_and_note() -> None:
        if buy().status == 201:
            sold_s.append(time.monotonic())

    with ExitStack() as meanwhile:
        with away(own_stack, "postgres", fault):
            for _ in range(3):
                assert all(reply.refused_properly for reply in at_once([buy] * 8))
            meanwhile.enter_context(crowd({"looks": look, "buys": buy_and_note}))
        wait_until(lambda: back_s and sold_s and sold_s[-1] > back_s[0], 20, "an order after the return")
    assert min(when_s for when_s in sold_s if when_s > back_s[0]) - back_s[0] < WITHIN_S
    wait_until(
        lambda: threads_and_transactions(own_stack) <= before, 20,
        f"no more threads and transactions than {before} before; {threads_and_transactions(own_stack)} are left",
    )  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_without_the_provider_orders_are_accepted_and_paid_later_once(
    own_stack: Stack, skus: list[str], customer: Customer, fault: Fault
) -> None:
    def buy() -> Reply:
        return customer.insist_on_order(new_key(), {skus[0]: 1})

    warm(own_stack, customer, skus[0])
    at_start = books.stock(own_stack) + books.units_sold(own_stack)
    with provider_away(own_stack, fault):
        first = at_once([buy] * 8)
        assert max(reply.took_s for reply in first) < PROVIDER_WITHIN_S + WITHIN_S
        wait_until(lambda: buy().took_s < PROVIDER_WITHIN_S / 2, 20, "a breaker that lets nobody wait")
        pending = [order_of(reply) for reply in (*first, *at_once([buy] * 8))]
        assert {order.status for order in pending} == {"payment_pending"}
    books.wait_until_settled(own_stack)
    query = "SELECT status, count(*) FROM orders.orders WHERE id = ANY(%s::uuid[]) GROUP BY status"
    assert rows(own_stack, query, [order.id for order in pending]) == [("paid", len(pending))]
    assert books.disagreements(own_stack, stock_and_sold=at_start) == []


def threads_and_transactions(stack: Stack) -> tuple[int, int]:
    """The most threads that one instance of place-order has, and the transactions of it that are under way."""
    threads = 0
    for pid in stack.instance_pids("place-order"):
        with suppress(psutil.NoSuchProcess):
            threads = max(threads, psutil.Process(pid).num_threads())
    query = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'place-order' AND xact_start IS NOT NULL"
    return threads, int(str(value(stack, query, superuser=True)))


def test_an_engine_that_could_not_bring_a_part_back_at_first_tries_again(own_stack: Stack) -> None:
    """Both are killed, and something keeps Postgres from starting: the engine that comes waits for its end."""
    lock = home_of(own_stack).root / "postgres" / "postmaster.pid"
    folder = lock.parent.stat()
    kill_part(own_stack, "engine")
    database = kill_part(own_stack, "postgres")
    wait_until(lambda: not database.alive, 10, "Postgres is gone")
    alive = wait_for_part(
        own_stack, "valkey"
    ).pid  # of the user that Postgres runs as: another one's would count for nothing
    lock.write_text(f"{alive}\n{lock.parent}\n0\n5432\n\n\n", encoding="ascii")
    os.chown(lock, folder.st_uid, folder.st_gid)
    log = home_of(own_stack).log("engine")
    wait_until(lambda: "Postgres did not start" in log.read_text(encoding="utf-8"), 90, "the engine gives up at first")
    lock.unlink(missing_ok=True)
    wait_until(lambda: whole(own_stack), 120, "everything is back")
    assert call(own_stack, "GET", "/api/products").status == 200
