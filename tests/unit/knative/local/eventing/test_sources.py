"""The loop that fires: on the tick, one delivery of a source at a time, and what became of the last is known."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

import pytest

from knative.local.eventing.sources import Sources
from knative.local.model import Namespace, PingSource, ServiceName, Sink, SinkBinding

SHOP = Namespace("shop")
EVERY_SECOND = "* * * * * *"
WITHIN_S = 20.0


class Server:
    """A sink in the open, which answers when it is let."""

    def __init__(self) -> None:
        self.port = 0
        self.status = 204
        self.ids: list[str] = []
        self.at_once = 0
        self.most_at_once = 0
        self.answers = asyncio.Event()
        self.came = asyncio.Event()
        self.writers: list[asyncio.StreamWriter] = []

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writers.append(writer)
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        self.ids.append(head.partition("ce-id: ")[2].partition("\r\n")[0])
        self.at_once += 1
        self.most_at_once = max(self.at_once, self.most_at_once)
        self.came.set()
        await self.answers.wait()
        self.at_once -= 1
        writer.write(f"HTTP/1.1 {self.status} x\r\n\r\n".encode())
        writer.close()


class Clock:
    """The machine's clock, which a test sets."""

    def __init__(self) -> None:
        self.now_s = 1_764_072_000.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def faults() -> Iterator[list[BaseException]]:
    """What the loop could not handle: nothing, at the end of each test."""
    found: list[BaseException] = []
    yield found
    assert found == []


@contextlib.asynccontextmanager
async def running(
    faults: list[BaseException], now_s: Callable[[], float] | None = None
) -> AsyncIterator[tuple[Sources, Server]]:
    server = Server()
    listening = await asyncio.start_server(server.take, "127.0.0.1", 0)
    server.port = listening.sockets[0].getsockname()[1]
    sources = Sources(server.port, faults.append, now_s) if now_s else Sources(server.port, faults.append)
    loop = asyncio.create_task(sources.run())
    async with listening:
        yield sources, server
        server.answers.set()
        loop.cancel()
        sources.release()
        with contextlib.suppress(asyncio.CancelledError):
            await loop
        for writer in server.writers:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()


def source(server: Server, name: str = "relay", schedule: str = EVERY_SECOND) -> PingSource:
    return PingSource(
        name=name, namespace=SHOP, schedule=schedule, sink=Sink(uri=f"http://127.0.0.1:{server.port}/")
    )  # fmt: skip


async def until(condition: Callable[[], object], tick: Callable[[], Awaitable[None]] | None = None) -> None:
    async with asyncio.timeout(WITHIN_S):
        while not condition():
            await (tick() if tick else asyncio.sleep(0.01))


def of(sources: Sources, name: str = "relay") -> dict[str, Any]:
    (found,) = [each for each in sources.status() if each["name"] == name]
    return found


def test_a_source_is_fired_again_and_again_each_time_with_another_event(faults: list[BaseException]) -> None:
    async def whole() -> list[str]:
        async with running(faults) as (sources, server):
            server.answers.set()
            sources.configure([source(server)], [], {})
            await until(lambda: len(server.ids) >= 3)
            await until(lambda: of(sources)["last"])
            assert of(sources)["last"] | {"at": ""} == {
                "at": "", "delivered": True, "status": 204, "attempts": 1, "result": "delivered",
            }  # fmt: skip
            return server.ids

    ids = asyncio.run(whole())
    assert len(set(ids)) == len(ids)


def test_a_slow_sink_has_one_delivery_of_a_source_at_a_time_and_the_ticks_meanwhile_are_left_out(
    faults: list[BaseException],
) -> None:
    clock = Clock()

    async def whole() -> None:
        async with running(faults, clock) as (sources, server):
            sources.configure([source(server), source(server, "other", "@yearly")], [], {})
            clock.now_s += 1
            sources.configure([source(server), source(server, "other", "@yearly")], [], {})
            await server.came.wait()
            for _ in range(5):
                clock.now_s += 1
                before = of(sources)["next"]
                sources.configure([source(server), source(server, "other", "@yearly")], [], {})
                await until(lambda before=before: of(sources)["next"] != before)  # type: ignore[misc]
            assert (len(server.ids), server.most_at_once) == (1, 1)
            server.answers.set()
            await until(lambda: of(sources)["last"])
            clock.now_s += 1
            sources.configure([source(server)], [], {})
            await until(lambda: len(server.ids) == 2)
            assert server.most_at_once == 1

    asyncio.run(whole())


def test_a_refusal_is_kept_and_said_in_the_log(faults: list[BaseException], capsys: pytest.CaptureFixture[str]) -> None:
    async def whole() -> None:
        async with running(faults) as (sources, server):
            server.status = 422
            server.answers.set()
            sources.configure([source(server)], [], {})
            await until(lambda: of(sources)["last"])
            assert of(sources)["last"]["result"] == "answered 422"
            assert not of(sources)["last"]["delivered"]

    asyncio.run(whole())
    assert "PingSource relay: an event was lost, answered 422" in capsys.readouterr().err


def test_a_source_whose_sink_is_not_there_rests_and_says_so(faults: list[BaseException]) -> None:
    lost = PingSource(
        name="lost", namespace=SHOP, schedule=EVERY_SECOND, sink=Sink(service=ServiceName("nobody"), namespace=SHOP)
    )
    binding = SinkBinding(
        name="binding", namespace=SHOP, sink=Sink(uri="http://a.example"), subject=ServiceName("nobody")
    )

    async def whole() -> None:
        async with running(faults) as (sources, server):
            server.answers.set()
            sources.configure([lost, source(server)], [binding], {})
            await until(lambda: len(server.ids) >= 2)
            found = of(sources, "lost")
            assert (found["ready"], found["sink"], found["next"], found["last"]) == (False, None, None, None)
            assert found["reason"] == "its sink is not there: Service nobody in shop"
            assert of(sources, "binding")["reason"] == "there is no Service nobody"
            assert of(sources)["ready"]

    asyncio.run(whole())


def test_a_source_that_is_gone_fires_no_more(faults: list[BaseException]) -> None:
    clock = Clock()

    async def whole() -> None:
        async with running(faults, clock) as (sources, server):
            server.answers.set()
            sources.configure([source(server)], [], {})
            sources.configure([source(server, "other", EVERY_SECOND)], [], {})
            clock.now_s += 1
            sources.configure([source(server, "other", EVERY_SECOND)], [], {})
            await until(lambda: of(sources, "other")["last"])
            assert [each["name"] for each in sources.status()] == ["other"]
            assert len(server.ids) == 1

    asyncio.run(whole())


@pytest.mark.parametrize("schedules_before", [[], ["@yearly"]])
def test_a_new_source_wakes_a_loop_that_sleeps(faults: list[BaseException], schedules_before: list[str]) -> None:
    async def whole() -> None:
        async with running(faults) as (sources, server):
            server.answers.set()
            before = [source(server, "before", schedule) for schedule in schedules_before]
            sources.configure(before, [], {})
            for _ in range(10):
                await asyncio.sleep(0)
            sources.configure([*before, source(server)], [], {})
            await until(lambda: server.ids)

    asyncio.run(whole())


def test_while_there_is_no_source_the_loop_sleeps(faults: list[BaseException]) -> None:
    asked: list[float] = []

    def clock() -> float:
        asked.append(0.0)
        return 1_764_072_000.0

    async def whole() -> None:
        async with running(faults, clock) as (sources, _):
            for _ in range(1000):
                await asyncio.sleep(0)
            count = len(asked)
            sources.configure([], [], {})
            for _ in range(1000):
                await asyncio.sleep(0)
            assert len(asked) - count <= 4

    asyncio.run(whole())
