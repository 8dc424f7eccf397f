"""What a circuit breaker remembers: here for quick looks, in Redis for all processes, or here alone without Redis.

pybreaker asks; its own Redis storage asks Redis several times for each guarded call, waits for it each time when it is
away, and lets every process try at once when a breaker is half open. This one looks at Redis every REFRESH_S, tells it
only what changed, and gives the trial to one call of all.
"""

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from shared.redis_library import RedisError, pybreaker

if TYPE_CHECKING:
    from redis import Redis

REFRESH_S = 0.25  # how old the shared state may be that a call is judged by
FAILURES_WITHIN_S = 30.0  # failures further apart are not "in a row"
FORGOTTEN_AFTER_S = 3600.0  # an open breaker that nobody tries is forgotten

# KEYS: failures. ARGV: how long they count, ms. The first of a row sets the time for all of it.
_COUNT = """
local failures = redis.call('INCR', KEYS[1])
if failures == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return failures
"""


class BreakerMemory(pybreaker.CircuitBreakerStorage):
    """The state of one breaker: here for quick looks, in Redis for all.

    `half-open` belongs to the thread that has the trial and to no other: for the rest the breaker is still open.
    """

    def __init__(self, name: str, redis: "Redis | None", reset_s: float, clock: Callable[[], float]) -> None:
        super().__init__(name)
        self._redis = redis
        self._reset_s = reset_s
        self._clock = clock
        self._opened_s: float | None = None
        self._seen_s = float("-inf")
        self._failures = 0
        self._trial_lock = threading.Lock()
        self._trial_until_s = float("-inf")
        self._of_thread = threading.local()

    def opened_since_s(self) -> float | None:
        """When it opened, or None while it is closed; as fresh as REFRESH_S."""
        now_s = self._clock()
        if self._redis is not None and now_s - self._seen_s >= REFRESH_S:
            self._seen_s = now_s
            try:
                shared = self._redis.get(self._key("opened"))
            except RedisError:  # what this process saw itself stands
                return self._opened_s
            self._opened_s = float(shared) if isinstance(shared, bytes) else None
        return self._opened_s

    @property
    def state(self) -> str:
        if getattr(self._of_thread, "on_trial", False):
            return str(pybreaker.STATE_HALF_OPEN)
        return str(pybreaker.STATE_CLOSED if self.opened_since_s() is None else pybreaker.STATE_OPEN)

    @state.setter
    def state(self, state: str) -> None:
        self._of_thread.on_trial = state == pybreaker.STATE_HALF_OPEN
        if state == pybreaker.STATE_OPEN:
            self._opened_s = self._clock()
            self._tell("SET", self._key("opened"), str(self._opened_s), "PX", int(FORGOTTEN_AFTER_S * 1000))
            self._end_trial()
        elif state == pybreaker.STATE_CLOSED:
            self._opened_s = None
            self._failures = 0
            self._tell("DEL", self._key("opened"), self._key("failures"))
            self._end_trial()

    @property
    def opened_at(self) -> datetime | None:
        """Asked by an open breaker before a call: None lets the call through as the trial, now refuses it."""
        opened_s = self._opened_s
        may_try = opened_s is None or self._clock() >= opened_s + self._reset_s
        return None if may_try and self._begin_trial() else datetime.now(UTC)

    @opened_at.setter
    def opened_at(self, _now: datetime) -> None:
        """Set beside the state, which takes the time from the clock that it was given."""

    @property
    def counter(self) -> int:
        return self._failures

    def increment_counter(self) -> None:
        self._failures += 1
        shared = self._tell("EVAL", _COUNT, 1, self._key("failures"), int(FAILURES_WITHIN_S * 1000))
        if isinstance(shared, int):
            self._failures = shared

    def reset_counter(self) -> None:
        if self._failures:
            self._failures = 0
            self._tell("DEL", self._key("failures"))

    @property
    def success_counter(self) -> int:
        return 1  # one trial that succeeds is enough

    def _begin_trial(self) -> bool:
        """Whether this thread has the trial now: one of all threads and processes, or of this process's alone."""
        now_s = self._clock()
        with self._trial_lock:
            if now_s < self._trial_until_s:
                return False
            self._trial_until_s = now_s + self._reset_s
        if self._redis is None:
            return True
        try:
            return bool(self._redis.set(self._key("trial"), b"1", nx=True, px=int(self._reset_s * 1000)))
        except RedisError:
            return True

    def _end_trial(self) -> None:
        self._trial_until_s = float("-inf")
        self._tell("DEL", self._key("trial"))

    def _tell(self, *command: str | int) -> object:
        try:
            return self._redis.execute_command(*command) if self._redis else None
        except RedisError:
            return None

    def _key(self, what: str) -> str:
        return f"breaker:{{{self.name}}}:{what}"
