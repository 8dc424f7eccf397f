"""How one revision is to be scaled: its annotations, over the defaults of all, as plain values.

Made once a revision, and again when the defaults or its reachability change. Annotations are taken as
checked (`annotations.check`); one that Knative cannot read, it ignores, and so does this.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeVar

from knative.local.autoscaler.annotations import SMALLEST_TARGET, look_up
from knative.local.autoscaler.defaults import Defaults
from knative.local.autoscaler.go_values import SECOND_NS, parse_duration_ns, parse_float, parse_int

PROGRESS_DEADLINE = "serving.knative.dev/progress-deadline"

_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a decision needs to know of a revision.

    `target` is what an instance is meant to carry, `total` what it can, both in the unit of `metric`: requests
    at once, or requests a second. `panic_threshold` is a factor (2.0 for 200 %). A `max_scale` of 0 is none.
    `target_burst_capacity` is the burst that must find room without waiting; -1 stands for any burst.
    """

    metric: Literal["concurrency", "rps"] = "concurrency"
    algorithm: Literal["linear", "weighted-exponential"] = "linear"
    target: float
    total: float
    target_burst_capacity: float
    stable_window_s: int
    panic_window_s: int
    panic_threshold: float
    max_scale_up_rate: float
    max_scale_down_rate: float
    scale_down_delay_s: int
    activation_scale: int
    min_scale: int
    max_scale: int
    initial_scale: int
    scale_to_zero: bool
    grace_period_s: float
    retention_period_s: float
    progress_deadline_s: float
    reachable: bool

    @classmethod
    def of_revision(
        cls,
        annotations: Mapping[str, str],
        *,
        container_concurrency: int,
        reachable: bool,
        defaults: Defaults | None = None,
    ) -> "Settings":
        """The settings of a revision; `reachable` says whether any route has it as a target."""
        base = defaults or Defaults()
        metric: Literal["concurrency", "rps"] = "rps" if _text(annotations, "metric") == "rps" else "concurrency"
        target, total = _targets(annotations, metric, container_concurrency, base)
        stable_window_s = int(_of(annotations, "window", _seconds, base.stable_window_s))
        panic_window_percentage = _of(annotations, "panic-window-percentage", parse_float, base.panic_window_percentage)
        threshold = _of(annotations, "panic-threshold-percentage", parse_float, base.panic_threshold_percentage)
        algorithm = _text(annotations, "metric-aggregation-algorithm")
        initial_scale = _of(annotations, "initial-scale", parse_int, base.initial_scale)
        progress = annotations.get(PROGRESS_DEADLINE)
        return cls(
            metric=metric,
            algorithm="weighted-exponential" if algorithm.startswith("weighted") else "linear",
            target=target,
            total=total,
            target_burst_capacity=_of(annotations, "target-burst-capacity", parse_float, base.target_burst_capacity),
            stable_window_s=stable_window_s,
            panic_window_s=_panic_window_s(stable_window_s, panic_window_percentage),
            panic_threshold=threshold / 100.0,
            max_scale_up_rate=base.max_scale_up_rate,
            max_scale_down_rate=base.max_scale_down_rate,
            scale_down_delay_s=int(_of(annotations, "scale-down-delay", _seconds, base.scale_down_delay_s)),
            activation_scale=_of(annotations, "activation-scale", parse_int, 0),
            min_scale=_of(annotations, "min-scale", parse_int, base.min_scale),
            max_scale=_of(annotations, "max-scale", parse_int, base.max_scale),
            initial_scale=initial_scale or (0 if base.allow_zero_initial_scale else base.initial_scale),
            scale_to_zero=base.enable_scale_to_zero,
            grace_period_s=base.scale_to_zero_grace_period_s,
            retention_period_s=_of(
                annotations,
                "scale-to-zero-pod-retention-period",
                _seconds,
                base.scale_to_zero_pod_retention_period_s,
            ),
            progress_deadline_s=(_seconds(progress) if progress else None) or 600.0,
            reachable=reachable,
        )


def _targets(
    annotations: Mapping[str, str], metric: str, container_concurrency: int, defaults: Defaults
) -> tuple[float, float]:
    """Target and total of an instance (`pkg/reconciler/autoscaling/resources/target.go`)."""
    if metric == "rps":
        total = defaults.requests_per_second_target_default
        utilization = defaults.requests_per_second_target_fraction
    else:
        total = float(container_concurrency) or defaults.container_concurrency_target_default
        utilization = defaults.container_concurrency_target_fraction
    wished = _of(annotations, "target", parse_float, total)
    # An instance never gets more at once than it takes; with 0 it takes anything.
    total = min(wished, total) if metric == "concurrency" and container_concurrency else wished
    percentage = _of(annotations, "target-utilization-percentage", parse_float, None)
    if percentage is not None:
        utilization = percentage / 100.0
    return max(SMALLEST_TARGET, total * utilization), total


def _panic_window_s(stable_window_s: int, percentage: float) -> int:
    # Cut to whole nanoseconds, as a Go duration is, then rounded to whole seconds, halves up.
    panic_window_ns = int(stable_window_s * SECOND_NS * percentage / 100.0)
    return max(1, (panic_window_ns + SECOND_NS // 2) // SECOND_NS)


def _text(annotations: Mapping[str, str], name: str) -> str:
    found = look_up(annotations, name)
    return found[1] if found else ""


def _of(annotations: Mapping[str, str], name: str, parse: Callable[[str], _Value | None], default: _Value) -> _Value:
    found = look_up(annotations, name)
    value = parse(found[1]) if found else None
    return default if value is None else value


def _seconds(text: str) -> float | None:
    duration_ns = parse_duration_ns(text)
    return None if duration_ns is None else duration_ns / SECOND_NS
