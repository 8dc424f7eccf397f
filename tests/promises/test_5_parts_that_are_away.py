"""Promise 5: Redis away: everything that can be sold is sold. Postgres away: the catalogue still reads, and the rest
answers 503 with Retry-After within 2 s."""

import re
import secrets
from typing import get_args

import msgspec
import pytest

from tests.promises.customers import Customer, Reply, at_once, call, insist, join, new_key, order_of
from tests.promises.faults import Fault, away, value
from tests.stack import Stack
from tests.waiting import wait_until

WITHIN_S = 2.0
FAULTS = get_args(Fault)
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


def warm(stack: Stack, customer: Customer, sku: str) -> None:
    """Have an instance of everything, as a shop has that people are in: with its engine frozen none is started."""
    wait_until(lambda: all(reply.status == 200 for reply in catalogue(stack, sku).values()), 20, "the catalogue")
    order_of(customer.insist_on_order(new_key(), {sku: 1}))
    assert insist(stack, "POST", "/api/events", {**EVENT, "id": secrets.token_hex(8)}, STRUCTURED).status == 202
    assert join(stack).token


@pytest.mark.parametrize("fault", FAULTS)
def test_without_redis_the_catalogue_reads_and_orders_are_placed(
    own_stack: Stack, skus: list[str], customer: Customer, fault: Fault
) -> None:
    warm(own_stack, customer, skus[0])
    with away(own_stack, "valkey", fault):
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
