"""The cache with Redis, without it, and without the database."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from shared.breakers import Breaker
from shared.cache import Cache, CacheAnswer
from shared.errors import NotFound, Unavailable
from shared.redis_client import PromptRedis, make_client
from tests.servers import ValkeyServer


class Clock:
    def __init__(self) -> None:
        self.now_s = 1_000_000.0

    def __call__(self) -> float:
        return self.now_s


class Truth:
    """What is loaded; counts how often, and may be away."""

    def __init__(self) -> None:
        self.loads = 0
        self.away = False
        self._lock = threading.Lock()

    def __call__(self) -> bytes:
        with self._lock:
            self.loads += 1
        if self.away:
            raise Unavailable
        return f"version {self.loads}".encode()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def truth() -> Truth:
    return Truth()


@pytest.fixture
def make_cache(redis_url: str, clock: Clock) -> Iterator[Callable[[], Cache]]:
    """Makes caches as several processes would."""
    clients: list[PromptRedis] = []

    def make() -> Cache:
        clients.append(make_client(redis_url, pool_size=8, name="test"))
        return Cache(clients[-1], Breaker("database", fail_max=3, clock=clock), clock=clock)

    yield make
    for client in clients:
        client.close()
        client.connection_pool.disconnect()


@pytest.fixture
def own_client(own_valkey: ValkeyServer) -> Iterator[PromptRedis]:
    with make_client(own_valkey.url(), pool_size=8, name="test") as client:
        yield client
        client.connection_pool.disconnect()


def read(cache: Cache, load: Callable[[], bytes]) -> CacheAnswer:
    return cache.read_through("page", 10, 100, load)


def test_a_value_is_loaded_once_for_all_processes_while_fresh(
    make_cache: Callable[[], Cache], clock: Clock, truth: Truth
) -> None:
    one, two = make_cache(), make_cache()
    assert read(one, truth) == CacheAnswer(value=b"version 1", age_s=0, stale=False)
    clock.now_s += 10
    assert read(two, truth) == CacheAnswer(value=b"version 1", age_s=10, stale=False)
    clock.now_s += 1
    assert read(two, truth) == CacheAnswer(value=b"version 2", age_s=0, stale=False)


def test_many_at_once_load_once(make_cache: Callable[[], Cache], truth: Truth) -> None:
    caches = [make_cache() for _ in range(3)]
    started = threading.Barrier(9, timeout=5)

    def one_request(number: int) -> bytes:
        started.wait()
        return read(caches[number % 3], truth).value

    with ThreadPoolExecutor(9) as threads:
        assert set(threads.map(one_request, range(9))) == {b"version 1"}
    assert truth.loads == 1


class InterruptedRedis(PromptRedis):
    """Something else happens right after its first look at a value."""

    happening: Callable[[], object] | None = None

    def execute_command(self, *args: Any, **options: Any) -> Any:
        seen = super().execute_command(*args, **options)
        if args[0] == "GET" and (happening := self.happening):
            self.happening = None
            happening()
        return seen


def test_a_refill_that_ended_between_look_and_turn_is_not_done_again(
    make_cache: Callable[[], Cache], redis_url: str, clock: Clock, truth: Truth
) -> None:
    other = make_cache()
    with InterruptedRedis(connection_pool=make_client(redis_url, pool_size=1, name="test").connection_pool) as redis:
        redis.happening = lambda: read(other, truth)
        assert read(Cache(redis, Breaker("database"), clock=clock), truth).value == b"version 1"
        redis.connection_pool.disconnect()
    assert truth.loads == 1


def test_an_old_value_is_served_while_another_loads_the_new_one(
    make_cache: Callable[[], Cache], clock: Clock, truth: Truth
) -> None:
    one, two = make_cache(), make_cache()
    read(one, truth)
    clock.now_s += 11
    loading, served = threading.Event(), threading.Event()

    def slowly() -> bytes:
        loading.set()
        assert served.wait(5)
        return b"new"

    with ThreadPoolExecutor(1) as threads:
        refill = threads.submit(read, one, slowly)
        assert loading.wait(5)
        for cache in (one, two):
            assert read(cache, truth) == CacheAnswer(value=b"version 1", age_s=11, stale=True)
        served.set()
        assert refill.result().value == b"new"
    assert read(two, truth).value == b"new"


def test_an_old_value_is_served_while_the_database_is_away_and_no_longer(
    make_cache: Callable[[], Cache], clock: Clock, truth: Truth
) -> None:
    cache = make_cache()
    read(cache, truth)
    truth.away = True
    clock.now_s += 110
    assert read(cache, truth) == CacheAnswer(value=b"version 1", age_s=110, stale=True)
    clock.now_s += 1
    with pytest.raises(Unavailable):
        make_cache().read_through("another page", 10, 100, truth)


def test_a_database_that_is_away_is_not_asked_again_and_again(
    make_cache: Callable[[], Cache], clock: Clock, truth: Truth
) -> None:
    cache = make_cache()
    read(cache, truth)
    truth.away = True
    clock.now_s += 11
    assert all(read(cache, truth).stale for _ in range(50))
    assert truth.loads < 5


def test_an_error_that_is_not_absence_comes_through_and_holds_nobody_up(
    make_cache: Callable[[], Cache], truth: Truth
) -> None:
    cache = make_cache()

    def missing() -> bytes:
        raise NotFound

    for _ in range(2):
        with pytest.raises(NotFound):
            read(cache, missing)
    assert read(cache, truth).value == b"version 1"


def test_what_was_forgotten_is_loaded_again(make_cache: Callable[[], Cache], truth: Truth) -> None:
    cache = make_cache()
    read(cache, truth)
    cache.forget("page")
    assert read(cache, truth).value == b"version 2"


def test_bytes_come_back_as_they_were(make_cache: Callable[[], Cache]) -> None:
    every_byte = bytes(range(256)) * 4
    cache = make_cache()
    assert read(cache, lambda: every_byte).value == read(cache, lambda: b"").value == every_byte


@pytest.mark.parametrize("fault", ["killed", "frozen"])
def test_without_redis_values_are_loaded_and_the_process_s_own_copy_covers_an_absent_database(
    own_valkey: ValkeyServer, own_client: PromptRedis, clock: Clock, truth: Truth, fault: str
) -> None:
    cache = Cache(own_client, Breaker("database", fail_max=3, clock=clock), clock=clock)
    own_valkey.kill() if fault == "killed" else own_valkey.freeze()
    try:
        assert read(cache, truth).value == b"version 1"
        assert read(cache, truth).value == b"version 1"
        clock.now_s += 11
        truth.away = True
        assert read(cache, truth) == CacheAnswer(value=b"version 1", age_s=11, stale=True)
        assert all(read(cache, truth).stale for _ in range(20))
        assert truth.loads == 1 + 3, "the breaker's third failure is the last question"
        clock.now_s += 100
        with pytest.raises(Unavailable):
            read(cache, truth)
    finally:
        own_valkey.thaw() if fault == "frozen" else own_valkey.start()


def test_a_flushed_redis_and_an_absent_database_leave_the_process_s_own_copy(
    make_cache: Callable[[], Cache], clock: Clock, truth: Truth, valkey: ValkeyServer
) -> None:
    cache = make_cache()
    read(cache, truth)
    with make_client(valkey.url(), pool_size=1, name="test") as administrator:
        administrator.flushall()
        administrator.connection_pool.disconnect()
    truth.away = True
    assert read(cache, truth).value == b"version 1"
