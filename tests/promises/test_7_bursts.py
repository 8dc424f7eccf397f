"""Promise 7: from zero, a burst within the machine's capacity has no error. Past it: 503 with Retry-After, never a
hang, and it comes back."""

import asyncio
import resource
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass

import pytest

from tests.promises.customers import call
from tests.stack import Stack
from tests.waiting import wait_until

SERVICE = "list-products"
PATH = "/api/products?limit=5"
# Far below what two cores answer, which `make bench` measures: the tests' machine may be busy with others.
WITHIN_CAPACITY_RPS = 100
BURST_S = 3.0
# More than the gateway's connections (2048) and those that wait for one (1024): gateway/manifests/functions.yaml.
PAST_CAPACITY_COUNT = 4000
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


async def ask(port: int, turn: Callable[[], Awaitable[object]]) -> Answer:
    """One request on a connection of its own, when its turn comes. Raises TimeoutError where it hangs."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        await turn()
        began_s = time.monotonic()
        writer.write(f"GET {PATH} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n".encode())
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
        return await ask(own_stack.port, lambda: asyncio.sleep(0))

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
