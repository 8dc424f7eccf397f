"""Events that happen if, and only if, what they tell of happened: a row in the same transaction.

A relay reads the rows in order and publishes them; it may publish one twice after a crash, never none.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from opentelemetry import propagate
from sqlalchemy import Connection, text

_ADD = text("""
    INSERT INTO orders.outbox (id, source, type, subject, time, data, others)
    VALUES (:id, :source, :type, :subject, COALESCE(:time, now()), CAST(:data AS jsonb), CAST(:others AS jsonb))
""")


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


def add(connection: Connection, event: Event) -> None:
    """Add an event to the caller's transaction.

    It carries the current trace in `traceparent`, as CloudEvents' distributed tracing extension has it, so that
    what a consumer does later is seen as part of the request that caused it.
    """
    trace: dict[str, str] = {}
    propagate.inject(trace)
    connection.execute(
        _ADD,
        {
            "id": event.id, "source": event.source, "type": event.type, "subject": event.subject, "time": event.time,
            "data": (event.data or b"null").decode(), "others": json.dumps({**trace, **event.others}),
        },
    )  # fmt: skip
