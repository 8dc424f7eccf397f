"""The autoscaler of one revision, whole: reports in, the number of instances to run out.

`start` a new revision or `adopt` one that is there, then call `step` every `TICK_S` seconds with the reports
since, and `poke` when a request comes to a revision at zero. What outlives a call is a `Memory`, a value: keep
the last one. Nothing here reads a clock.

    reports -> load.Windows -> decider.decide -> bounds -> zero.advance -> ScaleDecision
"""

from collections.abc import Sequence
from dataclasses import dataclass

from knative.local.autoscaler import decider, zero
from knative.local.autoscaler.decider import TICK_S
from knative.local.autoscaler.load import Windows
from knative.local.autoscaler.settings import Settings

__all__ = ["TICK_S", "Memory", "Report", "ScaleDecision", "adopt", "poke", "start", "step"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a revision did in the second that ends at `at_s`, summed over its instances.

    `concurrency` is the mean of the requests at once, weighted by time, waiting ones included; `rps` the
    requests that came.
    """

    at_s: float
    concurrency: float
    rps: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """What must outlive a call: the windows, the panic and the delay, the way to zero, and the last answers.

    `wish` is the last count that load asked for (None before any), `count` the last number of instances to run.
    """

    windows: Windows
    decider: decider.Memory
    zero: zero.State
    wish: int | None
    count: int
    excess_burst_capacity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleDecision:
    """How many instances to run now (`desired_count`), and why.

    `valid` says that there was data; without, what was desired goes on. `wish` is what load asks for, before
    bounds and the rules for zero.
    """

    desired_count: int
    wish: int | None
    panic: bool
    excess_burst_capacity: int
    valid: bool
    activity: zero.Activity


def start(settings: Settings, now_s: float) -> Memory:
    """The memory of a new revision: it is to run its initial scale, once, to show that it can."""
    return _memory(settings, zero.State.of_new_revision(now_s), settings.initial_scale, 0, now_s)


def adopt(settings: Settings, ready_count: int, now_s: float) -> Memory:
    """The memory of a revision that was there before: with its instances, or at zero, where it stays until called."""
    return _memory(settings, zero.State.of_found_revision(ready_count, now_s), ready_count, ready_count, now_s)


def step(
    settings: Settings, memory: Memory, reports: Sequence[Report], ready_count: int, now_s: float
) -> tuple[ScaleDecision, Memory]:
    """Decide how many instances a revision is to run.

    Args:
        settings: of the revision; they may differ from the last call's.
        memory: what the last call gave back.
        reports: the reports since the last call, in order; none is fine.
        ready_count: instances that can accept now.
        now_s: seconds on the caller's clock, never less than in the call before.
    """
    windows = memory.windows.resized(settings, now_s)
    for report in reports:
        # Nobody reports for a revision without instances and requests. Zeros here would make the next burst look
        # as if it had lasted a whole window, and panic too late.
        if ready_count or report.concurrency or report.rps:
            windows = windows.record(settings, report.at_s, report.concurrency, report.rps)
    load = windows.load(settings, now_s)
    decision, decider_memory = decider.decide(settings, memory.decider, load, ready_count, now_s)
    wish = decision.desired_count if decision else memory.wish
    excess_burst_capacity = decision.excess_burst_capacity if decision else memory.excess_burst_capacity
    ruling, zero_state = zero.advance(
        settings,
        memory.zero,
        wish=wish,
        ready_count=ready_count,
        excess_burst_capacity=excess_burst_capacity,
        now_s=now_s,
    )
    count = memory.count if ruling.wanted_count is None or not ruling.applies else ruling.wanted_count
    following = Memory(
        windows=windows,
        decider=decider_memory,
        zero=zero_state,
        wish=wish,
        count=count,
        excess_burst_capacity=excess_burst_capacity,
    )
    scale = ScaleDecision(
        desired_count=count,
        wish=wish,
        panic=decider_memory.panic_since_s is not None,
        excess_burst_capacity=excess_burst_capacity,
        valid=decision is not None,
        activity=zero_state.activity,
    )
    return scale, following


def poke(
    settings: Settings, memory: Memory, waiting_count: int, ready_count: int, now_s: float
) -> tuple[ScaleDecision, Memory]:
    """Decide at once, because `waiting_count` requests came to a revision at zero."""
    report = Report(at_s=now_s, concurrency=float(waiting_count), rps=float(waiting_count))
    return step(settings, memory, (report,), ready_count, now_s)


def _memory(settings: Settings, state: zero.State, count: int, ready_count: int, now_s: float) -> Memory:
    return Memory(
        windows=Windows.of(settings),
        decider=decider.Memory.at_start(ready_count, now_s),
        zero=state,
        wish=None,
        count=count,
        excess_burst_capacity=_first_excess_burst_capacity(settings),
    )


def _first_excess_burst_capacity(settings: Settings) -> int:
    """Before any data: what the initial scale could take."""
    capacity = settings.target_burst_capacity
    return int(capacity) if capacity in {-1, 0} else int(settings.initial_scale * settings.total - capacity)
