"""Which sources are due now, and when the next one is.

Pure: what is planned and the time go in, what is due and the next plan come out. Times are seconds since 1970 on the
machine's clock, for that is what a schedule speaks of, and a machine's clock is set now and then:

- Forward, or the engine did not run for a while: what was due meanwhile is one firing, not many.
- Back, by a little: a source waits until its next tick comes, so that none of its ticks is fired twice.
- Back, by much: it was wrong before. The plan is made anew, for it may lie years ahead.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from knative.local.eventing.cron import Schedule

# Past this, a clock that was set back was wrong before.
SET_BACK_BY_LITTLE_S = 60.0
# A clock that is set, or a machine that slept, is noticed after so long.
LONGEST_SLEEP_S = 60.0

KeyT = TypeVar("KeyT")


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """One schedule and its next tick; None: it has none any more."""

    schedule: Schedule
    due_s: int | None


def plan(schedules: Mapping[KeyT, Schedule], before: Mapping[KeyT, Planned], now_s: float) -> dict[KeyT, Planned]:
    """The plan for some schedules. One that was planned before keeps its tick; a new one waits for its next."""
    return {
        key: before[key]
        if key in before and before[key].schedule == schedule
        else Planned(schedule=schedule, due_s=schedule.next_after(now_s))
        for key, schedule in schedules.items()
    }


def advance(planned: Mapping[KeyT, Planned], now_s: float) -> tuple[list[KeyT], dict[KeyT, Planned]]:
    """What is due at `now_s`, the longest overdue first, and the plan from then on."""
    due = [key for key, each in planned.items() if each.due_s is not None and each.due_s <= now_s]
    due.sort(key=lambda key: planned[key].due_s or 0)
    return due, {key: _next(each, now_s) for key, each in planned.items()}


def rest_s(planned: Mapping[KeyT, Planned], now_s: float) -> float | None:
    """How long to sleep before `advance` is asked again; None: until the plan is another one."""
    ticks = [each.due_s for each in planned.values() if each.due_s is not None]
    return min(LONGEST_SLEEP_S, max(0.0, min(ticks) - now_s)) if ticks else None


def _next(planned: Planned, now_s: float) -> Planned:
    if planned.due_s is None:
        return planned
    earliest_s = planned.schedule.next_after(now_s)
    if planned.due_s > now_s and (earliest_s is None or planned.due_s - earliest_s <= SET_BACK_BY_LITTLE_S):
        return planned
    return Planned(schedule=planned.schedule, due_s=earliest_s)
