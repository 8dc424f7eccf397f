"""Events that happen if, and only if, what they tell of happened: a row in the same transaction.

A relay (functions/relay_outbox) reads the rows in order and publishes them; it may publish one twice after a crash,
never none:

    with database.transaction(engine) as connection:
        if outbox.lock(connection):
            for pending in outbox.unpublished(connection, 100):
                ...                                                     # publish it
            outbox.mark_published(connection, sequences)
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from opentelemetry import propagate
from sqlalchemy import Connection, text

from shared.cloud_events import CloudEvent

ADDING = """
    INSERT INTO orders.outbox (id, source, type, subject, time, data, others)
    SELECT :event_id, :event_source, :event_type, :event_subject,
        COALESCE(CAST(:event_time AS timestamptz), now()), CAST(:event_data AS jsonb), CAST(:event_others AS jsonb)
    FROM {cause}
"""
"""A part of a larger statement, which takes `values`: the event is added once for each row of `cause`."""

# Of the transaction: it goes with the connection of a relay that died, and with the transaction of one that froze.
_LOCK = text("SELECT pg_try_advisory_xact_lock(CAST(CAST('orders.outbox' AS regclass) AS oid)::bigint)")
# The data as text: what JSON's numbers and the order of the keys are, a reader of Python would change.
_UNPUBLISHED = text("""
    SELECT sequence, id, source, type, subject, time, data::text AS data, others FROM orders.outbox
    WHERE published_at IS NULL AND parked_at IS NULL ORDER BY sequence LIMIT :most
""")
_MARK = text("UPDATE orders.outbox SET published_at = now() WHERE sequence = ANY(CAST(:sequences AS bigint[]))")
_PARK = text("UPDATE orders.outbox SET parked_at = now(), parked_reason = :reason WHERE sequence = :sequence")
_LEFT = text("SELECT count(*) FROM orders.outbox WHERE published_at IS NULL AND parked_at IS NULL")


class Event(Protocol):
    """What this module needs of a CloudEvent: `data` is its JSON; `others` are the attributes not named here."""

    @property
    def id(self) -> str: ...
    @property
    def source(self) -> str: ...
    @property
    def type(self) -> str: ...
    @property
    def subject(self) -> str | None: ...
    @property
    def time(self) -> datetime | None: ...
    @property
    def data(self) -> bytes | None: ...
    @property
    def others(self) -> Mapping[str, str | int | bool]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """An event that is still to be published, and its place in the order."""

    sequence: int
    event: CloudEvent


def values(event: Event) -> dict[str, object]:
    """The values of an event that is added.

    It carries the current trace in `traceparent`, as CloudEvents' distributed tracing extension has it, so that
    what a consumer does later is seen as part of the request that caused it.
    """
    trace: dict[str, str] = {}
    propagate.inject(trace)
    return {
        "event_id": event.id, "event_source": event.source, "event_type": event.type, "event_subject": event.subject,
        "event_time": event.time, "event_data": (event.data or b"null").decode(),
        "event_others": json.dumps({**trace, **event.others}),
    }  # fmt: skip


def lock(connection: Connection) -> bool:
    """Become the only relay until the transaction ends; False, at once, where another one is at it."""
    return bool(connection.execute(_LOCK).scalar_one())


def unpublished(connection: Connection, most: int) -> list[Pending]:
    """The next events in their order. Ask after `lock`, in a statement of its own: then no other relay has them."""
    return [
        Pending(
            sequence=row.sequence,
            event=CloudEvent(
                id=row.id, source=row.source, type=row.type, subject=row.subject, time=row.time, others=row.others,
                data=None if row.data == "null" else row.data.encode(),
            ),
        )
        for row in connection.execute(_UNPUBLISHED, {"most": most})
    ]  # fmt: skip


def mark_published(connection: Connection, sequences: Sequence[int]) -> None:
    """Their sink has them."""
    connection.execute(_MARK, {"sequences": list(sequences)})


def park(connection: Connection, sequence: int, reason: str) -> None:
    """Set an event aside: its sink will never take it. It stays, with the reason, and no relay looks at it again."""
    connection.execute(_PARK, {"sequence": sequence, "reason": reason})


def left(connection: Connection) -> int:
    """How many are still to be published; those that are parked do not count."""
    return int(connection.execute(_LEFT).scalar_one())
