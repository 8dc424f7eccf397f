"""How many instances a revision should have now.

One decision is one call: settings, memory, load and the time go in, a decision and the
next memory come out. Nothing here reads a clock, a file or a socket, and nothing logs:
the reconciler does. So a test replays an hour in milliseconds, and a bug report is a list
of inputs.  Rules: Knative serving v0.50.0, pkg/autoscaler/scaling/autoscaler.go.
Start at `decide`; `Memory` says what must outlive a call, and why.
"""

import math
from dataclasses import dataclass, field, replace

from knative.local.autoscaler.delay import DelayWindow
from knative.local.autoscaler.settings import Settings

TICK_S = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """Means over the stable and the panic window, summed over instances, in the unit of `Settings.metric`."""

    stable: float
    panic: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What the load asks for, before min-scale and max-scale.

    `excess_burst_capacity` is what the ready instances could take beyond this load and the burst to be expected;
    below 0, requests are better held in front of them.
    """

    desired_count: int
    panic: bool
    excess_burst_capacity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """What must outlive a call.

    A panic lasts a stable window beyond its last cause (`panic_since_s`, None outside one), and while it lasts
    nothing is taken away (`panic_count`, the most it asked for). `delay` holds scaling down back.
    """

    panic_since_s: float | None = None
    panic_count: int = 0
    delay: DelayWindow = field(default_factory=DelayWindow)

    @classmethod
    def at_start(cls, ready_count: int, now_s: float) -> "Memory":
        """Before any call. A revision found with several instances is in panic: what led to them is unknown."""
        return cls(panic_since_s=now_s if ready_count > 1 else None, panic_count=ready_count)


def decide(
    settings: Settings, memory: Memory, load: Load | None, ready_count: int, now_s: float
) -> tuple[Decision | None, Memory]:
    """Decide the instance count of one revision.

    Args:
        settings: target per instance, rates and windows, already checked.
        memory: what the last call gave back; `Memory.at_start(ready_count, now_s)` before any.
        load: means over the stable and the panic window, summed over instances, in requests
            at once, or in requests a second if `settings.metric` is RPS. None means that no
            window has data; zeros are data.
        ready_count: instances that can accept at `now_s`, 0 or more.
        now_s: seconds on the caller's clock, never less than in the call before.

    Returns:
        The decision (`desired_count`: whole instances, before min-scale and max-scale) and
        the memory for the next call. Without data: no decision, and the memory as it came.

    Always true (tests/unit/knative/local/autoscaler/test_decider_properties.py):
        while a panic lasts, `desired_count` before the scale-down delay never falls;
        outside a panic, with neither delay nor activation-scale, it is at most
        ceil(settings.max_scale_up_rate * max(1, ready_count)).
    """
    if load is None:
        return None, memory
    ready = max(1, ready_count)
    panic_wish = math.ceil(load.panic / settings.target)
    stable_count = _within_rates(settings, math.ceil(load.stable / settings.target), ready)
    panic_count = _within_rates(settings, panic_wish, ready)

    memory = _panic(settings, memory, panic_wish / ready >= settings.panic_threshold, now_s)
    desired_count = stable_count
    if memory.panic_since_s is not None:
        desired_count = max(memory.panic_count, stable_count, panic_count)
        memory = replace(memory, panic_count=desired_count)
    if settings.reachable and settings.scale_down_delay_s > 0:
        delay = memory.delay.record(
            int(now_s) // TICK_S, desired_count, math.ceil(settings.scale_down_delay_s / TICK_S)
        )
        memory = replace(memory, delay=delay)
        desired_count = delay.largest
    decision = Decision(
        desired_count=desired_count,
        panic=memory.panic_since_s is not None,
        excess_burst_capacity=_excess_burst_capacity(settings, load, ready_count),
    )
    return decision, memory


def _within_rates(settings: Settings, wish: int, ready: int) -> int:
    """A wish, moved to where scaling up and down may go in one step from the ready count."""
    most = math.ceil(settings.max_scale_up_rate * ready)
    least = math.floor(ready / settings.max_scale_down_rate) if settings.reachable else 0
    count = min(max(wish, least), most)
    if settings.activation_scale > 1 and wish > 0:
        return max(count, settings.activation_scale)
    return count


def _panic(settings: Settings, memory: Memory, over_threshold: bool, now_s: float) -> Memory:
    """Enter, extend or leave the panic."""
    if over_threshold:
        return replace(memory, panic_since_s=now_s)
    if memory.panic_since_s is not None and memory.panic_since_s + settings.stable_window_s < now_s:
        return replace(memory, panic_since_s=None, panic_count=0)
    return memory


def _excess_burst_capacity(settings: Settings, load: Load, ready_count: int) -> int:
    if settings.target_burst_capacity == 0:
        return 0
    if settings.target_burst_capacity < 0:
        return -1
    # The panic window's load: the way of the next requests must not hang on what was a minute ago.
    return math.floor(ready_count * settings.total - settings.target_burst_capacity - load.panic)
