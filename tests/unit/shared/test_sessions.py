"""Sessions on a real Postgres: each refresh token once, and an end that nothing outlives."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import pytest
from sqlalchemy import Connection, Engine, text

from shared import database, sessions
from shared.sessions import Session
from tests.waiting import wait_until

T = TypeVar("T")
ACCOUNT_ID = "7d0b9a52-3c0f-4d5e-9a8b-2f1f6f0a1c11"
NOW = datetime(2027, 1, 15, 12, tzinfo=UTC)
AT_ONCE = 12


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    made = database.make_engine(database_url, pool_size=AT_ONCE + 2, application_name="test")
    with made.begin() as connection:
        connection.execute(text("TRUNCATE identity.accounts, identity.revoked_sessions CASCADE"))
        connection.execute(
            text(
                "INSERT INTO identity.accounts (id, email, name, password_hash, roles)"
                " VALUES (:id, 'ada@example.com', 'Ada', '-', ARRAY['admin'])"
            ),
            {"id": ACCOUNT_ID},
        )
    yield made
    made.dispose()


def done(engine: Engine, work: Callable[[Connection], T]) -> T:
    return database.run(engine, work)


def begun(engine: Engine, now: datetime = NOW) -> Session:
    return done(engine, lambda connection: sessions.begin(connection, ACCOUNT_ID, ["admin"], now))


def refreshed(engine: Engine, token: str, now: datetime = NOW) -> Session | None:
    return done(engine, lambda connection: sessions.refresh(connection, token, now))


def going_on(engine: Engine, token: str, now: datetime = NOW) -> Session:
    session = refreshed(engine, token, now)
    assert session is not None
    return session


def revoked(engine: Engine) -> frozenset[str]:
    return done(engine, sessions.revoked)


def test_a_refresh_goes_on_with_the_session_and_gives_another_token(engine: Engine) -> None:
    first = begun(engine)
    second = going_on(engine, first.refresh_token)
    third = going_on(engine, second.refresh_token)
    assert first.id == second.id == third.id
    assert len({first.refresh_token, second.refresh_token, third.refresh_token}) == 3
    assert (third.account_id, list(third.roles)) == (ACCOUNT_ID, ["admin"])


def test_the_roles_are_those_that_the_account_has_now(engine: Engine) -> None:
    first = begun(engine)
    done(engine, lambda connection: connection.execute(text("UPDATE identity.accounts SET roles = '{}'")))
    assert list(going_on(engine, first.refresh_token).roles) == []


def test_a_used_token_is_refused_and_ends_its_whole_session(engine: Engine) -> None:
    first = begun(engine)
    second = going_on(engine, first.refresh_token)
    assert refreshed(engine, first.refresh_token) is None
    assert refreshed(engine, second.refresh_token) is None, "the newest token of the family too"
    assert revoked(engine) == {first.id}, "and its access tokens"


def test_another_session_of_the_account_stays(engine: Engine) -> None:
    first, other = begun(engine), begun(engine)
    done(engine, lambda connection: sessions.end(connection, ACCOUNT_ID, first.id))
    assert refreshed(engine, first.refresh_token) is None
    assert going_on(engine, other.refresh_token).id == other.id
    assert revoked(engine) == {first.id}


@pytest.mark.parametrize("token", ["", "x", "ż" * 256, "\0", "' OR 1=1 --"])
def test_what_was_never_given_out_is_refused(engine: Engine, token: str) -> None:
    assert refreshed(engine, token) is None
    assert revoked(engine) == frozenset()


def test_a_session_ends_30_days_after_its_login_however_often_it_was_refreshed(engine: Engine) -> None:
    first = begun(engine)
    second = going_on(engine, first.refresh_token, NOW + timedelta(days=29))
    end = NOW + timedelta(days=sessions.SESSION_DAYS)
    assert refreshed(engine, second.refresh_token, end) is None
    assert going_on(engine, second.refresh_token, end - timedelta(seconds=1)).id == first.id
    assert revoked(engine) == frozenset(), "what has expired harms nobody when it comes again"


def test_of_many_refreshes_at_once_exactly_one_wins_and_the_others_end_the_session(engine: Engine) -> None:
    token = begun(engine).refresh_token
    barrier = threading.Barrier(AT_ONCE)

    def one(_: int) -> Session | None:
        barrier.wait(timeout=10)
        return refreshed(engine, token)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        won = [session for session in pool.map(one, range(AT_ONCE)) if session is not None]
    assert len(won) == 1
    assert refreshed(engine, won[0].refresh_token) is None


def test_the_token_of_a_refresh_under_way_does_not_outlive_a_logout(engine: Engine) -> None:
    """The logout looks for tokens to revoke while the refresh has added one, and not committed."""
    first = begun(engine)
    with ThreadPoolExecutor(1) as pool:
        with database.transaction(engine) as connection:
            second = sessions.refresh(connection, first.refresh_token, NOW)
            assert second is not None
            logout = pool.submit(
                lambda: done(engine, lambda connection: sessions.end(connection, ACCOUNT_ID, first.id))
            )
            wait_until(lambda: logout.done() or waiting_for_a_lock(engine), 1.5, "the logout waits for the refresh")
        logout.result(timeout=10)
    assert refreshed(engine, second.refresh_token) is None


def waiting_for_a_lock(engine: Engine) -> bool:
    question = text(
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    )
    return bool(done(engine, lambda connection: connection.execute(question).scalar_one()))


def test_an_ended_session_is_remembered_for_longer_than_its_access_tokens_live_and_then_forgotten(
    engine: Engine,
) -> None:
    first, second = begun(engine), begun(engine)
    done(engine, lambda connection: sessions.end(connection, ACCOUNT_ID, first.id))
    left = text("SELECT extract(epoch FROM expires_at - now()) FROM identity.revoked_sessions")
    assert done(engine, lambda connection: connection.execute(left).scalar_one()) > 900
    done(
        engine,
        lambda connection: connection.execute(
            text("UPDATE identity.revoked_sessions SET expires_at = now() - interval '1 second'")
        ),
    )
    assert revoked(engine) == frozenset()
    done(engine, lambda connection: sessions.end(connection, ACCOUNT_ID, second.id))
    kept = text("SELECT array_agg(id) FROM identity.revoked_sessions")
    assert done(engine, lambda connection: connection.execute(kept).scalar_one()) == [second.id]


def test_a_token_without_a_session_is_revoked_by_its_own_id(engine: Engine) -> None:
    done(engine, lambda connection: sessions.end(connection, ACCOUNT_ID, "token-1"))
    assert revoked(engine) == {"token-1"}


def test_nobody_ends_the_session_of_another_account(engine: Engine) -> None:
    first = begun(engine)
    done(engine, lambda connection: sessions.end(connection, "0c9f6a4e-5a2e-4f0b-8f0e-6f7c5b0d2e22", first.id))
    assert refreshed(engine, first.refresh_token) is not None
