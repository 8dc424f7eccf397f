"""Promise 4: an event answered with 202 is stored exactly once, in the end, by (source, id)."""

import itertools
import threading
from collections import Counter

import msgspec

from tests.promises.customers import Reply, crowd, insist
from tests.promises.faults import kill_instances, kill_part, rows, value, wait_for_part
from tests.stack import Stack
from tests.waiting import wait_until

SOURCE = "/promises/events"
BATCH = {"content-type": "application/cloudevents-batch+json"}
PER_BATCH = 20


class Recorded(msgspec.Struct, frozen=True):
    accepted: int
    duplicates: int


def batch(first: int, source: str = SOURCE) -> list[dict[str, object]]:
    """Events `first` and those after it."""
    return [
        {"specversion": "1.0", "id": str(number), "source": source, "type": "promise.kept", "data": {"number": number}}
        for number in range(first, first + PER_BATCH)
    ]


def send(stack: Stack, events: list[dict[str, object]]) -> Reply:
    """Send a batch until it is taken."""
    reply = insist(stack, "POST", "/api/events", events, BATCH)
    assert reply.status == 202, reply
    return reply


def stored(stack: Stack, source: str = SOURCE) -> Counter[str]:
    found = rows(stack, "SELECT id FROM analytics.events WHERE source = %s", source)
    return Counter(str(event_id) for (event_id,) in found)


def test_every_event_that_was_taken_is_stored_once_whatever_is_killed(own_stack: Stack) -> None:
    taken: set[int] = set()
    numbers = itertools.count()
    lock = threading.Lock()

    def report() -> None:
        with lock:
            # Each batch has half of the one before: the same event comes from two senders, perhaps at once.
            first = next(numbers) * PER_BATCH // 2
        send(own_stack, batch(first))
        with lock:
            taken.update(range(first, first + PER_BATCH))

    def more(after: str) -> None:
        so_far = people.total
        wait_until(lambda: people.total >= so_far + 15 or people.stopping.is_set(), 40, f"events after {after}")

    with crowd({f"sender {number}": report for number in range(5)}) as people:
        more("the start")
        for turn in range(2):
            assert kill_instances(own_stack, "record-event") > 0
            more(f"the kill of the instances, {turn}")
            killed = kill_part(own_stack, "postgres")
            wait_for_part(own_stack, "postgres", other_than=killed)
            more(f"the kill of Postgres, {turn}")

    assert len(taken) >= 75 * PER_BATCH // 2
    assert stored(own_stack) == Counter(map(str, taken))


def test_events_that_are_sent_again_are_told_from_new_ones(own_stack: Stack) -> None:
    source = f"{SOURCE}/again"
    first = msgspec.json.decode(send(own_stack, batch(0, source)).body, type=Recorded)
    again = msgspec.json.decode(send(own_stack, batch(PER_BATCH // 2, source)).body, type=Recorded)
    assert (first.accepted, first.duplicates) == (PER_BATCH, 0)
    assert (again.accepted, again.duplicates) == (PER_BATCH // 2, PER_BATCH // 2)
    assert value(own_stack, "SELECT count(*) FROM analytics.events WHERE source = %s", source) == PER_BATCH * 3 // 2
