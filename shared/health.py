"""Whether a function lives (/healthz) and what state its dependencies are in (/readyz). Never a lie.

A dependency is a name and a check: a function that returns when it answered and raises when it did not. Checks run
when asked for, at once, each in a thread and within a bound; an answer is at most a second old. A check that hangs is
not started again before it ended.
"""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

Check = Callable[[], None]

CHECK_WITHIN_S = 1.0
FRESH_S = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependency:
    """Something outside the process. `needed`: without it the function cannot answer at all."""

    name: str
    check: Check
    needed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What a check found. `error` is a kind of error, never its text: that could name a host or a user."""

    reachable: bool
    needed: bool
    latency_ms: float | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    ready: bool
    dependencies: Mapping[str, State]


class Health:
    """The dependencies of one function."""

    def __init__(
        self,
        dependencies: Sequence[Dependency],
        *,
        within_s: float = CHECK_WITHIN_S,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._probes = [_Probe(dependency) for dependency in dependencies]
        self._within_s = within_s
        self._now_s = now_s
        self._lock = threading.Lock()
        self._last: tuple[float, Report] | None = None

    def report(self) -> Report:
        """The state of all dependencies; asks them, unless that was done within the last second."""
        with self._lock:
            if self._last and self._now_s() - self._last[0] < FRESH_S:
                return self._last[1]
            for probe in self._probes:
                probe.start()
            deadline_s = time.monotonic() + self._within_s
            states = {probe.dependency.name: probe.state(deadline_s - time.monotonic()) for probe in self._probes}
            ready = all(state.reachable or not state.needed for state in states.values())
            report = Report(ready=ready, dependencies=states)
            self._last = (self._now_s(), report)
            return report


class _Probe:
    """One dependency and the thread that asks it, if one does."""

    def __init__(self, dependency: Dependency) -> None:
        self.dependency = dependency
        self._thread: threading.Thread | None = None
        self._found: State | None = None

    def start(self) -> None:
        if self._thread is None or not self._thread.is_alive():
            self._found = None
            self._thread = threading.Thread(target=self._ask, name=f"check {self.dependency.name}", daemon=True)
            self._thread.start()

    def state(self, within_s: float) -> State:
        assert self._thread is not None
        self._thread.join(max(0.0, within_s))
        return self._found or State(reachable=False, needed=self.dependency.needed, error="no answer in time")

    def _ask(self) -> None:
        started_s = time.monotonic()
        try:
            self.dependency.check()
        except Exception as error:  # noqa: BLE001 - whatever it is, the dependency did not answer as it should
            self._found = State(reachable=False, needed=self.dependency.needed, error=type(error).__name__)
        else:
            latency_ms = round((time.monotonic() - started_s) * 1000, 2)
            self._found = State(reachable=True, needed=self.dependency.needed, latency_ms=latency_ms)
