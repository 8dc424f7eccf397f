"""The way to zero and back: whether the last instance of a revision may go.

    ACTIVATING ── enough ready ──> ACTIVE ── no load for a stable window ──> INACTIVE ── grace, retention ──> zero
        ^  └── progress deadline passed ──────────────────────────────────────^  │
        └──────────────────── load, not enough ready ────────────────────────────┘  (ready: ACTIVE at once)

Two clocks run towards zero. A revision must have been active for a stable window before it is marked inactive,
and keeps an instance until then. Then requests must have gone through the queue in front of the instances for
the grace period, or the revision been inactive for it, and for the retention period in any case.
Rules: `pkg/reconciler/autoscaling/kpa/{scaler,kpa}.go`. On a cluster the queue is the activator, and has to be
proven to be in the way; here it is the kernel's, on the revision's socket, and always is.
"""

from dataclasses import dataclass, replace
from enum import Enum

from knative.local.autoscaler.bounds import active_threshold, bounds
from knative.local.autoscaler.settings import Settings

# Beyond the progress deadline, so that whoever watches the instances sees first why they do not start.
_activation_timeout_buffer_s = 30.0


class Activity(Enum):
    ACTIVATING = "activating"
    ACTIVE = "active"
    INACTIVE = "inactive"


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Where a revision is, and since when; `queued_since_s` is None while requests need not wait in front."""

    activity: Activity
    since_s: float
    queued_since_s: float | None
    initial_scale_reached: bool

    @classmethod
    def of_new_revision(cls, now_s: float) -> "State":
        return cls(activity=Activity.ACTIVATING, since_s=now_s, queued_since_s=now_s, initial_scale_reached=False)

    @classmethod
    def of_found_revision(cls, ready_count: int, now_s: float) -> "State":
        """A revision that ran before this memory began."""
        activity = Activity.ACTIVE if ready_count else Activity.INACTIVE
        return cls(activity=activity, since_s=now_s, queued_since_s=now_s, initial_scale_reached=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """`wanted_count` None: nothing is known to want. Unless `applies`, what runs now stays as it is."""

    wanted_count: int | None
    applies: bool


def advance(
    settings: Settings,
    state: State,
    *,
    wish: int | None,
    ready_count: int,
    excess_burst_capacity: int,
    now_s: float,
) -> tuple[Ruling, State]:
    """Bring a wish into the bounds, rule whether it may be zero, and go on to the next state.

    Args:
        settings: bounds, periods, and whether zero is allowed at all.
        state: what the last call gave back.
        wish: the last count that load asked for; None before any.
        ready_count: instances that can accept now.
        excess_burst_capacity: the last decision's; from 0 on, requests need not wait in front.
        now_s: seconds on the caller's clock.
    """
    ruling = _rule(settings, state, wish, now_s)
    wanted = ruling.wanted_count
    queued = wanted is None or wanted == 0 or excess_burst_capacity < 0
    queued_since_s = None if not queued else now_s if state.queued_since_s is None else state.queued_since_s
    threshold = active_threshold(settings, initial_scale_reached=state.initial_scale_reached)
    activity = _activity(state.activity, wanted, ready_count, threshold)
    following = replace(
        state,
        activity=activity,
        since_s=state.since_s if activity is state.activity else now_s,
        queued_since_s=queued_since_s,
        initial_scale_reached=state.initial_scale_reached or ready_count >= threshold,
    )
    return ruling, following


def _rule(settings: Settings, state: State, wish: int | None, now_s: float) -> Ruling:
    if wish is None and state.activity is not Activity.ACTIVATING:
        return Ruling(wanted_count=None, applies=False)
    limits = bounds(settings, initial_scale_reached=state.initial_scale_reached)
    count = limits.apply(wish or 0)
    if count > 0:
        return Ruling(wanted_count=count, applies=True)
    if not settings.scale_to_zero:
        return Ruling(wanted_count=1, applies=True)
    for_s = now_s - state.since_s
    match state.activity:
        case Activity.ACTIVATING:
            if for_s > settings.progress_deadline_s + _activation_timeout_buffer_s:
                return Ruling(wanted_count=0, applies=True)
            return Ruling(wanted_count=None, applies=False)
        case Activity.ACTIVE:
            if for_s >= settings.stable_window_s:
                return Ruling(wanted_count=0, applies=False)  # marks it inactive; its instance stays for now
            return Ruling(wanted_count=1, applies=True)
        case Activity.INACTIVE:
            return Ruling(wanted_count=0, applies=_may_go(settings, state, for_s, now_s))


def _may_go(settings: Settings, state: State, inactive_s: float, now_s: float) -> bool:
    """Whether the last instance of an inactive revision may go now."""
    retention_s = settings.retention_period_s if settings.reachable else 0.0
    if inactive_s >= max(settings.grace_period_s, retention_s):
        return True
    queued_s = 0.0 if state.queued_since_s is None else now_s - state.queued_since_s
    return inactive_s >= retention_s and queued_s >= settings.grace_period_s


def _activity(activity: Activity, wanted: int | None, ready_count: int, threshold: int) -> Activity:
    """The table above Knative's `computeActiveCondition`."""
    if wanted == 0 or threshold == 0:
        return Activity.INACTIVE
    if activity is Activity.INACTIVE and wanted is None:
        return Activity.INACTIVE
    return Activity.ACTIVE if ready_count >= threshold else Activity.ACTIVATING
