"""The deliveries in Postgres: one row for each event and each Trigger that asks for it, until it is delivered.

Each function is some work for `database.Database`. A row whose delivery is under way is not locked: who
dies with it leaves it due, and it is delivered once more.
"""

import json
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from psycopg import Connection

from knative.local.eventing.broker.configuration import Configuration, Route
from knative.local.eventing.broker.events import attributes
from knative.local.eventing.broker.retries import Again, DeadLetter, Done, Failure, Next, Park
from knative.local.model import BrokerName, Namespace, TriggerName
from shared.cloud_events import CloudEvent
from shared.cloud_events_http import STRUCTURED, encode, parse

KEPT_FOR = "30 days"

_ADD = """
    INSERT INTO eventing.deliveries (id, namespace, broker, trigger, event, headers)
    SELECT id, namespace, broker, trigger, CAST(event AS json), CAST(headers AS json)
    FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[])
        AS made(id, namespace, broker, trigger, event, headers)
"""
_DONE = "DELETE FROM eventing.deliveries WHERE id = ANY(%s::uuid[])"
_AGAIN = """
    UPDATE eventing.deliveries SET attempts = told.attempts, due_at = now() + make_interval(secs => told.pause_s)
    FROM unnest(%s::uuid[], %s::int[], %s::float8[]) AS told(id, attempts, pause_s) WHERE deliveries.id = told.id
"""
_GIVE_UP = """
    UPDATE eventing.deliveries
    SET attempts = 0, due_at = now(), failed_destination = %s, failed_code = %s, failed_data = %s,
        parked_at = CASE WHEN %s THEN now() END
    WHERE id = %s
"""
# The first that are due, of each Trigger as many as there are slots.
_DUE = """
    SELECT due.* FROM unnest(%s::text[], %s::text[], %s::int[]) AS asked(namespace, trigger, most)
    CROSS JOIN LATERAL (
        SELECT id, namespace, trigger, event::text, headers, attempts, failed_destination, failed_code, failed_data
        FROM eventing.deliveries
        WHERE namespace = asked.namespace AND trigger = asked.trigger AND parked_at IS NULL AND due_at <= now()
            AND id <> ALL(%s::uuid[])
        ORDER BY due_at LIMIT asked.most
    ) AS due
"""
_REST = """
    SELECT extract(epoch FROM min(next.due_at) - now())::float8
    FROM unnest(%s::text[], %s::text[]) AS asked(namespace, trigger)
    CROSS JOIN LATERAL (
        SELECT due_at FROM eventing.deliveries
        WHERE namespace = asked.namespace AND trigger = asked.trigger AND parked_at IS NULL AND due_at > now()
        ORDER BY due_at LIMIT 1
    ) AS next
"""
_FORGET = """
    DELETE FROM eventing.deliveries
    WHERE parked_at < now() - %s::interval
        OR (parked_at IS NULL AND NOT EXISTS (
            SELECT FROM unnest(%s::text[], %s::text[]) AS known(namespace, trigger)
            WHERE known.namespace = deliveries.namespace AND known.trigger = deliveries.trigger
        ))
"""
_COUNTS = """
    SELECT namespace, broker, trigger,
        count(*) FILTER (WHERE parked_at IS NULL),
        count(*) FILTER (WHERE parked_at IS NULL AND (attempts > 0 OR failed_code IS NOT NULL)),
        count(*) FILTER (WHERE parked_at IS NOT NULL),
        min(arrived_at) FILTER (WHERE parked_at IS NULL)
    FROM eventing.deliveries GROUP BY namespace, broker, trigger ORDER BY namespace, broker, trigger
"""

TriggerKey = tuple[Namespace, TriggerName]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A delivery that is new. `document` is the event as it is kept."""

    namespace: Namespace
    broker: BrokerName
    trigger: TriggerName
    event: CloudEvent
    document: str
    headers: Mapping[str, str]
    id: uuid.UUID = field(default_factory=uuid.uuid4)

    @property
    def waiting(self) -> "Waiting":
        """As it is found again, before the first attempt."""
        return Waiting(
            id=self.id, trigger=(self.namespace, self.trigger), event=self.event, headers=self.headers, attempts=0,
            failure=None,
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A delivery that is due. `failure`: the subscriber has it not, and it is for the dead letter sink."""

    id: uuid.UUID
    trigger: TriggerKey
    event: CloudEvent
    headers: Mapping[str, str]
    attempts: int
    failure: Failure | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """What an attempt came to. `replies` are the deliveries of the event that the subscriber answered with."""

    id: uuid.UUID
    next: Next
    replies: tuple[Row, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What is due now. `rest_s`: until the next one is; None, where none waits."""

    due: Sequence[Waiting]
    rest_s: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """`retrying_count` of those that wait were tried before."""

    namespace: Namespace
    broker: BrokerName
    trigger: TriggerName
    waiting_count: int
    retrying_count: int
    parked_count: int
    oldest_at: datetime | None


def rows_for(event: CloudEvent, headers: Mapping[str, str], routes: Sequence[Route]) -> list[Row]:
    """The deliveries of one event, for those of a Broker's Triggers that ask for it."""
    named = attributes(event)
    asking = [route for route in routes if route.asks_for(named)]
    document = encode(event).decode() if asking else ""
    return [
        Row(
            namespace=each.namespace, broker=each.broker, trigger=each.trigger, event=event, document=document,
            headers=headers,
        )
        for each in asking
    ]  # fmt: skip


def add(connection: Connection, rows: Sequence[Row]) -> None:
    """Keep some new deliveries."""
    columns = [
        [each.id for each in rows], [each.namespace for each in rows], [each.broker for each in rows],
        [each.trigger for each in rows], [each.document for each in rows],
        [json.dumps(dict(each.headers)) for each in rows],
    ]  # fmt: skip
    connection.execute(_ADD, columns)


def turn(
    connection: Connection,
    finished: Sequence[Finished],
    slots: Mapping[TriggerKey, int],
    under_way: Collection[uuid.UUID],
) -> Turn:
    """Write down what attempts came to, and find what is due.

    An answer's event is kept in the transaction in which the event that it answers goes.

    Args:
        slots: how many may be started now, of each Trigger that there is. Without any, nothing is looked for.
        under_way: those that are not to be found again.
    """
    if finished:
        _write(connection, finished)
    if not slots:
        return Turn(due=(), rest_s=None)
    namespaces, triggers = [namespace for namespace, _ in slots], [trigger for _, trigger in slots]
    # In this order: what becomes due in between is found now, or said to be due soon.
    (rest_s,) = connection.execute(_REST, [namespaces, triggers]).fetchone() or (None,)
    found = connection.execute(_DUE, [namespaces, triggers, list(slots.values()), list(under_way)])
    due = [
        Waiting(
            id=identity, trigger=(namespace, trigger), event=_event(document), headers=headers, attempts=attempts,
            failure=None if code is None else Failure(destination=destination, code=code, data=data),
        )
        for identity, namespace, trigger, document, headers, attempts, destination, code, data in found
    ]  # fmt: skip
    return Turn(due=due, rest_s=rest_s)


def forget(connection: Connection, configuration: Configuration) -> None:
    """Drop what waits for a Trigger that is gone, and what was parked a month ago."""
    routes = configuration.routes
    known = [[each.namespace for each in routes], [each.trigger for each in routes]]
    connection.execute(_FORGET, [KEPT_FOR, *known])


def counts(connection: Connection) -> list[Count]:
    return [
        Count(
            namespace=namespace, broker=broker, trigger=trigger, waiting_count=waiting, retrying_count=retrying,
            parked_count=parked, oldest_at=oldest,
        )
        for namespace, broker, trigger, waiting, retrying, parked, oldest in connection.execute(_COUNTS)
    ]  # fmt: skip


def _write(connection: Connection, finished: Sequence[Finished]) -> None:
    """One after the other is as good as together, but for an answer: it is kept when what it answers goes."""
    done, again = [], []
    for each in finished:
        match each.next:
            case Done():
                done.append(each.id)
            case Again(attempts=attempts, pause_s=pause_s):
                again.append((each.id, attempts, pause_s))
            case DeadLetter(failure=failure) | Park(failure=failure) as given_up:
                is_parked = isinstance(given_up, Park)
                values = (failure.destination, failure.code, failure.data, is_parked, each.id)
                connection.execute(_GIVE_UP, values)
    if replies := [row for each in finished for row in each.replies]:
        with connection.transaction():
            add(connection, replies)
            connection.execute(_DONE, [done])
    elif done:
        connection.execute(_DONE, [done])
    if again:
        connection.execute(_AGAIN, [list(column) for column in zip(*again, strict=True)])


def _event(document: str) -> CloudEvent:
    (event,) = parse(STRUCTURED, (), document.encode())
    return event
