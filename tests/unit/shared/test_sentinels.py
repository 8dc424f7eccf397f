"""Three Valkeys and their sentinels: the primary goes, and the cache is back by itself within seconds."""

import statistics
import time
from collections.abc import Iterator

import pytest
import redis

from shared.breakers import Breaker, BreakerOpen
from shared.cache import Cache
from shared.redis_client import LOOK_AGAIN_AFTER_S, PromptRedis, make_client
from shared.sentinels import FIND_WITHIN_S, Sentinels, SentinelUrl
from tests.waiting import wait_until
from tests.watched_valkey import WatchedValkey

BACK_WITHIN_S = 15.0  # on a machine that is busy; 2 to 4 s on one that is not
ONE_QUESTION_S = 0.35 + 0.25  # to the sentinels, to the server, for its answer; and what a busy machine adds


@pytest.fixture
def client(watched_valkey: WatchedValkey) -> Iterator[PromptRedis]:
    made = make_client(watched_valkey.url, pool_size=4, name="test-function")
    made.set("key", "value")
    yield made
    made.close()
    made.connection_pool.disconnect()


def writes(client: PromptRedis) -> bool:
    try:
        return client.set("key", "another") is True
    except redis.RedisError:
        return False


@pytest.mark.parametrize("fault", ["killed", "frozen"])
def test_a_primary_that_goes_is_followed_by_another_and_it_is_asked_for_once_a_second(
    client: PromptRedis, watched_valkey: WatchedValkey, fault: str
) -> None:
    old = watched_valkey.primary()
    assert client.execute_command("WAIT", 2, 1000) == 2
    old.kill() if fault == "killed" else old.freeze()
    started_s = time.monotonic()
    waits_s: list[float] = []  # of those that asked; all others were refused at once
    while time.monotonic() - started_s < BACK_WITHIN_S:
        asked_s = time.monotonic()
        try:
            client.set("key", "another")
            break
        except redis.RedisError as error:
            if not isinstance(error.__cause__, BreakerOpen):
                waits_s.append(time.monotonic() - asked_s)
        time.sleep(0.01)  # a function has other things to do between two questions
    took_s = time.monotonic() - started_s
    new = watched_valkey.primary()
    assert new is not old
    assert new.client().get("key") == b"another"
    assert statistics.median(waits_s) < ONE_QUESTION_S  # one of them may have had no processor
    assert len(waits_s) <= took_s / LOOK_AGAIN_AFTER_S + 1
    if fault == "frozen":
        old.thaw()


def test_a_primary_that_is_made_a_replica_is_left(client: PromptRedis, watched_valkey: WatchedValkey) -> None:
    old = watched_valkey.primary()
    watched_valkey.sentinels[0].client().execute_command("SENTINEL", "FAILOVER", "mymaster")
    wait_until(lambda: watched_valkey.primary() is not old and old.client().role()[0] == b"slave", BACK_WITHIN_S)
    wait_until(lambda: writes(client), BACK_WITHIN_S)
    assert watched_valkey.primary().client().get("key") == b"another"


def test_a_connection_to_a_server_that_only_reads_is_thrown_away(
    client: PromptRedis, watched_valkey: WatchedValkey
) -> None:
    """Sentinels close the connections to a server when they make it a replica. A person at its prompt does not."""
    server, other = watched_valkey.servers[:2]
    server.client().replicaof("127.0.0.1", other.port)
    with pytest.raises(redis.ConnectionError, match="is a replica now"):
        client.set("key", "another")
    server.client().replicaof("NO", "ONE")
    wait_until(lambda: writes(client), BACK_WITHIN_S)


def test_sentinels_that_are_away_are_passed_over(watched_valkey: WatchedValkey) -> None:
    first, second, third = watched_valkey.sentinels
    first.freeze()
    second.kill()
    asked = Sentinels(SentinelUrl.parse(watched_valkey.url), within_s=1.0)
    expected = ("127.0.0.1", watched_valkey.servers[0].port)
    assert asked.primary() == expected
    # The one that answered is asked first from now on, so the others cost nothing any more.
    started_s = time.monotonic()
    assert asked.primary() == expected
    assert time.monotonic() - started_s < 0.5
    third.freeze()
    started_s = time.monotonic()
    with pytest.raises(redis.ConnectionError, match="no sentinel"):
        Sentinels(SentinelUrl.parse(watched_valkey.url)).primary()
    assert time.monotonic() - started_s < FIND_WITHIN_S + 0.25
    first.thaw()
    third.thaw()


def test_a_cache_goes_on_without_its_servers_and_is_shared_again_after(
    client: PromptRedis, watched_valkey: WatchedValkey
) -> None:
    def never() -> bytes:
        raise AssertionError("it is in the cache")

    with make_client(watched_valkey.url, pool_size=1, name="another-process") as other_client:
        one, other = Cache(client, Breaker("database")), Cache(other_client, Breaker("database"))
        watched_valkey.primary().kill()
        assert one.read_through("while it is away", 60, 60, lambda: b"loaded").value == b"loaded"
        wait_until(lambda: writes(client) and writes(other_client), BACK_WITHIN_S)
        assert one.read_through("after", 60, 60, lambda: b"loaded once").value == b"loaded once"
        assert other.read_through("after", 60, 60, never).value == b"loaded once"


@pytest.mark.parametrize(
    ("url", "sentinels", "primary", "database", "password"),
    [
        ("redis+sentinel://h/m", (("h", 26379),), "m", 0, None),
        ("redis+sentinel://:p%40%2F%3A@a:1,b,c:3/m/2", (("a", 1), ("b", 26379), ("c", 3)), "m", 2, "p@/:"),
    ],
)
def test_a_url_says_whom_to_ask_for_what(
    url: str, sentinels: tuple[tuple[str, int], ...], primary: str, database: int, password: str | None
) -> None:
    parsed = SentinelUrl.parse(url)
    assert (parsed.sentinels, parsed.primary) == (sentinels, primary)
    assert (parsed.database, parsed.password) == (database, password)
    assert password is None or password not in repr(parsed)


@pytest.mark.parametrize("rest", ["", "h", "h/", "/m", ":pw@/m", "h:x/m", "h,/m", "h/m/x", "user:pw@h/m", ":pw@h,:1/m"])
def test_a_wrong_url_is_refused_without_its_password(rest: str) -> None:
    with pytest.raises(ValueError, match=r"it must be redis\+sentinel://") as caught:
        SentinelUrl.parse(f"redis+sentinel://{rest}")
    assert "pw" not in str(caught.value)
