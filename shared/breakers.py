"""Circuit breakers whose state outlives the instance that saw the failures.

Instances come and go by the second, so what one learned about a part that is away is kept in Redis, for the others
and for those to come; without Redis each process knows what it saw itself. The rules of the breaker are pybreaker's;
this module has it guard several calls at once, `breaker_memory` has it remember.

After `fail_max` failures in a row the breaker opens: calls are refused at once. After `reset_s` one call, of all
processes', is let through as a trial; its success closes the breaker, its failure opens it for another `reset_s`.
"""

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from shared.breaker_memory import BreakerMemory
from shared.errors import Unavailable
from shared.redis_library import pybreaker

if TYPE_CHECKING:
    from redis import Redis

T = TypeVar("T")


class BreakerOpen(Unavailable):
    """The call was not made: the part it needs was away a moment ago."""

    def __init__(self, name: str, retry_after_s: float) -> None:
        super().__init__(f"{name} is away for now; try again", retry_after_s=retry_after_s)
        self.name = name


class Breaker:
    """Guards calls to one part; safe for threads, which it does not hold up for one another.

    Args:
        name: of the part, the same in every process; it is in the Redis keys and the error's message.
        redis: where the state is shared; None keeps it in this process.
        fail_max: failures in a row that open it.
        reset_s: for how long it refuses before a trial.
        counts: whether an error means that the part is away (Unavailable does); any other error is an answer, and so
            a success.
        clock: seconds since the epoch, the same in every process.
    """

    def __init__(
        self,
        name: str,
        redis: "Redis | None" = None,
        *,
        fail_max: int = 5,
        reset_s: float = 5.0,
        counts: Callable[[BaseException], bool] = lambda error: isinstance(error, Unavailable),
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.name = name
        self._fail_max = fail_max
        self._reset_s = reset_s
        self._is_answer = lambda error: not counts(error)
        self._memory = BreakerMemory(name, redis, reset_s, clock)
        self._of_thread = threading.local()

    @property
    def open(self) -> bool:
        """Whether a call would be refused now (or be the trial)."""
        return self._memory.opened_since_s() is not None

    def call(self, work: Callable[[], T]) -> T:
        """Do the work, unless the breaker is open.

        Raises:
            BreakerOpen: it is open.
            Whatever the work raises, as it is.
        """
        try:
            result: T = self._breaker().call(work)
        except pybreaker.CircuitBreakerError:
            raise BreakerOpen(self.name, self._reset_s) from None
        return result

    def _breaker(self) -> pybreaker.CircuitBreaker:
        # pybreaker holds a lock during the guarded call: one breaker for all threads would make them wait in line.
        # So each thread has a breaker, and all have one memory.
        breaker = getattr(self._of_thread, "breaker", None)
        if breaker is None:
            breaker = self._of_thread.breaker = pybreaker.CircuitBreaker(
                fail_max=self._fail_max,
                reset_timeout=self._reset_s,
                exclude=[self._is_answer],
                state_storage=self._memory,
                throw_new_error_on_trip=False,
            )
        return breaker
