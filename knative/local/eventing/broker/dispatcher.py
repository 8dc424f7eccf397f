"""Delivers what is due, of each Trigger so many at once, and rests until the next is.

Level-triggered: a turn writes down what attempts came to and asks Postgres what is due; only what is under way is in
memory. What is new is begun at once where there is a slot, and found by a turn where there is none. Postgres is asked
only when there may be something that nobody here knows of: what was begun at once and is done costs the statement that
keeps it, and the one that deletes it. Killed, the process leaves all of it due, to be delivered once more. Pauses are
Postgres' to measure, so the clock of this process plays no part. The order of events is nobody's promise, as with
Knative's Brokers.
"""

import asyncio
import contextlib
import sys
import uuid
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import psycopg

from knative.local.eventing.addresses import broker_url
from knative.local.eventing.broker import events, store
from knative.local.eventing.broker.client import Response, post
from knative.local.eventing.broker.configuration import Configuration, Route
from knative.local.eventing.broker.database import Database
from knative.local.eventing.broker.retries import Answer, DeadLetter, Done, Next, Park, after
from knative.local.eventing.broker.store import Finished, Row, TriggerKey, Waiting
from knative.local.eventing.event import Posted
from shared.cloud_events import CloudEvent

# One that is slow keeps the others' events from nobody: each Trigger has slots of its own.
SLOTS = 16
LONGEST_REST_S = 60.0
AWAY_PAUSE_S = 0.5


class Dispatcher:
    """What is under way, between turns.

    Args:
        mesh_port: Envoy's, on loopback, for addresses inside the mesh.
        on_failure: is told of a fault of ours, which must not pass in silence.
    """

    def __init__(self, database: Database, mesh_port: int, on_failure: Callable[[BaseException], None]) -> None:
        self._database = database
        self._mesh_port = mesh_port
        self._on_failure = on_failure
        self._configuration: Configuration | None = None
        self._under_way: dict[uuid.UUID, TriggerKey] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._finished: list[Finished] = []
        self._due = asyncio.Event()
        # Whether something may be due that is not under way; from this time on it may be in any case.
        self._may_be_due = True
        self._look_at_s = 0.0

    @property
    def configuration(self) -> Configuration | None:
        return self._configuration

    def configure(self, configuration: Configuration) -> None:
        self._configuration = configuration
        self._look()

    def _look(self) -> None:
        """Something may be due that is not under way."""
        self._may_be_due = True
        self._due.set()

    async def run(self) -> None:
        """Deliver, for ever."""
        while True:
            self._due.clear()
            rest_s = await self._turn()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(min(rest_s, LONGEST_REST_S)):
                    await self._due.wait()

    def reserve(self, rows: Sequence[Row]) -> list[Row]:
        """Before they are kept, take on those new deliveries for which there is a slot: no turn takes them then.

        What is taken on, `begin` starts, or `give_back` leaves to a turn.
        """
        taken = []
        busy = Counter(self._under_way.values())
        for row in rows:
            key = (row.namespace, row.trigger)
            if busy[key] < SLOTS:
                busy[key] += 1
                self._under_way[row.id] = key
                taken.append(row)
        return taken

    def begin(self, reserved: Sequence[Row], kept: Sequence[Row]) -> None:
        """They are kept: deliver those for which there was a slot. The others are a turn's to find."""
        if len(reserved) < len(kept):
            self._look()
        for row in reserved:
            route = self._configuration.route(row.namespace, row.trigger) if self._configuration else None
            if route is None:
                self._under_way.pop(row.id)
            else:
                self._start(row.waiting, route)

    def give_back(self, reserved: Sequence[Row]) -> None:
        """Whether they are kept is not known: if they are, a turn finds them."""
        for row in reserved:
            self._under_way.pop(row.id)
        self._look()

    async def release(self) -> None:
        """Give up what is under way: it stays due. What has come to an end is written down."""
        for task in self._tasks:
            task.cancel()
        finished, self._finished = self._finished, []
        with contextlib.suppress(psycopg.Error):
            await self._database.run(lambda connection: store.turn(connection, finished, {}, ()))

    async def _turn(self) -> float:
        """Write down, start what is due; gives how long to rest."""
        if self._configuration is None:
            return LONGEST_REST_S
        finished, self._finished = self._finished, []
        ended = {each.id for each in finished}
        under_way = {identity: key for identity, key in self._under_way.items() if identity not in ended}
        busy = Counter(under_way.values())
        slots = {route.key: SLOTS - busy[route.key] for route in self._configuration.routes}
        now_s = asyncio.get_running_loop().time()
        is_plain = all(isinstance(each.next, Done) and not each.replies for each in finished)
        if is_plain and not self._may_be_due and now_s < self._look_at_s:
            slots = {}
        self._may_be_due = False
        try:
            found = await self._database.run(
                lambda connection: store.turn(connection, finished, slots, under_way.keys())
            )
        except psycopg.OperationalError:
            # What was done is not forgotten, and written down when Postgres is back.
            self._finished = [*finished, *self._finished]
            self._may_be_due = True
            return AWAY_PAUSE_S
        for identity in ended:
            self._under_way.pop(identity, None)
        if not slots:
            return max(0.0, self._look_at_s - now_s)
        taken = Counter(waiting.trigger for waiting in found.due)
        # As many as there were slots: there may be more, for when one of them is free.
        self._may_be_due |= any(taken[key] >= most for key, most in slots.items())
        busy = Counter(self._under_way.values())
        for waiting in found.due:
            # One that came while Postgres was asked may have been begun already, and others have taken the slots.
            if waiting.id in self._under_way or not (route := self._configuration.route(*waiting.trigger)):
                continue
            if busy[waiting.trigger] < SLOTS:
                busy[waiting.trigger] += 1
                self._under_way[waiting.id] = waiting.trigger
                self._start(waiting, route)
            else:
                self._may_be_due = True
        rest_s = LONGEST_REST_S if found.rest_s is None else min(found.rest_s, LONGEST_REST_S)
        self._look_at_s = now_s + rest_s
        return rest_s

    def _start(self, waiting: Waiting, route: Route) -> None:
        task = asyncio.create_task(self._attempt(waiting, route))
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            self._on_failure(error)

    async def _attempt(self, waiting: Waiting, route: Route) -> None:
        """One POST, to the subscriber or, where that was given up, to the dead letter sink."""
        destination = route.dead_letter_sink if waiting.failure else route.subscriber
        replies: tuple[Row, ...] = ()
        told = destination.url if destination else ""
        if destination is None:
            answer = Answer(status=404, body=b"it is a Service that is not there")
        else:
            timeout_s = route.delivery.timeout_s or destination.timeout_s
            try:
                response = await post(
                    destination, _message(waiting, route), timeout_s=timeout_s, mesh_port=self._mesh_port
                )
            except OSError as error:
                answer = Answer(status=None, body=f"dispatch error: {str(error) or 'no answer in time'}".encode())
            else:
                answer = Answer(status=response.status, body=response.body)
                if answer.taken and not waiting.failure:
                    answer, replies, told = self._judge(response, waiting.event, route, told)
        follows = after(
            answer, attempts=waiting.attempts + 1, delivery=route.delivery, failure=waiting.failure, destination=told
        )
        _log(route, waiting, answer, follows)
        self._finished.append(Finished(id=waiting.id, next=follows, replies=replies))
        self._due.set()

    def _judge(
        self, response: Response, to: CloudEvent, route: Route, told: str
    ) -> tuple[Answer, tuple[Row, ...], str]:
        """What a subscriber's 2xx comes to: it holds nothing, or an event, or the delivery has failed."""
        answer = Answer(status=response.status)
        if not events.is_event(response.content_type, response.headers):
            if response.body:
                return Answer(status=502, body=b"its answer is neither empty nor an event"), (), told
            return answer, (), told
        try:
            event = events.read(response.content_type, response.headers, response.body)
        except events.NotTakenError as error:
            return Answer(status=502, body=error.reason.encode()), (), told
        try:
            kept = events.arrived(events.reply(event, to), datetime.now(UTC))
        except events.NotTakenError as error:
            return Answer(status=400, body=error.reason.encode()), (), broker_url(route.namespace, route.broker)
        routes = self._configuration.of_broker(route.namespace, route.broker) if self._configuration else []
        return answer, tuple(store.rows_for(kept, events.passed_on(response.headers), routes)), told


def _message(waiting: Waiting, route: Route) -> Posted:
    headers = {**waiting.headers, "kn-namespace": route.namespace}
    if waiting.failure:
        return events.posted(events.to_dead_letter_sink(waiting.event, waiting.failure), headers, route.delivery.format)
    return events.posted(events.to_subscriber(waiting.event), {**headers, "prefer": "reply"}, route.delivery.format)


def _log(route: Route, waiting: Waiting, answer: Answer, follows: Next) -> None:
    said = f"answered {answer.status}" if answer.status else answer.body.decode(errors="replace")
    event = f"Trigger {route.trigger}: the event {waiting.event.id} of {waiting.event.source}"
    match follows:
        case DeadLetter(failure=failure):
            words = f"{event} is given up after {waiting.attempts + 1} attempts, {failure.destination} {said}"
        case Park(failure=failure) if waiting.failure:
            words = f"{event} is parked: the dead letter sink {said}"
        case Park(failure=failure):
            words = f"{event} is parked after {waiting.attempts + 1} attempts, {failure.destination} {said}"
        case _:
            return
    print(words, file=sys.stderr, flush=True)  # noqa: T201 - the broker's log
