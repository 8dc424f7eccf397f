"""Promise 2: one Idempotency-Key, one order: also with 50 requests at once, and a kill between commit and answer."""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psycopg
import pytest
from psycopg import sql

from tests.promises import faults
from tests.promises.customers import Reply, crowd, join, new_key, order_of
from tests.promises.faults import alive, connect, kill_instances, kill_part, rows, value, wait_for_part
from tests.stack import Stack
from tests.together import at_once
from tests.waiting import wait_until


def orders_with(stack: Stack, key: str) -> list[str]:
    """The orders that a key has led to, by the answer that is kept, and by what came into being while it was used."""
    return [str(location) for (location,) in rows(
        stack, "SELECT response_headers ->> 'Location' FROM orders.idempotency_keys WHERE key = %s", key
    )]  # fmt: skip


def count_orders(stack: Stack) -> int:
    return int(str(value(stack, "SELECT count(*) FROM orders.orders")))


def test_fifty_requests_at_once_with_one_key_are_one_order_and_get_one_answer(
    own_stack: Stack, skus: list[str]
) -> None:
    customer, key, before = join(own_stack), new_key(), count_orders(own_stack)
    replies = at_once([lambda: customer.insist_on_order(key, {skus[0]: 2, skus[1]: 1})] * 50)
    assert len({(reply.body, reply.headers["location"]) for reply in replies}) == 1
    assert count_orders(own_stack) == before + 1
    assert orders_with(own_stack, key) == [replies[0].headers["location"]]


def test_one_key_is_one_order_while_its_instances_are_killed_again_and_again(own_stack: Stack, skus: list[str]) -> None:
    customer, before = join(own_stack), count_orders(own_stack)
    answers: dict[str, set[bytes]] = {}
    lock = threading.Lock()
    killed = 0

    def buy_four_times() -> None:
        key = new_key()
        replies = at_once([lambda: customer.insist_on_order(key, {skus[2]: 1})] * 4)
        with lock:
            answers[key] = {reply.body for reply in replies}

    def kill() -> bool:
        nonlocal killed
        count = kill_instances(own_stack, "place-order")
        killed += count
        return count > 0

    with crowd({f"buyer {number}": buy_four_times for number in range(3)}) as people:
        for _ in range(6):
            so_far = people.total
            wait_until(kill, 20, "an instance to kill")
            wait_until(lambda: people.total > so_far or people.stopping.is_set(), 40, "orders after a kill")  # noqa: B023

    assert killed >= 6
    assert all(len(bodies) == 1 for bodies in answers.values())
    assert count_orders(own_stack) == before + len(answers)


@contextmanager
def answers_held_back(stack: Stack) -> Iterator[None]:
    """Let every commit reach the disk, and its answer wait: for a standby that there is not."""
    set_standby(stack, "nobody")
    try:
        yield
    finally:
        set_standby(stack, "")


def set_standby(stack: Stack, name: str) -> None:
    done: list[bool] = []

    def told() -> bool:
        with suppress(psycopg.OperationalError), connect(stack, superuser=True) as connection:
            connection.execute(sql.SQL("ALTER SYSTEM SET synchronous_standby_names = {}").format(sql.Literal(name)))
            connection.execute("SELECT pg_reload_conf()")
            done.append(True)
        return bool(done)

    wait_until(told, faults.BACK_WITHIN_S, "a changed setting of Postgres")


@pytest.mark.parametrize("victim", ["instance", "postgres", "envoy"])
def test_a_kill_between_commit_and_answer_leaves_one_order_with_one_answer(
    own_stack: Stack, skus: list[str], victim: str
) -> None:
    customer, key, before = join(own_stack), new_key(), count_orders(own_stack)
    order_of(customer.insist_on_order(new_key(), {skus[3]: 1}))
    first: list[Reply] = []

    def commit_waits() -> bool:
        with connect(own_stack, superuser=True) as connection:
            query = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"
            return connection.execute(query).fetchone() != (0,)

    with answers_held_back(own_stack):
        buyer = threading.Thread(target=lambda: first.append(customer.order(key, {skus[3]: 1})))
        buyer.start()
        wait_until(commit_waits, 10, "a commit whose answer waits")
        if victim == "instance":
            victims = own_stack.instance_pids("place-order")
            for pid in victims:
                os.kill(pid, signal.SIGKILL)
            wait_until(lambda: not any(map(alive, victims)), 10, "the end of the instance")
        else:
            wait_for_part(own_stack, victim, other_than=kill_part(own_stack, victim))
        buyer.join(timeout=30)
    assert first[0].status not in {200, 201}, "the answer was to be lost"

    again = customer.insist_on_order(key, {skus[3]: 1})
    assert orders_with(own_stack, key) == [f"/api/orders/{order_of(again).id}"]
    assert count_orders(own_stack) == before + 2
    assert customer.insist_on_order(key, {skus[3]: 1}).body == again.body
