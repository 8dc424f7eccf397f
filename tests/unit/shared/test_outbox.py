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
from tests.waiting import wait_until

ADD = text(outbox.ADDING.format(cause="(VALUES (true)) AS happened"))


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


def add_one(connection: Connection, event: outbox.Event) -> None:
    connection.execute(ADD, outbox.values(event))


def rows(engine: Engine) -> list[Row[tuple[object, ...]]]:
    statement = text("SELECT * FROM orders.outbox ORDER BY sequence")
    return list(database.run(engine, lambda c: c.execute(statement).all()))


def test_an_event_is_kept_as_it_is(engine: Engine) -> None:
    placed_at = datetime(2026, 12, 1, 8, 26, tzinfo=UTC)
    event = Event(id="1", subject="order-1", time=placed_at, data='{"name": "Café"}'.encode(), others={"part": 3})
    database.run(engine, lambda c: add_one(c, event))
    (row,) = rows(engine)
    assert (row.id, row.source, row.type, row.subject) == ("1", event.source, event.type, "order-1")
    assert (row.time, row.data, row.others, row.published_at) == (placed_at, {"name": "Café"}, {"part": 3}, None)


def test_an_event_of_a_transaction_that_failed_never_was(engine: Engine) -> None:
    def work(connection: Connection) -> None:
        add_one(connection, Event(id="1"))
        raise Unavailable

    with pytest.raises(Unavailable):
        database.run(engine, work)
    assert rows(engine) == []


def test_one_event_is_not_kept_twice(engine: Engine) -> None:
    database.run(engine, lambda c: add_one(c, Event(id="1")))
    with pytest.raises(IntegrityError):
        database.run(engine, lambda c: add_one(c, Event(id="1")))


def test_an_event_carries_the_trace_of_its_request_and_a_time(engine: Engine) -> None:
    with TracerProvider().get_tracer("test").start_as_current_span("placing an order") as span:
        database.run(engine, lambda c: add_one(c, Event(id="1")))
    (row,) = rows(engine)
    assert trace.format_trace_id(span.get_span_context().trace_id) in row.others["traceparent"]
    assert row.time is not None


def add(engine: Engine, *ids: str) -> list[int]:
    """Add events, each in a transaction; gives their sequences."""
    for each in ids:
        database.run(engine, lambda c, each=each: add_one(c, Event(id=each)))  # type: ignore[misc]
    return [row.sequence for row in rows(engine) if row.id in ids]


def ids(engine: Engine, most: int = 100) -> list[str]:
    return [pending.event.id for pending in database.run(engine, lambda c: outbox.unpublished(c, most))]


def test_the_unpublished_ones_come_in_their_order_and_so_many_at_once(engine: Engine) -> None:
    add(engine, "2", "1", "3")
    assert (ids(engine), ids(engine, most=2)) == (["2", "1", "3"], ["2", "1"])


def test_an_event_comes_out_as_it_went_in(engine: Engine) -> None:
    placed_at = datetime(2026, 12, 1, 8, 26, tzinfo=UTC)
    data = '{"big": 12345678901234567890123, "name": "Caf\u00e9", "price": 1.10}'.encode()
    given = Event(id="1", subject="order-1", time=placed_at, data=data, others={"datacontenttype": "application/json"})
    database.run(engine, lambda c: add_one(c, given))
    database.run(engine, lambda c: add_one(c, Event(id="2")))
    first, second = (pending.event for pending in database.run(engine, lambda c: outbox.unpublished(c, 2)))
    assert (first.id, first.source, first.type, first.subject) == (given.id, given.source, given.type, given.subject)
    assert (first.time, first.data, first.others) == (placed_at, data, given.others)
    assert (second.subject, second.data, second.time is not None) == (None, None, True)


def test_what_is_published_or_parked_is_not_pending_and_what_is_left_is_counted(engine: Engine) -> None:
    first, second, _third, fourth = add(engine, "1", "2", "3", "4")
    database.run(engine, lambda c: outbox.mark_published(c, [first, fourth]))
    database.run(engine, lambda c: outbox.park(c, second, "422 no"))
    assert ids(engine) == ["3"]
    assert database.run(engine, outbox.left) == 1
    assert [(row.published_at is not None, row.parked_reason) for row in rows(engine)] == [
        (True, None), (False, "422 no"), (False, None), (True, None),
    ]  # fmt: skip


def test_one_relay_has_the_lock_until_its_transaction_ends_however_it_does(engine: Engine) -> None:
    def taken() -> bool:
        return database.run(engine, outbox.lock)

    with database.transaction(engine) as connection:
        assert outbox.lock(connection)
        assert not taken()
    assert taken()
    with engine.connect() as connection:
        assert outbox.lock(connection)
        assert not taken()
        connection.invalidate()  # its process is gone
    wait_until(taken, 10, "the lock of a relay that died")
