"""What becomes of a batch of events: sent one by one, in their order, until the sink or the time says stop."""

import functools
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from prometheus_client import Counter

from shared import metrics
from shared.cloud_events import CloudEvent
from shared.deadlines import Deadline
from shared.outbox import Pending
from shared.sinks import Delivery, NotNow, Refused, Taken

LEAST_FOR_EVENT_S = 0.5  # with less time left, a slow sink would look like one that is away

_log = logging.getLogger(__name__)


class Sink(Protocol):
    """What takes an event: `shared.sinks.Sink`."""

    def deliver(self, event: CloudEvent, *, deadline: Deadline) -> Delivery: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The sequences of the events that the sink has; of those it will never take, with why; and whether it is away."""

    taken: Sequence[int]
    refused: Mapping[int, str]
    away: bool


def deliver(sink: Sink, batch: Sequence[Pending], until: Deadline) -> Outcome:
    """Send a batch.

    One event that is refused does not stop those behind it, for it would for ever. A sink that is away does: whoever is
    next would come before its turn.
    """
    taken: list[int] = []
    refused: dict[int, str] = {}
    away = False
    for pending in batch:
        if away or until.left_s() < LEAST_FOR_EVENT_S:
            break
        match sink.deliver(pending.event, deadline=until):
            case Taken():
                taken.append(pending.sequence)
            case Refused(reason):
                refused[pending.sequence] = reason
                _tell(logging.ERROR, "Its sink refuses an event for good: it is parked", pending, reason)
            case NotNow(reason):
                away = True
                _tell(logging.WARNING, "The sink takes no event now; it is sent again", pending, reason)
    return Outcome(taken=taken, refused=refused, away=away)


def count(outcome: Outcome) -> None:
    """Count an outcome that is kept, for /metrics."""
    for name, number in (
        ("published", len(outcome.taken)), ("parked", len(outcome.refused)), ("put_off", int(outcome.away)),
    ):  # fmt: skip
        _counter().labels(name).inc(number)


def _tell(level: int, what: str, pending: Pending, reason: str) -> None:
    event = pending.event
    facts = {"sequence": pending.sequence, "id": event.id, "source": event.source, "type": event.type}
    _log.log(level, what, extra={"fields": {**facts, "reason": reason}})


@functools.cache
def _counter() -> Counter:
    return Counter(
        "zerocart_outbox_events", "Events of the outbox, by what became of them: published, parked or put_off",
        ["outcome"], registry=metrics.current().registry,
    )  # fmt: skip
