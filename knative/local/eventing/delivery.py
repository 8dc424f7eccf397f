"""Delivering one event: sent, and sent again where Knative's adapter would, and then given up.

As the adapter asks its client to (`ContextWithRetriesExponentialBackoff(50 ms, 5)`): no answer, and an answer that
says "not now", is tried five times more, after 0.1, 0.2, 0.4, 0.8 and 1.6 s; any other answer is the last word.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

RETRIES = 5
PAUSE_S = 0.05
# defaultRetriableErrors of CloudEvents' SDK for Go.
NOT_NOW = frozenset({404, 413, 425, 429, 502, 503, 504})


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one event. `status` is the last answer's; without any, `error` says what happened."""

    attempts: int
    status: int | None = None
    error: str = ""

    @property
    def delivered(self) -> bool:
        return self.status is not None and 200 <= self.status < 300

    def __str__(self) -> str:
        words = "delivered" if self.delivered else f"answered {self.status}" if self.status else self.error
        return words if self.attempts == 1 else f"{words}, {self.attempts} attempts"


def pause_s(outcome: Outcome) -> float | None:
    """How long to wait before the next attempt; None: there is none."""
    over = outcome.status is not None and outcome.status not in NOT_NOW
    return None if over or outcome.attempts > RETRIES else PAUSE_S * 2**outcome.attempts


async def deliver(
    send: Callable[[], Awaitable[int]], pause: Callable[[float], Awaitable[None]] = asyncio.sleep
) -> Outcome:
    """Send until it is over. `send` gives the status of an answer, or raises OSError."""
    attempts = 0
    while True:
        attempts += 1
        try:
            outcome = Outcome(attempts=attempts, status=await send())
        except OSError as error:
            outcome = Outcome(attempts=attempts, error=str(error) or "no answer in time")
        wait_s = pause_s(outcome)
        if wait_s is None:
            return outcome
        await pause(wait_s)
