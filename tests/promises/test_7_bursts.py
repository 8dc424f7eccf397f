"""Promise 7: from zero, a burst within the machine's capacity has no error. Past it: 503 with Retry-After, never a
hang, and it comes back."""

import asyncio
import os
import resource
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass

import pytest

from tests.bench.connection import post
from tests.promises.customers import basket, call, join, new_key
from tests.stack import Stack
from tests.waiting import wait_until

SERVICE = "list-products"
PATH = "/api/products?limit=5"
BROWSE = f"GET {PATH} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n".encode()
# Far below what two cores answer, which `make bench` measures: the tests' machine may be busy with others.
WITHIN_CAPACITY_RPS = 100
BURST_S = 3.0
# Far more than the gateway lets run and wait at one function: gateway/manifests/functions.yaml.
PAST_CAPACITY_COUNT = 4000
BROWSER_COUNT = 600
ORDER_COUNT = 20
# No browser on this machine asks again before that, so that the orders need not compete with the clients themselves.
ASKS_AGAIN_AFTER_S = 0.5
# The route's own timeout is 15 s, and Envoy's answer to it comes right after.
NO_HANG_S = 20.0
QUICK_S = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    status: int
    retry_after: str
    took_s: float


@pytest.fixture
def many_sockets() -> Iterator[None]:
    """As many open files as a client with thousands of connections needs."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 2 * PAST_CAPACITY_COUNT)), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def nice_levels(stack: Stack, service: str) -> list[int]:
    """Of its instances that run."""
    return [os.getpriority(os.PRIO_PROCESS, pid) for pid in stack.instance_pids(service)]


async def at_once() -> None:
    """It is everybody's turn."""


async def ask(port: int, turn: Callable[[], Awaitable[object]] = at_once, request: bytes = BROWSE) -> Answer:
    """One request on a connection of its own, when its turn comes. Raises TimeoutError where it hangs."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        await turn()
        began_s = time.monotonic()
        writer.write(request)
        async with asyncio.timeout(NO_HANG_S):
            answer = await reader.read()
    finally:
        writer.close()
    head = answer.partition(b"\r\n\r\n")[0].decode()
    first, *fields = head.split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (field.partition(":") for field in fields)}
    return Answer(
        status=int(first.split(" ")[1]),
        retry_after=headers.get("retry-after", ""),
        took_s=time.monotonic() - began_s,
    )


def test_from_zero_a_burst_within_capacity_has_no_error(own_stack: Stack) -> None:
    own_stack.wait_for_zero(SERVICE)

    async def ask_at(after_s: float) -> Answer:
        # The rate is kept whatever the answers do: nobody waits for the shop before the next one comes.
        await asyncio.sleep(after_s)
        return await ask(own_stack.port)

    async def burst() -> list[Answer]:
        count = int(WITHIN_CAPACITY_RPS * BURST_S)
        async with asyncio.TaskGroup() as group:
            asked = [group.create_task(ask_at(number / WITHIN_CAPACITY_RPS)) for number in range(count)]
        return [task.result() for task in asked]

    answers = asyncio.run(burst())
    assert Counter(answer.status for answer in answers) == {200: WITHIN_CAPACITY_RPS * BURST_S}
    assert max(answer.took_s for answer in answers) < NO_HANG_S / 4


@pytest.mark.usefixtures("many_sockets")
def test_past_capacity_everybody_is_answered_or_told_when_to_come_again_and_then_it_is_quick(own_stack: Stack) -> None:
    async def rush() -> list[Answer]:
        # Everybody is at the door before anybody asks.
        everybody = asyncio.Barrier(PAST_CAPACITY_COUNT)
        async with asyncio.TaskGroup() as group:
            asked = [group.create_task(ask(own_stack.port, everybody.wait)) for _ in range(PAST_CAPACITY_COUNT)]
        return [task.result() for task in asked]

    answers = asyncio.run(rush())
    counts = Counter(answer.status for answer in answers)
    assert set(counts) <= {200, 503}, counts
    assert counts[200] > 0
    assert counts[503] > 0, "this was within capacity: it takes more to show what happens past it"
    assert all(answer.retry_after.isdecimal() for answer in answers if answer.status == 503)

    wait_until(lambda: call(own_stack, "GET", PATH).status == 200, 5, "an answer after the rush")
    replies = [call(own_stack, "GET", PATH) for _ in range(20)]
    assert {reply.status for reply in replies} == {200}
    assert sorted(reply.took_s for reply in replies)[10] < QUICK_S


@pytest.mark.usefixtures("many_sockets")
def test_past_what_browsing_may_have_every_order_is_placed(own_stack: Stack, skus: list[str]) -> None:
    customers = [join(own_stack) for _ in range(4)]
    requests = [
        post("/api/orders", "localhost", basket({skus[number % len(skus)]: 1}), {
            **customers[number % len(customers)].headers(new_key()), "Connection": "close",
        })
        for number in range(ORDER_COUNT)
    ]  # fmt: skip
    browsed: Counter[int] = Counter()

    async def scene() -> list[Answer]:
        sent_away, over = asyncio.Event(), asyncio.Event()

        async def browse() -> None:
            while not over.is_set():
                answer = await ask(own_stack.port)
                browsed[answer.status] += 1
                if answer.status == 503:
                    sent_away.set()
                await asyncio.sleep(ASKS_AGAIN_AFTER_S)

        async with asyncio.TaskGroup() as group:
            for _ in range(BROWSER_COUNT):
                group.create_task(browse())
            async with asyncio.timeout(NO_HANG_S):
                await sent_away.wait()
            try:
                return await asyncio.gather(*(ask(own_stack.port, request=request) for request in requests))
            finally:
                over.set()

    orders = asyncio.run(scene())
    assert Counter(order.status for order in orders) == {201: ORDER_COUNT}
    assert browsed[200] > 0
    assert browsed[503] > browsed[200] / 20, f"this was within capacity: {browsed}"
    assert set(browsed) == {200, 503}
    # Where both want the processor, the kernel gives it to orders first.
    assert max(nice_levels(own_stack, "place-order")) < min(nice_levels(own_stack, SERVICE))
