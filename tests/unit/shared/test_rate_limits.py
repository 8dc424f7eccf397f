"""Token buckets on a real Valkey."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from shared import rate_limits
from shared.rate_limits import Limit, Taken, by_address
from shared.redis_client import PromptRedis, make_client
from tests.servers import ValkeyServer
from tests.waiting import wait_until

NEVER = 0.000_1  # a refill a second that no test lives to see


@pytest.fixture
def redis(redis_url: str) -> Iterator[PromptRedis]:
    with make_client(redis_url, pool_size=8, name="test") as client:
        yield client
        client.connection_pool.disconnect()


def test_as_many_as_fit_are_allowed_and_the_next_is_told_when(redis: PromptRedis) -> None:
    taken = [rate_limits.take(redis, "address:192.0.2.1", 3, 0.5) for _ in range(4)]
    assert [(t.allowed, t.remaining) for t in taken] == [(True, 2), (True, 1), (True, 0), (False, 0)]
    assert 1.5 < taken[-1].more_after_s <= 2.0


def test_after_the_time_told_it_is_allowed_again(redis: PromptRedis) -> None:
    assert rate_limits.take(redis, "a", 1, 10).allowed
    refused = rate_limits.take(redis, "a", 1, 10)
    assert not refused.allowed
    told_s = time.monotonic() + refused.more_after_s
    wait_until(lambda: time.monotonic() >= told_s, 5)
    assert rate_limits.take(redis, "a", 1, 10).allowed


def test_many_at_once_are_never_allowed_more_than_fit(redis: PromptRedis) -> None:
    with ThreadPoolExecutor(8) as threads:
        taken = list(threads.map(lambda _: rate_limits.take(redis, "a", 10, NEVER), range(40)))
    assert sum(t.allowed for t in taken) == 10


def test_a_refused_one_takes_nothing(redis: PromptRedis) -> None:
    rate_limits.take(redis, "a", 10, NEVER, cost=8)
    assert not rate_limits.take(redis, "a", 10, NEVER, cost=3).allowed
    assert rate_limits.take(redis, "a", 10, NEVER, cost=2).allowed


def test_buckets_are_apart(redis: PromptRedis) -> None:
    assert rate_limits.take(redis, "a", 1, NEVER).allowed
    assert rate_limits.take(redis, "b", 1, NEVER).allowed


def test_a_bucket_that_was_forgotten_is_full(redis: PromptRedis) -> None:
    rate_limits.take(redis, "a", 1, NEVER)
    rate_limits.forget(redis, "a")
    assert rate_limits.take(redis, "a", 1, NEVER).allowed


def test_nobody_s_address_is_kept_and_a_full_bucket_leaves_nothing_behind(redis: PromptRedis) -> None:
    rate_limits.take(redis, "login:account:alice@example.com", 1, 1000)
    (key,) = redis.keys()
    assert b"alice" not in key
    assert 0 < redis.pttl(key) < 2000


def test_who_was_allowed_is_told_when_there_is_one_more(redis: PromptRedis) -> None:
    first, second = (rate_limits.take(redis, "a", 3, 0.1) for _ in range(2))
    assert first.more_after_s == 10.0
    assert 9.0 < second.more_after_s <= 10.0, "what came back of the first one counts"


def test_a_policy_says_how_many_in_the_seconds_that_fill_an_empty_bucket() -> None:
    limit = Limit(name="login-account", at_once=10, per_s=0.1, whom=by_address)
    assert limit.policy == '"login-account";q=10;w=100'


def test_headers_are_lists_of_the_draft_in_the_order_of_the_limits() -> None:
    address = Limit(name="login-address", at_once=300, per_s=20.0, whom=by_address)
    account = Limit(name="login-account", at_once=10, per_s=0.1, whom=by_address)
    taken = [
        (address, Taken(allowed=True, remaining=299, more_after_s=0.05)),
        (account, Taken(allowed=False, remaining=0, more_after_s=7.2)),
    ]
    assert rate_limits.headers(taken) == {
        "RateLimit-Policy": '"login-address";q=300;w=15, "login-account";q=10;w=100',
        "RateLimit": '"login-address";r=299;t=1, "login-account";r=0;t=8',
    }


def test_what_nobody_counted_is_not_told() -> None:
    assert rate_limits.headers([]) == {}


@pytest.mark.parametrize("fault", ["killed", "frozen"])
def test_without_redis_everything_is_allowed(own_valkey: ValkeyServer, fault: str) -> None:
    with make_client(own_valkey.url(), pool_size=1, name="test") as redis:
        own_valkey.kill() if fault == "killed" else own_valkey.freeze()
        taken = [rate_limits.take(redis, "a", 1, NEVER) for _ in range(3)]
        assert [(t.allowed, t.counted) for t in taken] == [(True, False)] * 3
        rate_limits.forget(redis, "a")
        redis.connection_pool.disconnect()
    if fault == "frozen":
        own_valkey.thaw()
