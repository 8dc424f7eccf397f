"""Readiness says what is so, in time."""

import threading

from shared import dependencies
from shared.health import Dependency, Health
from shared.settings import Settings


def fails() -> None:
    raise ConnectionError("host db-4711 refused")


def works() -> None:
    return


class Clock:
    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def test_with_all_dependencies_there_it_is_ready() -> None:
    report = Health([Dependency(name="postgres", check=works, needed=True)]).report()
    assert report.ready
    assert report.dependencies["postgres"].reachable
    assert report.dependencies["postgres"].latency_ms is not None


def test_without_a_needed_one_it_is_not_ready_and_says_which_but_not_where() -> None:
    report = Health(
        [Dependency(name="postgres", check=fails, needed=True), Dependency(name="redis", check=works, needed=False)]
    ).report()
    assert not report.ready
    assert report.dependencies["postgres"].error == "ConnectionError"
    assert report.dependencies["redis"].reachable
    assert "4711" not in repr(report)


def test_without_one_that_is_not_needed_it_is_ready_and_tells() -> None:
    report = Health([Dependency(name="redis", check=fails, needed=False)]).report()
    assert report.ready
    assert not report.dependencies["redis"].reachable


def test_a_check_that_hangs_is_not_waited_for_and_not_started_twice() -> None:
    started: list[None] = []
    release = threading.Event()

    def hangs() -> None:
        started.append(None)
        release.wait(20)

    clock = Clock()
    health = Health([Dependency(name="postgres", check=hangs, needed=True)], within_s=0.02, now_s=clock)
    for now_s in (0.0, 2.0, 4.0):
        clock.now_s = now_s
        assert health.report().dependencies["postgres"].error == "no answer in time"
    release.set()
    assert len(started) == 1


def test_an_answer_is_asked_for_again_after_a_second() -> None:
    asked: list[None] = []
    clock = Clock()
    health = Health([Dependency(name="redis", check=lambda: asked.append(None), needed=False)], now_s=clock)
    for now_s in (0.0, 0.5, 0.99, 1.0, 1.5):
        clock.now_s = now_s
        health.report()
    assert len(asked) == 2


def test_a_function_depends_on_what_its_manifest_gives_it() -> None:
    assert dependencies.of(Settings()) == []
    both = Settings(given_database_url="postgresql:///x", given_redis_url="unix:///x")
    assert [(d.name, d.needed) for d in dependencies.of(both)] == [("postgres", True), ("redis", False)]


def test_the_real_checks_pass_with_real_servers_and_fail_without(database_url: str, redis_url: str) -> None:
    settings = Settings(given_database_url=database_url, given_redis_url=redis_url)
    report = Health(dependencies.of(settings)).report()
    assert {name: state.reachable for name, state in report.dependencies.items()} == {"postgres": True, "redis": True}
    gone = Settings(given_database_url="postgresql:///x?host=/nowhere", given_redis_url="unix:///nowhere/s")
    report = Health(dependencies.of(gone)).report()
    assert not report.ready
    assert {name: state.reachable for name, state in report.dependencies.items()} == {"postgres": False, "redis": False}


def test_without_dependencies_it_is_ready() -> None:
    assert Health([]).report().ready
