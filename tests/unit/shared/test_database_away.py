"""Postgres killed and frozen under a running function: an answer in time, and back without being told."""

import time
from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import Engine, text

from shared import database
from shared.errors import Unavailable
from tests.servers import PostgresServer
from tests.waiting import wait_until


@pytest.fixture
def engine(own_postgres: PostgresServer) -> Iterator[Engine]:
    made = database.make_engine(own_postgres.url(), pool_size=2, application_name="test-function")
    answers(made)
    yield made
    made.dispose()


def answers(engine: Engine) -> bool:
    try:
        return database.run(engine, lambda c: bool(c.execute(text("SELECT true")).scalar_one()))
    except Unavailable:
        return False


def writes(engine: Engine) -> bool:
    try:
        database.run(engine, lambda c: c.execute(text("DELETE FROM analytics.events")))
    except Unavailable:
        return False
    return True


def test_a_killed_database_is_unavailable_at_once_and_serves_the_first_request_after_its_return(
    engine: Engine, own_postgres: PostgresServer
) -> None:
    own_postgres.kill()
    started_s = time.monotonic()
    assert not answers(engine)
    assert time.monotonic() - started_s < 1
    own_postgres.start()
    assert answers(engine)


@pytest.mark.parametrize("pooled", [True, False], ids=["a connection that it has", "a connection to be made"])
def test_a_frozen_database_is_unavailable_within_two_seconds(
    engine: Engine, own_postgres: PostgresServer, pooled: bool
) -> None:
    if not pooled:
        engine.dispose()
    own_postgres.freeze()
    try:
        started_s = time.monotonic()
        assert not answers(engine)
        assert time.monotonic() - started_s < 2
    finally:
        own_postgres.thaw()
    wait_until(lambda: answers(engine), 5)


def test_no_connection_is_left_checked_out(engine: Engine, own_postgres: PostgresServer) -> None:
    own_postgres.freeze()
    try:
        assert not any(answers(engine) for _ in range(3))
    finally:
        own_postgres.thaw()
    wait_until(lambda: answers(engine), 5)
    assert "Current Checked out connections: 0" in engine.pool.status()


def test_a_server_that_became_a_standby_is_left_until_it_takes_writes(
    engine: Engine, own_postgres: PostgresServer
) -> None:
    with psycopg.connect(own_postgres.url("postgres", "postgres"), autocommit=True) as administrator:

        def read_only(state: str) -> None:
            administrator.execute("SET default_transaction_read_only = off")
            administrator.execute(sql.SQL("ALTER SYSTEM SET default_transaction_read_only = {}").format(state))
            administrator.execute("SELECT pg_reload_conf()")

        read_only("on")
        wait_until(lambda: not writes(engine), 5)
        assert not answers(engine), "a connection to a standby was kept, or a new one made to it"
        read_only("off")
        wait_until(lambda: writes(engine), 5)


def test_of_several_hosts_the_one_that_answers_is_used(own_postgres: PostgresServer) -> None:
    both = own_postgres.url().replace("?host=", "?host=/nowhere,")
    engine = database.make_engine(both, pool_size=1, application_name="test-function")
    assert answers(engine)
    engine.dispose()
