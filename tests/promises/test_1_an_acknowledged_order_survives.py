"""Promise 1: an order acknowledged (201) survives any single process's kill -9, at any moment."""

import itertools
import threading

from shared.orders import Order
from tests.promises.customers import crowd, join, new_key, order_of
from tests.promises.faults import PARTS, alive, kill_and_wait, kill_instances, rows
from tests.stack import Stack
from tests.waiting import wait_until

BUYERS = 6
# So many orders are acknowledged before the next process is killed: the shop sells again, to everybody.
ORDERS_BETWEEN_KILLS = 4 * BUYERS


def test_every_acknowledged_order_survives_the_kill_of_each_process_in_turn(own_stack: Stack, skus: list[str]) -> None:
    acknowledged: list[Order] = []
    numbers = itertools.count()
    lock = threading.Lock()
    customers = [join(own_stack) for _ in range(2)]

    def buy() -> None:
        with lock:
            number = next(numbers)
        pieces = {skus[number % len(skus)]: 1 + number % 3, skus[(number * 7 + 1) % len(skus)]: 1}
        reply = customers[number % 2].insist_on_order(new_key(), pieces)
        order = order_of(reply)
        with lock:
            acknowledged.append(order)

    def sells_again(wanted: int, after: str) -> None:
        wait_until(lambda: len(acknowledged) >= wanted or people.stopping.is_set(), 40, f"orders after {after}")

    with crowd({f"buyer {number}": buy for number in range(BUYERS)}) as people:
        sells_again(ORDERS_BETWEEN_KILLS, "the start")
        for role in PARTS:
            kill_and_wait(own_stack, role)
            sells_again(len(acknowledged) + ORDERS_BETWEEN_KILLS, f"the kill of {role}")
        victims = own_stack.instance_pids("place-order")
        assert kill_instances(own_stack, "place-order") > 0
        wait_until(lambda: not any(map(alive, victims)), 10, "the end of the killed instances")
        sells_again(len(acknowledged) + ORDERS_BETWEEN_KILLS, "the kill of the instances")

    stored = {
        str(order_id): (int(str(total)), int(str(of_lines)))
        for order_id, total, of_lines in rows(
            own_stack,
            """
            SELECT orders.id, total_minor, sum(quantity * unit_price_minor)
            FROM orders.orders JOIN orders.lines ON order_id = orders.id GROUP BY orders.id
            """,
        )
    }
    assert len(acknowledged) >= ORDERS_BETWEEN_KILLS * (len(PARTS) + 2)
    assert {order.id: (order.total.amount, order.total.amount) for order in acknowledged} == stored
