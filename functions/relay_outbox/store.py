"""One run of the relay. All that it does is safe to do again, so it may be killed anywhere, and run twice at once."""

import logging
from collections.abc import Callable

import msgspec
from sqlalchemy import Engine

from functions.relay_outbox import delivery
from functions.relay_outbox.delivery import LEAST_FOR_EVENT_S, Outcome, Sink
from shared import database, mesh, outbox, settings, settlement, sinks
from shared.deadlines import Deadline
from shared.errors import SettingError

# A ping comes every 10 s. With a provider at its slowest, 2 s an answer, settling takes 7 s, and 2 are left to publish.
SETTLE_WITHIN_S = 2.0
VOID_WITHIN_S = 3.0  # from the start of the run, as the others
RUN_WITHIN_S = 9.0
ORDERS_AT_ONCE = 2
BATCH = 100  # what a crash publishes again, at the most
BATCH_WITHIN_S = 2.0
TRANSACTION_WITHIN_S = 5.0  # the batch and its statements; that of a frozen relay ends too, and another one goes on

_log = logging.getLogger(__name__)


class Relayed(msgspec.Struct, frozen=True, kw_only=True):
    """What a run did, and how many events are left for the next one."""

    settled: int
    voided: int
    published: int
    parked: int
    left: int


def relay() -> Relayed:
    """Do one run.

    Raises:
        Unavailable: the database is away; what was done until then is done.
        SettingError: there is no K_SINK; payments are settled all the same.
    """
    current = settings.current()
    engine, provider = database.engine(current), mesh.mesh(current)
    settling, voiding, running = map(Deadline.within, (SETTLE_WITHIN_S, VOID_WITHIN_S, RUN_WITHIN_S))
    settled = _in_time(settling, lambda limit: settlement.settle_due(engine, provider, limit=limit))
    voided = _in_time(voiding, lambda limit: settlement.void_due(engine, provider, limit=limit))
    if current.sink is None:
        hint = "a SinkBinding sets it: apply functions/relay_outbox/sources.yaml"
        raise SettingError("K_SINK", None, "it must be the address that takes the events", hint)
    published, parked = publish(engine, sinks.sink(current.sink), running)
    left = database.run(engine, outbox.left)
    done = Relayed(settled=settled, voided=voided, published=published, parked=parked, left=left)
    if any(msgspec.structs.astuple(done)):
        _log.info("The outbox was relayed", extra={"fields": msgspec.structs.asdict(done)})
    return done


def publish(engine: Engine, sink: Sink, until: Deadline) -> tuple[int, int]:
    """Publish in order until nothing is left, the sink takes no more, or the time is over.

    Returns:
        How many were published, and how many parked; none where another relay is at it.
    """
    published = parked = 0
    while until.left_s() > LEAST_FOR_EVENT_S:
        outcome = _publish_batch(engine, sink, until.earlier(Deadline.within(BATCH_WITHIN_S)))
        if outcome is None:
            break
        published, parked = published + len(outcome.taken), parked + len(outcome.refused)
        if outcome.away:
            break
    return published, parked


def _publish_batch(engine: Engine, sink: Sink, until: Deadline) -> Outcome | None:
    """Publish some, in a transaction that is the only one to do so; None where there is nothing to do.

    What is published and not marked, because the relay or the database died in between, is published again.
    """
    with database.transaction(engine, within_s=TRANSACTION_WITHIN_S) as connection:
        batch = outbox.unpublished(connection, BATCH) if outbox.lock(connection) else []
        if not batch:
            return None
        outcome = delivery.deliver(sink, batch, until)
        for sequence, reason in outcome.refused.items():
            outbox.park(connection, sequence, reason)
        outbox.mark_published(connection, outcome.taken)
    delivery.count(outcome)
    return outcome


def _in_time(until: Deadline, work: Callable[[int], int]) -> int:
    """Work off a few orders at a time until fewer are done than could be, or the time is over; how many were done."""
    total = 0
    while until.left_s() > 0:
        done = work(ORDERS_AT_ONCE)
        total += done
        if done < ORDERS_AT_ONCE:
            break
    return total
