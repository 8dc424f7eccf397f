"""What follows from an attempt: done, tried again after a pause, given to the dead letter sink, or parked.

Pure. Rules: `pkg/kncloudevents/retries.go` and `event_dispatcher.go`: no answer, 5xx, 404, 408, 409 and 429 are tried
again; any other answer but 2xx is the last word. The first pause is the delay times 2^0 or, linear, times nothing.
Nothing is dropped here: what no sink takes stays, for a person to see.
"""

from dataclasses import dataclass

from knative.local.model import Delivery

_NOT_NOW = frozenset({404, 408, 409, 429})
# What Knative says of a subscriber that gave no answer.
NO_ANSWER = 500
# A pause never exceeds what Postgres calls an interval, nor a person's patience.
LONGEST_PAUSE_S = 30 * 24 * 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came of one attempt. `status` None: there was no answer in time, and `body` says why."""

    status: int | None
    body: bytes = b""

    @property
    def taken(self) -> bool:
        return self.status is not None and 200 <= self.status < 300

    @property
    def code(self) -> int:
        return NO_ANSWER if self.status is None else self.status

    @property
    def is_last_word(self) -> bool:
        return self.status is not None and self.status < 500 and self.status not in _NOT_NOW


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why the subscriber does not have an event, as the dead letter sink is told."""

    destination: str
    code: int
    data: bytes = b""


@dataclass(frozen=True, slots=True)
class Done:
    """It is delivered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """It is tried once more. `attempts` were made until now."""

    attempts: int
    pause_s: float


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """The subscriber is given up; the dead letter sink is next, at once."""

    failure: Failure


@dataclass(frozen=True, slots=True)
class Park:
    """Nobody takes it: it stays."""

    failure: Failure


Next = Done | Again | DeadLetter | Park


def pause_s(delivery: Delivery, retry: int) -> float:
    """How long to wait before a retry; the first one is number 0."""
    match delivery.backoff_policy:
        case "exponential":
            # Past 64 doublings any pause is the longest, and 2.0 ** 1100 no number.
            pause = delivery.backoff_delay_s * 2.0 ** min(retry, 64)
        case "linear":
            pause = delivery.backoff_delay_s * retry
        case "":
            pause = 0.0
    return min(pause, LONGEST_PAUSE_S)


def after(answer: Answer, *, attempts: int, delivery: Delivery, failure: Failure | None, destination: str) -> Next:
    """What follows from an attempt.

    Args:
        answer: what came of it.
        attempts: how many were made at this destination, with this one.
        delivery: what the Trigger says.
        failure: the subscriber's, where the dead letter sink was tried; None where the subscriber was.
        destination: where it was sent.
    """
    if answer.taken:
        return Done()
    if not answer.is_last_word and attempts <= delivery.retry:
        return Again(attempts=attempts, pause_s=pause_s(delivery, attempts - 1))
    if failure is not None:
        return Park(failure)
    given_up = Failure(destination=destination, code=answer.code, data=answer.body)
    return DeadLetter(given_up) if delivery.dead_letter_sink else Park(given_up)
