"""Probes are asked when Kubernetes would ask them, and end an instance that fails for good. The clock is the test's."""

import asyncio

import pytest

from knative.local.model import Probe
from knative.local.programs.following import Probes, follow

REAL_SLEEP = asyncio.sleep
READINESS = Probe(path="/ready", period_s=5)


class Instance:
    """Answers well but at some times; notes when it was asked, and by which probe."""

    def __init__(self, *unwell: tuple[str, float, float]) -> None:
        self.now_s = 0.0
        self.asked: list[tuple[str, float]] = []
        self.said: list[tuple[bool, float]] = []
        self._unwell = unwell

    async def asks(self, probe: Probe) -> bool:
        self.asked.append((probe.path or "", self.now_s))
        return not any(
            probe.path == path and since_s <= self.now_s < until_s for path, since_s, until_s in self._unwell
        )

    def say(self, well: bool) -> None:
        self.said.append((well, self.now_s))

    def times(self, path: str) -> list[float]:
        return [at_s for asked, at_s in self.asked if asked == path]


def run(instance: Instance, probes: Probes, until_s: float, monkeypatch: pytest.MonkeyPatch) -> str:
    """Follow on a clock that goes on by itself. Empty: it is well until the end."""
    waiting: list[tuple[float, int, asyncio.Future[None]]] = []

    async def sleep(seconds: float) -> None:
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        waiting.append((instance.now_s + seconds, len(waiting), turn))
        await turn

    async def whole() -> str:
        task = asyncio.create_task(follow(probes, instance.asks, instance.asks, instance.say))
        for _ in range(1000):
            for _ in range(10):
                await REAL_SLEEP(0)
            ahead = sorted(each for each in waiting if not each[2].done())
            if task.done() or not ahead or ahead[0][0] > until_s:
                break
            instance.now_s = ahead[0][0]
            ahead[0][2].set_result(None)
        if task.done():
            return task.result()
        task.cancel()
        return ""

    monkeypatch.setattr(asyncio, "sleep", sleep)
    return asyncio.run(whole())


def test_the_initial_delay_is_waited_once_and_then_each_period(monkeypatch: pytest.MonkeyPatch) -> None:
    instance = Instance()
    liveness = Probe(path="/alive", period_s=2, initial_delay_s=7)
    assert run(instance, Probes(readiness=READINESS, liveness=liveness), 16, monkeypatch) == ""
    assert instance.times("/alive") == [7, 9, 11, 13, 15]


def test_as_many_failures_in_a_row_as_the_threshold_condemn_and_one_less_does_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    liveness = Probe(path="/alive", period_s=2, failure_threshold=3)
    twice = Instance(("/alive", 4, 8))
    assert run(twice, Probes(readiness=READINESS, liveness=liveness), 20, monkeypatch) == ""
    thrice = Instance(("/alive", 4, 10))
    assert run(thrice, Probes(readiness=READINESS, liveness=liveness), 20, monkeypatch) == "the liveness probe failed"
    assert thrice.now_s == 8


def test_nothing_else_is_asked_before_the_startup_probe_has_passed(monkeypatch: pytest.MonkeyPatch) -> None:
    instance = Instance(("/started", 0, 5))
    startup = Probe(path="/started", period_s=2, failure_threshold=10)
    liveness = Probe(path="/alive", period_s=1)
    probes = Probes(readiness=READINESS, liveness=liveness, startup=startup)
    assert run(instance, probes, 9, monkeypatch) == ""
    assert instance.times("/started") == [0, 2, 4, 6]
    assert min(instance.times("/alive") + instance.times("/ready")) == 6


def test_a_startup_that_fails_too_often_condemns(monkeypatch: pytest.MonkeyPatch) -> None:
    instance = Instance(("/started", 0, 1000))
    startup = Probe(path="/started", period_s=2, failure_threshold=3)
    said = run(instance, Probes(readiness=READINESS, startup=startup), 100, monkeypatch)
    assert (said, instance.now_s, instance.times("/ready")) == ("the startup probe failed 3 times", 4, [])


def test_readiness_comes_after_its_successes_and_goes_after_its_failures(monkeypatch: pytest.MonkeyPatch) -> None:
    instance = Instance(("/ready", 0, 5), ("/ready", 20, 100))
    readiness = Probe(path="/ready", period_s=2, success_threshold=2, failure_threshold=2)
    run(instance, Probes(readiness=readiness), 30, monkeypatch)
    changes = [each for each, before in zip(instance.said[1:], instance.said, strict=False) if each[0] != before[0]]
    assert changes == [(True, 8), (False, 22)]


def test_without_a_period_it_is_asked_in_haste_until_ready_and_then_as_the_kubelet_asks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    instance = Instance(("/ready", 0, 0.1), ("/ready", 15, 65))
    run(instance, Probes(readiness=Probe(path="/ready")), 90, monkeypatch)
    assert [round(at_s, 2) for at_s in instance.times("/ready")[:5]] == [0, 0.05, 0.1, 10.1, 20.1]
    changes = [each for each, before in zip(instance.said[1:], instance.said, strict=False) if each[0] != before[0]]
    assert [(well, round(at_s, 1)) for well, at_s in changes] == [(True, 0.1), (False, 40.1), (True, 70.1)]
