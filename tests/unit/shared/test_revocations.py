"""Whether a session was ended, as a process knows it: in time, and with either store away."""

import threading
from collections.abc import Iterator

import pytest

from shared import database, revocations, sessions
from shared.errors import Unavailable
from shared.redis_client import PromptRedis, make_client
from shared.revocations import FRESH_S, USED_S, Revocations
from tests.servers import PostgresServer, ValkeyServer
from tests.waiting import wait_until

ACCOUNT_ID = "7d0b9a52-3c0f-4d5e-9a8b-2f1f6f0a1c11"


class Clock:
    def __init__(self) -> None:
        self.now_s = 1_000_000.0

    def __call__(self) -> float:
        return self.now_s


class Truth:
    """Postgres' part: counts how often it is asked, may be away, and may take its time."""

    def __init__(self) -> None:
        self.ids: frozenset[str] = frozenset()
        self.loads = 0
        self.away = False
        self.answers = threading.Event()
        self.answers.set()

    def __call__(self) -> frozenset[str]:
        self.loads += 1
        self.answers.wait(timeout=10)
        if self.away:
            raise Unavailable
        return self.ids


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def truth() -> Truth:
    return Truth()


@pytest.fixture
def redis(redis_url: str) -> Iterator[PromptRedis]:
    with make_client(redis_url, pool_size=8, name="test") as client:
        yield client


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its clock is the real one; a test that puts Postgres back need not wait for it."""
    monkeypatch.setattr(revocations, "PAUSE_S", 0.0)


def test_who_was_revoked_is_refused_once_the_copy_is_too_old(truth: Truth, redis: PromptRedis, clock: Clock) -> None:
    known = Revocations(truth, redis, clock=clock)
    assert not known.revoked("a")
    truth.ids = frozenset({"a"})
    clock.now_s += USED_S + 0.01
    assert known.revoked("a")
    assert not known.revoked("b")


def test_a_copy_is_never_used_for_a_second() -> None:
    assert FRESH_S < USED_S < 1


def test_a_thousand_tokens_cost_one_question(truth: Truth, redis: PromptRedis, clock: Clock) -> None:
    known = Revocations(truth, redis, clock=clock)
    assert not any(known.revoked(f"session-{number}") for number in range(1000))
    assert truth.loads == 1


def test_a_copy_is_renewed_behind_the_back_of_the_requests(truth: Truth, redis: PromptRedis, clock: Clock) -> None:
    known = Revocations(truth, redis, clock=clock)
    known.revoked("a")
    truth.ids = frozenset({"a"})
    truth.answers.clear()
    clock.now_s += FRESH_S + 0.01
    assert not known.revoked("a"), "it does not wait"
    wait_until(lambda: truth.loads == 2, 10, "the question")
    truth.answers.set()
    wait_until(lambda: known.revoked("a"), 10, "the answer")
    assert truth.loads == 2


def test_processes_share_what_one_has_read(truth: Truth, redis: PromptRedis, clock: Clock) -> None:
    truth.ids = frozenset({"a"})
    assert all(Revocations(truth, redis, clock=clock).revoked("a") for _ in range(5))
    assert truth.loads == 1


def test_a_shared_copy_is_as_old_as_when_it_was_read(truth: Truth, redis: PromptRedis, clock: Clock) -> None:
    Revocations(truth, redis, clock=clock).revoked("a")
    truth.ids = frozenset({"a"})
    clock.now_s += FRESH_S + 0.01
    assert Revocations(truth, redis, clock=clock).revoked("a")


def test_a_flushed_redis_forgets_nothing(truth: Truth, redis: PromptRedis, clock: Clock) -> None:
    truth.ids = frozenset({"a"})
    Revocations(truth, redis, clock=clock).revoked("a")
    redis.flushall()
    assert Revocations(truth, redis, clock=clock).revoked("a")


@pytest.mark.parametrize("packed", [b"", b"nonsense", b"\x82\xa3ids\x90\xa7as_of_s\xcbA\xff\xff\xff\xff\xff\xff\xff"])
def test_nonsense_and_copies_of_the_future_in_redis_count_for_nothing(
    truth: Truth, redis: PromptRedis, clock: Clock, packed: bytes
) -> None:
    redis.set("revoked-sessions", packed)
    truth.ids = frozenset({"a"})
    assert Revocations(truth, redis, clock=clock).revoked("a")


@pytest.mark.parametrize("fault", ["kill", "freeze"])
def test_without_redis_it_is_asked_of_postgres(
    truth: Truth, own_valkey: ValkeyServer, clock: Clock, fault: str
) -> None:
    with make_client(own_valkey.url(), pool_size=2, name="test") as redis:
        known = Revocations(truth, redis, clock=clock)
        assert not known.revoked("a")
        getattr(own_valkey, fault)()
        truth.ids = frozenset({"a"})
        clock.now_s += USED_S + 0.01
        assert known.revoked("a")


def test_without_postgres_who_was_refused_stays_so_and_nobody_else_is(
    truth: Truth, redis: PromptRedis, clock: Clock
) -> None:
    truth.ids = frozenset({"a"})
    known = Revocations(truth, redis, clock=clock)
    assert known.revoked("a")
    truth.away = True
    clock.now_s += 600
    assert known.revoked("a")
    assert not known.revoked("b")
    started = Revocations(truth, redis, clock=clock)
    assert started.revoked("a"), "one that starts meanwhile has it from Redis"
    assert not started.revoked("b")


def test_once_postgres_is_back_it_is_asked_again(truth: Truth, redis: PromptRedis, clock: Clock) -> None:
    known = Revocations(truth, redis, clock=clock)
    truth.away = True
    assert not known.revoked("a")
    truth.away, truth.ids = False, frozenset({"a"})
    assert known.revoked("a")


def test_while_postgres_takes_its_time_nobody_is_let_in_unchecked(
    truth: Truth, redis: PromptRedis, clock: Clock
) -> None:
    known = Revocations(truth, redis, clock=clock)
    truth.answers.clear()
    with pytest.raises(Unavailable):
        known.revoked("a")
    truth.answers.set()


def test_with_a_clock_that_is_set_back_a_copy_is_read_anew(truth: Truth, redis: PromptRedis, clock: Clock) -> None:
    known = Revocations(truth, redis, clock=clock)
    known.revoked("a")
    truth.ids = frozenset({"a"})
    clock.now_s -= 3600
    assert known.revoked("a")


def test_a_frozen_postgres_holds_a_request_up_for_a_moment_only(own_postgres: PostgresServer, clock: Clock) -> None:
    engine = database.make_engine(own_postgres.url(), pool_size=2, application_name="test")
    known = Revocations(lambda: database.run(engine, sessions.revoked, within_s=0.4), None, clock=clock)
    database.run(engine, lambda connection: sessions.end(connection, ACCOUNT_ID, "a"))
    assert known.revoked("a")
    own_postgres.freeze()
    try:
        clock.now_s += 600
        assert known.revoked("a")
        assert not known.revoked("b")
    finally:
        own_postgres.thaw()
    database.run(engine, lambda connection: sessions.end(connection, ACCOUNT_ID, "b"))

    def known_later() -> bool:
        clock.now_s += 600
        try:
            return known.revoked("b")
        except Unavailable:  # a busy machine may take longer than a request waits
            return False

    wait_until(known_later, 10, "what was revoked after its return")
    engine.dispose()
