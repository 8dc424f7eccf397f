"""Breakers in one process and in several, with Redis and without."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import redis

from shared.breaker_memory import REFRESH_S
from shared.breakers import Breaker, BreakerOpen
from shared.errors import NotFound, Unavailable
from shared.redis_client import make_client
from tests.servers import ValkeyServer
from tests.waiting import wait_until


class Clock:
    def __init__(self) -> None:
        self.now_s = 1_000_000.0

    def __call__(self) -> float:
        return self.now_s


class PartAwayError(Unavailable):
    pass


def fail() -> None:
    raise PartAwayError


def succeed() -> str:
    return "done"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["without redis", "with redis"])
def make_breaker(request: pytest.FixtureRequest, clock: Clock) -> Iterator[Callable[[], Breaker]]:
    """Makes breakers of one name, as several processes would."""
    if request.param == "without redis":
        yield lambda: Breaker("payment", None, fail_max=3, reset_s=5, clock=clock)
        return
    clients: list[redis.Redis] = []

    def make() -> Breaker:
        clients.append(make_client(request.getfixturevalue("redis_url"), pool_size=8, name="test"))
        return Breaker("payment", clients[-1], fail_max=3, reset_s=5, clock=clock)

    yield make
    for client in clients:
        client.close()
        client.connection_pool.disconnect()


def is_open(breaker: Breaker) -> bool:
    return breaker.open


def fails(breaker: Breaker, times: int = 3) -> None:
    for _ in range(times):
        with pytest.raises(PartAwayError):
            breaker.call(fail)


def test_it_opens_at_the_last_failure_of_a_row_and_refuses_the_next_call(make_breaker: Callable[[], Breaker]) -> None:
    breaker = make_breaker()
    fails(breaker, 2)
    assert not is_open(breaker)
    fails(breaker, 1)
    assert is_open(breaker)
    with pytest.raises(BreakerOpen) as refused:
        breaker.call(succeed)
    assert refused.value.retry_after_s == 5


def test_a_success_ends_the_row(make_breaker: Callable[[], Breaker]) -> None:
    breaker = make_breaker()
    for _ in range(3):
        fails(breaker, 2)
        assert breaker.call(succeed) == "done"
    assert not breaker.open


def test_a_trial_that_succeeds_closes_it(make_breaker: Callable[[], Breaker], clock: Clock) -> None:
    breaker = make_breaker()
    fails(breaker)
    clock.now_s += 5
    assert breaker.call(succeed) == "done"
    assert not breaker.open
    fails(breaker, 2)  # and the count starts anew
    assert not breaker.open


def test_a_trial_that_fails_opens_it_for_as_long_again(make_breaker: Callable[[], Breaker], clock: Clock) -> None:
    breaker = make_breaker()
    fails(breaker)
    clock.now_s += 5
    fails(breaker, 1)
    clock.now_s += 4.9
    with pytest.raises(BreakerOpen):
        breaker.call(succeed)
    clock.now_s += 0.1
    assert breaker.call(succeed) == "done"


def test_only_one_call_of_many_is_the_trial(make_breaker: Callable[[], Breaker], clock: Clock) -> None:
    breaker = make_breaker()
    fails(breaker)
    clock.now_s += 5
    others_are_through = threading.Event()

    def trial() -> str:
        assert others_are_through.wait(5)
        return "done"

    def attempt(_: int) -> str:
        try:
            return breaker.call(trial)
        except BreakerOpen:
            return "refused"

    with ThreadPoolExecutor(8) as threads:
        ends = [threads.submit(attempt, number) for number in range(8)]
        wait_until(lambda: sum(end.done() for end in ends) == 7, 5)
        others_are_through.set()
    assert sorted(end.result() for end in ends) == ["done"] + ["refused"] * 7


def test_calls_of_several_threads_run_side_by_side(make_breaker: Callable[[], Breaker]) -> None:
    breaker = make_breaker()
    all_inside = threading.Barrier(4, timeout=5)
    with ThreadPoolExecutor(4) as threads:
        for end in [threads.submit(breaker.call, all_inside.wait) for _ in range(4)]:
            end.result()


def test_an_error_that_is_an_answer_does_not_count(clock: Clock) -> None:
    breaker = Breaker("catalogue", fail_max=1, clock=clock)

    def missing() -> None:
        raise NotFound

    for _ in range(5):
        with pytest.raises(NotFound):
            breaker.call(missing)
    assert not breaker.open


@pytest.fixture
def two_processes(redis_url: str, clock: Clock) -> Iterator[tuple[Breaker, Breaker]]:
    clients = [make_client(redis_url, pool_size=2, name="test") for _ in range(2)]
    one, two = (Breaker("payment", client, fail_max=3, reset_s=5, clock=clock) for client in clients)
    yield one, two
    for client in clients:
        client.close()
        client.connection_pool.disconnect()


def test_what_one_process_learned_the_next_one_knows(two_processes: tuple[Breaker, Breaker], clock: Clock) -> None:
    one, two = two_processes
    fails(one, 2)
    fails(two, 1)
    clock.now_s += REFRESH_S
    for breaker in (one, two):
        with pytest.raises(BreakerOpen):
            breaker.call(succeed)


def test_the_success_of_one_process_closes_it_for_all(two_processes: tuple[Breaker, Breaker], clock: Clock) -> None:
    one, two = two_processes
    fails(one)
    clock.now_s += 5
    assert two.call(succeed) == "done"
    clock.now_s += REFRESH_S
    assert one.call(succeed) == "done"


def test_the_trial_is_one_of_all_processes(two_processes: tuple[Breaker, Breaker], clock: Clock) -> None:
    one, two = two_processes
    fails(one)
    clock.now_s += 5

    def while_the_other_tries() -> None:
        with pytest.raises(BreakerOpen):
            two.call(succeed)

    one.call(while_the_other_tries)


@pytest.mark.parametrize("fault", ["killed", "frozen"])
def test_without_its_redis_it_goes_on_by_itself(own_valkey: ValkeyServer, clock: Clock, fault: str) -> None:
    with make_client(own_valkey.url(), pool_size=2, name="test") as client:
        breaker = Breaker("payment", client, fail_max=3, reset_s=5, clock=clock)
        assert breaker.call(succeed) == "done"
        own_valkey.kill() if fault == "killed" else own_valkey.freeze()
        clock.now_s += REFRESH_S
        fails(breaker)
        with pytest.raises(BreakerOpen):
            breaker.call(succeed)
        clock.now_s += 5
        assert breaker.call(succeed) == "done"
        if fault == "frozen":
            own_valkey.thaw()
