"""What is delivered at once is not looked for in Postgres; what may be due and is not under way is."""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, TypeVar

import pytest

from knative.local.eventing.addresses import Address
from knative.local.eventing.broker import dispatcher, store
from knative.local.eventing.broker.client import Response
from knative.local.eventing.broker.configuration import Configuration, Route
from knative.local.eventing.broker.dispatcher import SLOTS, Dispatcher
from knative.local.eventing.broker.store import Finished, Row, TriggerKey, Turn
from knative.local.model import BrokerName, Namespace, TriggerName
from shared.cloud_events import CloudEvent

T = TypeVar("T")
ROUTE = Route(
    namespace=Namespace("shop"), broker=BrokerName("shop"), trigger=TriggerName("all"),
    subscriber=Address(url="http://127.0.0.1/", timeout_s=5),
)  # fmt: skip


class Postgres:
    """Does at once what it is asked, and notes of each turn whether it looked and how many it finished."""

    def __init__(self) -> None:
        self.turns: list[tuple[bool, int]] = []

    async def run(self, work: Callable[[Any], T]) -> T:
        return work(None)

    def turn(
        self, _connection: object, finished: Sequence[Finished], slots: Mapping[TriggerKey, int], _: Collection[object]
    ) -> Turn:
        self.turns.append((bool(slots), len(finished)))
        return Turn(due=(), rest_s=None)


def row() -> Row:
    event = CloudEvent(id="1", source="/tests", type="a")
    return Row(
        namespace=ROUTE.namespace, broker=ROUTE.broker, trigger=ROUTE.trigger, event=event, document="", headers={}
    )


class SlowPostgres(Postgres):
    """Has found as many as there were slots, and is read late."""

    def __init__(self) -> None:
        super().__init__()
        self.slots: list[int] = []
        self.asked, self.answers = asyncio.Event(), asyncio.Event()

    async def run(self, work: Callable[[Any], T]) -> T:
        found = work(None)
        self.asked.set()
        await self.answers.wait()
        return found

    def turn(
        self, _connection: object, _finished: Sequence[Finished], slots: Mapping[TriggerKey, int], _: Collection[object]
    ) -> Turn:
        (most,) = slots.values()
        self.slots.append(most)
        return Turn(due=tuple(row().waiting for _ in range(most)), rest_s=0.0)


def after(rows: Sequence[Row], statuses: Sequence[int], monkeypatch: pytest.MonkeyPatch) -> list[tuple[bool, int]]:
    """The turns that follow when some new rows are kept, and their subscriber answers so."""
    postgres, answers = Postgres(), iter(statuses)

    async def answer(*_: object, **__: object) -> Response:
        return Response(status=next(answers))

    async def scene() -> list[tuple[bool, int]]:
        found = Dispatcher(postgres, 1, lambda _: None)  # type: ignore[arg-type]
        found.configure(Configuration(brokers=frozenset({(ROUTE.namespace, ROUTE.broker)}), routes=(ROUTE,)))
        running = asyncio.create_task(found.run())
        for _ in range(5):
            await asyncio.sleep(0)
        before = len(postgres.turns)
        reserved = found.reserve(rows)
        found.begin(reserved, rows)
        for _ in range(50):
            await asyncio.sleep(0)
        running.cancel()
        return postgres.turns[before:]

    monkeypatch.setattr(store, "turn", postgres.turn)
    monkeypatch.setattr(dispatcher, "post", answer)
    return asyncio.run(scene())


def test_what_was_begun_at_once_and_is_done_is_written_down_and_nothing_is_looked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert after([row(), row()], [204, 204], monkeypatch) == [(False, 2)]


def test_after_a_failure_it_is_looked_when_the_next_attempt_is_due(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (True, 1) in after([row()], [503], monkeypatch)


def test_what_there_was_no_slot_for_is_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    turns = after([row() for _ in range(SLOTS + 1)], [204] * SLOTS, monkeypatch)
    assert any(looked for looked, _ in turns)


def test_new_events_that_take_the_slots_while_postgres_is_asked_leave_none_to_what_it_finds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    delivering = 0

    async def never(*_: object, **__: object) -> Response:
        nonlocal delivering
        delivering += 1
        await asyncio.Event().wait()
        raise AssertionError

    async def scene() -> list[int]:
        postgres = SlowPostgres()
        monkeypatch.setattr(store, "turn", postgres.turn)
        found = Dispatcher(postgres, 1, lambda _: None)  # type: ignore[arg-type]
        found.configure(Configuration(brokers=frozenset({(ROUTE.namespace, ROUTE.broker)}), routes=(ROUTE,)))
        running = asyncio.create_task(found.run())
        await postgres.asked.wait()
        rows = [row() for _ in range(SLOTS)]
        found.begin(found.reserve(rows), rows)
        postgres.answers.set()
        for _ in range(20):
            await asyncio.sleep(0)
        found.configure(Configuration(brokers=frozenset({(ROUTE.namespace, ROUTE.broker)}), routes=(ROUTE,)))
        for _ in range(20):
            await asyncio.sleep(0)
        running.cancel()
        return postgres.slots

    monkeypatch.setattr(dispatcher, "post", never)
    slots = asyncio.run(scene())
    assert delivering == SLOTS
    assert slots[0] == SLOTS
    assert set(slots[1:]) == {0}, "they are looked for again, when there is room"
