"""Events in the transaction of what they tell of."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from sqlalchemy import Connection, Engine, Row, text
from sqlalchemy.exc import IntegrityError

from shared import database, outbox
from shared.errors import Unavailable


@dataclass(frozen=True, kw_only=True)
class Event:
    id: str
    source: str = "/place-order"
    type: str = "example.zerocart.order.placed"
    subject: str | None = None
    time: datetime | None = None
    data: bytes | None = None
    others: Mapping[str, str | int | bool] = field(default_factory=dict)


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    made = database.make_engine(database_url, pool_size=2, application_name="test-function")
    with made.begin() as connection:
        connection.execute(text("TRUNCATE orders.outbox"))
    yield made
    made.dispose()


def rows(engine: Engine) -> list[Row[tuple[object, ...]]]:
    statement = text("SELECT * FROM orders.outbox ORDER BY sequence")
    return list(database.run(engine, lambda c: c.execute(statement).all()))


def test_an_event_is_kept_as_it_is(engine: Engine) -> None:
    placed_at = datetime(2026, 12, 1, 8, 26, tzinfo=UTC)
    event = Event(id="1", subject="order-1", time=placed_at, data='{"name": "Café"}'.encode(), others={"part": 3})
    database.run(engine, lambda c: outbox.add(c, event))
    (row,) = rows(engine)
    assert (row.id, row.source, row.type, row.subject) == ("1", event.source, event.type, "order-1")
    assert (row.time, row.data, row.others, row.published_at) == (placed_at, {"name": "Café"}, {"part": 3}, None)


def test_an_event_of_a_transaction_that_failed_never_was(engine: Engine) -> None:
    def work(connection: Connection) -> None:
        outbox.add(connection, Event(id="1"))
        raise Unavailable

    with pytest.raises(Unavailable):
        database.run(engine, work)
    assert rows(engine) == []


def test_one_event_is_not_kept_twice(engine: Engine) -> None:
    database.run(engine, lambda c: outbox.add(c, Event(id="1")))
    with pytest.raises(IntegrityError):
        database.run(engine, lambda c: outbox.add(c, Event(id="1")))


def test_an_event_carries_the_trace_of_its_request_and_a_time(engine: Engine) -> None:
    with TracerProvider().get_tracer("test").start_as_current_span("placing an order") as span:
        database.run(engine, lambda c: outbox.add(c, Event(id="1")))
    (row,) = rows(engine)
    assert trace.format_trace_id(span.get_span_context().trace_id) in row.others["traceparent"]
    assert row.time is not None
