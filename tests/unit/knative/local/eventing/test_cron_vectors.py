"""Schedules against robfig/cron v3.0.1 itself: what it refuses, and when what it takes is due, in many time zones.

The answers are its own, asked as Knative Eventing asks it: `NewParser(SecondOptional | Minute | Hour | Dom | Month |
Dow | Descriptor)`, the time zone in front as `CRON_TZ=`.
"""

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path

from knative.local.eventing.cron import ScheduleError, parse

_vectors = [
    json.loads(line)
    for line in gzip.decompress((Path(__file__).parent / "cron-vectors.jsonl.gz").read_bytes()).decode().splitlines()
]


def answers(schedule: str, timezone: str, after: str, count: int) -> list[str] | None:
    """The next times as robfig writes them, or None where the schedule is refused."""
    try:
        read = parse(schedule, timezone)
    except ScheduleError:
        return None
    found: list[str] = []
    moment_s: float | None = datetime.fromisoformat(after).timestamp()
    while moment_s is not None and len(found) < count:
        moment_s = read.next_after(moment_s)
        if moment_s is not None:
            found.append(datetime.fromtimestamp(moment_s, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
    return found


def test_it_takes_and_refuses_what_robfig_does_and_is_due_when_that_is() -> None:
    wrong = [
        (vector, found)
        for vector in _vectors
        # `@every` is robfig's, and refused by Knative before it gets there.
        if "@every" not in vector["schedule"]
        and (found := answers(vector["schedule"], vector["timezone"], vector["after"], len(vector["next"] or "x")))
        != (vector["next"] if vector["next"] != [] else [])
    ]
    assert wrong == []


def test_the_vectors_are_of_both_kinds() -> None:
    refused = [vector for vector in _vectors if vector["next"] is None]
    assert len(refused) > 50
    assert len(_vectors) - len(refused) > 600
    assert len({vector["timezone"] for vector in _vectors}) > 15
