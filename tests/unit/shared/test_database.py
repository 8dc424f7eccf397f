"""Transactions on a real Postgres: what is repeated, what is refused, and in what time."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from sqlalchemy import Connection, Engine, Row, text
from sqlalchemy.exc import IntegrityError

from shared import database
from shared.errors import NotFound, Unavailable
from shared.settings import Settings
from tests.servers import PostgresServer


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    made = database.make_engine(database_url, pool_size=4, application_name="test-function")
    with made.begin() as connection:
        connection.execute(text("CREATE TABLE IF NOT EXISTS counters (name text PRIMARY KEY, value int NOT NULL)"))
        connection.execute(text("TRUNCATE counters"))
        connection.execute(text("INSERT INTO counters VALUES ('a', 0), ('b', 0)"))
    yield made
    made.dispose()


def value(engine: Engine, name: str) -> int:
    statement = text("SELECT value FROM counters WHERE name = :name")
    return int(database.run(engine, lambda c: c.execute(statement, {"name": name}).scalar_one()))


def add_one(connection: Connection, name: str = "a") -> None:
    connection.execute(text("UPDATE counters SET value = value + 1 WHERE name = :name"), {"name": name})


def test_an_engine_is_made_without_a_server() -> None:
    database.make_engine("postgresql://nobody@nowhere.invalid,elsewhere.invalid/x", pool_size=1, application_name="x")


def test_work_that_raises_leaves_nothing_and_its_error_comes_through(engine: Engine) -> None:
    def work(connection: Connection) -> None:
        add_one(connection)
        raise NotFound

    with pytest.raises(NotFound):
        database.run(engine, work)
    assert value(engine, "a") == 0


def test_sessions_show_the_function_and_speak_utc(engine: Engine) -> None:
    names = ("application_name", "TimeZone", "statement_timeout")
    statement = text("SELECT " + ", ".join(f"current_setting('{name}')" for name in names))
    shown = database.run(engine, lambda c: c.execute(statement).one())
    assert tuple(shown) == ("test-function", "UTC", "1500ms")


def test_two_that_deadlock_both_succeed(engine: Engine) -> None:
    both_have_one = threading.Barrier(2, timeout=5)
    attempts = {"a": 0, "b": 0}

    def cross(first: str, second: str) -> None:
        def work(connection: Connection) -> None:
            attempts[first] += 1
            add_one(connection, first)
            if attempts[first] == 1:
                both_have_one.wait()
            add_one(connection, second)

        database.run(engine, work)

    with ThreadPoolExecutor(2) as threads:
        for end in [threads.submit(cross, "a", "b"), threads.submit(cross, "b", "a")]:
            end.result()
    assert (value(engine, "a"), value(engine, "b")) == (2, 2)
    assert sum(attempts.values()) == 3


def test_a_serialization_failure_is_repeated(engine: Engine) -> None:
    both_have_read = threading.Barrier(2, timeout=5)
    waited = threading.local()

    def read_then_write(connection: Connection) -> None:
        connection.execute(text("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE"))
        seen = connection.execute(text("SELECT value FROM counters WHERE name = 'a'")).scalar_one()
        if not hasattr(waited, "once"):
            waited.once = True
            both_have_read.wait()
        connection.execute(text("UPDATE counters SET value = :value WHERE name = 'a'"), {"value": seen + 1})

    with ThreadPoolExecutor(2) as threads:
        for end in [threads.submit(database.run, engine, read_then_write) for _ in range(2)]:
            end.result()
    assert value(engine, "a") == 2


def test_a_conflict_without_end_is_unavailable_within_the_budget(engine: Engine) -> None:
    attempts = []

    def work(connection: Connection) -> None:
        attempts.append(1)
        connection.execute(text("DO $$ BEGIN RAISE EXCEPTION 'again' USING ERRCODE = '40001'; END $$"))

    with pytest.raises(Unavailable):
        database.run(engine, work)
    assert len(attempts) == database.ATTEMPTS


def test_our_own_mistake_is_neither_repeated_nor_hidden(engine: Engine) -> None:
    attempts = []

    def work(connection: Connection) -> None:
        attempts.append(1)
        connection.execute(text("INSERT INTO counters VALUES ('a', 1)"))

    with pytest.raises(IntegrityError):
        database.run(engine, work)
    assert len(attempts) == 1


def test_a_slow_statement_is_ended_within_two_seconds_and_the_connection_serves_on(engine: Engine) -> None:
    started_s = time.monotonic()
    with pytest.raises(Unavailable) as caught:
        database.run(engine, lambda c: c.execute(text("SELECT pg_sleep(30)")))
    assert time.monotonic() - started_s < 2
    assert caught.value.retry_after_s is not None
    assert value(engine, "a") == 0


def test_a_longer_budget_is_for_longer_statements(engine: Engine) -> None:
    shown = database.run(engine, lambda c: c.execute(text("SHOW statement_timeout")).scalar_one(), within_s=30)
    assert shown == "30s"


def test_a_lock_held_by_another_is_unavailable_within_two_seconds(engine: Engine) -> None:
    with database.transaction(engine) as holder:
        add_one(holder)
        started_s = time.monotonic()
        with pytest.raises(Unavailable):
            database.run(engine, add_one)
        assert time.monotonic() - started_s < 2


def test_one_more_than_the_pool_waits_and_is_told_in_time(engine: Engine) -> None:
    with engine.connect(), engine.connect(), engine.connect(), engine.connect():
        started_s = time.monotonic()
        with pytest.raises(Unavailable):
            value(engine, "a")
        assert time.monotonic() - started_s < 2


def test_a_connection_lost_before_the_commit_is_replaced_and_the_work_done_once(engine: Engine) -> None:
    attempts = []

    def work(connection: Connection) -> None:
        attempts.append(1)
        add_one(connection)
        if len(attempts) == 1:
            own = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
            with engine.connect() as other:
                other.execute(text("SELECT pg_terminate_backend(:pid, 2000)"), {"pid": own})
        add_one(connection, "b")

    database.run(engine, work)
    assert (value(engine, "a"), value(engine, "b")) == (1, 1)
    assert len(attempts) == 2


def test_idle_connections_that_the_server_closed_are_not_handed_out(engine: Engine, postgres: PostgresServer) -> None:
    value(engine, "a")
    with engine.connect() as one, engine.connect() as two:
        own = [c.execute(text("SELECT pg_backend_pid()")).scalar_one() for c in (one, two)]
    with psycopg.connect(postgres.url("postgres", "postgres"), autocommit=True) as administrator:
        for pid in own:
            administrator.execute("SELECT pg_terminate_backend(%s, 2000)", [pid])
    with database.transaction(engine) as connection:  # which repeats nothing
        add_one(connection)
    assert value(engine, "a") == 1


def test_the_engine_of_a_process_is_made_once(database_url: str) -> None:
    settings = Settings(given_database_url=database_url, concurrency=3)
    assert database.engine(settings) is database.engine(settings)


def test_a_statement_that_is_sent_alone_stays_whatever_comes_after_it(engine: Engine) -> None:
    def work(connection: Connection) -> None:
        add_one(connection)
        raise NotFound

    with pytest.raises(NotFound):
        database.run_autocommit(engine, work)
    assert value(engine, "a") == 1


def test_a_connection_that_sent_a_statement_alone_has_transactions_again(database_url: str) -> None:
    only = database.make_engine(database_url, pool_size=1, application_name="test-function")
    database.run_autocommit(only, lambda c: c.execute(text("SELECT 1")))

    def work(connection: Connection) -> None:
        connection.execute(text("CREATE TABLE never ()"))
        raise NotFound

    with pytest.raises(NotFound):
        database.run(only, work)
    assert database.run(only, lambda c: c.execute(text("SELECT to_regclass('never')")).scalar_one()) is None
    only.dispose()


def test_a_statement_that_is_sent_alone_is_sent_again_where_its_connection_was_lost(engine: Engine) -> None:
    attempts = []

    def work(connection: Connection) -> None:
        attempts.append(1)
        add_one(connection)
        if len(attempts) == 1:
            connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    database.run_autocommit(engine, work)
    assert (len(attempts), value(engine, "a")) == (2, 2), "done, and done again: who asks for it can bear that"


@pytest.mark.parametrize(("mode", "counted"), [("force_generic_plan", (True, 0)), ("force_custom_plan", (False, 20))])
def test_a_plan_is_made_once_a_session_where_the_function_says_so(
    database_url: str, mode: str, counted: tuple[bool, int]
) -> None:
    statement = text("SELECT count(*) FROM catalog.products WHERE sku = ANY(CAST(:skus AS text[]))")
    plans = text("SELECT generic_plans > 0, custom_plans FROM pg_prepared_statements WHERE statement LIKE '%ANY(CAST%'")

    def work(connection: Connection) -> Row[bool, int]:
        for _ in range(25):  # the driver prepares what comes a sixth time
            connection.execute(statement, {"skus": ["A"]})
        return connection.execute(plans).one()

    made = database.make_engine(database_url, pool_size=1, application_name="test-function", plan_cache_mode=mode)
    assert tuple(database.run(made, work)) == counted
    made.dispose()
