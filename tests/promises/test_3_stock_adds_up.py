"""Promise 3: stock never goes below zero, and none is lost: start = now + units in orders not cancelled."""

import random
import threading
from collections import Counter

import msgspec

from tests.promises.customers import crowd, insist, join, new_key, order_of
from tests.promises.faults import kill_instances, kill_part, rows, value, wait_for_part
from tests.stack import Stack
from tests.together import at_once
from tests.waiting import wait_until


class Problem(msgspec.Struct, frozen=True):
    type: str
    skus: list[str] = []


def put_in_stock(stack: Stack, sku: str, pieces: int) -> None:
    """Set what is there now."""
    value(stack, "UPDATE catalog.products SET available = %s WHERE sku = %s RETURNING available", pieces, sku)


def stock(stack: Stack, skus: list[str]) -> dict[str, int]:
    found = rows(stack, "SELECT sku, available FROM catalog.products WHERE sku = ANY(%s)", skus)
    return {str(sku): int(str(available)) for sku, available in found}


def units_sold(stack: Stack, skus: list[str]) -> Counter[str]:
    """Units in orders that are not cancelled."""
    query = """
        SELECT sku, sum(quantity) FROM orders.lines JOIN orders.orders ON orders.id = order_id
        WHERE sku = ANY(%s) AND status <> 'cancelled' GROUP BY sku
    """
    return Counter({str(sku): int(str(count)) for sku, count in rows(stack, query, skus)})


def test_the_last_pieces_are_sold_to_as_many_as_there_are_and_to_nobody_else(own_stack: Stack, skus: list[str]) -> None:
    customer, sku = join(own_stack), skus[0]
    put_in_stock(own_stack, sku, 7)
    replies = at_once([lambda: customer.insist_on_order(new_key(), {sku: 1})] * 30)
    assert Counter(reply.status for reply in replies) == {201: 7, 409: 23}
    for reply in replies:
        if reply.status == 409:
            problem = msgspec.json.decode(reply.body, type=Problem)
            assert (problem.type, problem.skus) == ("out-of-stock", [sku])
    assert stock(own_stack, [sku]) == {sku: 0}
    assert units_sold(own_stack, [sku]) == {sku: 7}


def test_stock_and_orders_add_up_after_kills_while_everybody_wants_the_same_goods(
    own_stack: Stack, skus: list[str]
) -> None:
    customer, wanted = join(own_stack), skus[1:4]
    for sku in wanted:
        put_in_stock(own_stack, sku, 120)
    acknowledged: Counter[str] = Counter()
    refused = 0
    lock = threading.Lock()
    chance = random.Random(4)

    def buy() -> None:
        nonlocal refused
        with lock:
            # In any order of the goods: two baskets the wrong way round must not wait for each other for ever.
            basket = {sku: chance.randint(1, 4) for sku in chance.sample(wanted, chance.randint(1, 3))}
        reply = customer.insist_on_order(new_key(), basket)
        with lock:
            if reply.status == 409:
                refused += 1
            else:
                for line in order_of(reply).items:
                    acknowledged[line.sku] += line.quantity

    def more(count: int, after: str) -> None:
        so_far = people.total
        wait_until(lambda: people.total >= so_far + count or people.stopping.is_set(), 40, f"buyers after {after}")

    with crowd({f"buyer {number}": buy for number in range(6)}) as people:
        more(12, "the start")
        kill_instances(own_stack, "place-order")
        more(12, "the kill of the instances")
        wait_for_part(own_stack, "postgres", other_than=kill_part(own_stack, "postgres"))
        more(12, "the kill of Postgres")
        wait_until(lambda: refused > 6 or people.stopping.is_set(), 40, "an empty shelf")

    now = stock(own_stack, wanted)
    assert all(available >= 0 for available in now.values())
    assert {sku: now[sku] + acknowledged[sku] for sku in wanted} == dict.fromkeys(wanted, 120)
    assert units_sold(own_stack, wanted) == acknowledged


def test_what_is_refused_takes_nothing_of_what_there_was_enough_of(own_stack: Stack, skus: list[str]) -> None:
    customer, plenty, scarce = join(own_stack), skus[5], skus[6]
    put_in_stock(own_stack, plenty, 50)
    put_in_stock(own_stack, scarce, 1)
    assert customer.insist_on_order(new_key(), {plenty: 5, scarce: 2}).status == 409
    assert stock(own_stack, [plenty, scarce]) == {plenty: 50, scarce: 1}
    assert insist(own_stack, "GET", f"/api/products/{plenty}").status == 200
