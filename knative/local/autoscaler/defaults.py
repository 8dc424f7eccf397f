"""The ConfigMap `config-autoscaler`: what holds for every revision that says nothing of its own.

Knative's defaults, keys and rules (`pkg/autoscaler/config/config.go`). Two of its keys choose things that do
not exist here, other autoscalers and activators: they are read as unknown.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from knative.local.autoscaler.annotations import (
    LARGEST_INT,
    SMALLEST_TARGET,
    WINDOW_MAX_S,
    WINDOW_MIN_S,
    Mistake,
    invalid,
    out_of_bounds,
)
from knative.local.autoscaler.go_values import SECOND_NS, parse_bool, parse_duration_ns, parse_float, parse_int

CONFIG_MAP_NAME = "config-autoscaler"


@dataclass(frozen=True, slots=True, kw_only=True)
class Defaults:
    allow_zero_initial_scale: bool = False
    container_concurrency_target_default: float = 100.0
    container_concurrency_target_fraction: float = 0.7
    enable_scale_to_zero: bool = True
    initial_scale: int = 1
    max_scale: int = 0
    max_scale_down_rate: float = 2.0
    max_scale_limit: int = 0
    max_scale_up_rate: float = 1000.0
    min_scale: int = 0
    panic_threshold_percentage: float = 200.0
    panic_window_percentage: float = 10.0
    requests_per_second_target_default: float = 200.0
    scale_down_delay_s: float = 0.0
    scale_to_zero_grace_period_s: float = 30.0
    scale_to_zero_pod_retention_period_s: float = 0.0
    stable_window_s: float = 60.0
    target_burst_capacity: float = 211.0
    # Knative has no key for it: RPS is always scaled at this utilization, unless an annotation says otherwise.
    requests_per_second_target_fraction: float = 0.7


def read_defaults(data: Mapping[str, str]) -> tuple[Defaults, tuple[Mistake, ...]]:
    """The defaults with what `data` changes, and all that is wrong in it. A wrong value is left at its default."""
    mistakes: list[Mistake] = []
    values: dict[str, bool | int | float] = {}
    for key, text in data.items():
        if key == "_example":  # Knative's own ConfigMaps carry their documentation under it
            continue
        if key not in _keys:
            hint = f"known: {', '.join(sorted(_keys))}"
            mistakes.append(Mistake(key=key, rule="unknown key, or one that is not honoured here", hint=hint))
            continue
        name, parse = _keys[key]
        value = parse(text)
        if value is None:
            mistakes.append(Mistake(key=key, rule=invalid(text)))
        elif rule := _rule(key, value):
            mistakes.append(Mistake(key=key, rule=rule))
        else:
            values[name] = value
    defaults = replace(Defaults(), **values)  # type: ignore[arg-type] # the keys' table keeps names and types together
    return defaults, (*mistakes, *_combined(defaults))


def _seconds(text: str) -> float | None:
    duration_ns = parse_duration_ns(text)
    return None if duration_ns is None else duration_ns / SECOND_NS


def _fraction(text: str) -> float | None:
    value = parse_float(text)
    # Up to 1 it is read as the fraction itself, a courtesy of Knative's to older clusters.
    return value / 100.0 if value is not None and value > 1.0 else value


_keys: Mapping[str, tuple[str, Callable[[str], bool | int | float | None]]] = {
    "allow-zero-initial-scale": ("allow_zero_initial_scale", parse_bool),
    "container-concurrency-target-default": ("container_concurrency_target_default", parse_float),
    "container-concurrency-target-percentage": ("container_concurrency_target_fraction", _fraction),
    "enable-scale-to-zero": ("enable_scale_to_zero", parse_bool),
    "initial-scale": ("initial_scale", parse_int),
    "max-scale": ("max_scale", parse_int),
    "max-scale-down-rate": ("max_scale_down_rate", parse_float),
    "max-scale-limit": ("max_scale_limit", parse_int),
    "max-scale-up-rate": ("max_scale_up_rate", parse_float),
    "min-scale": ("min_scale", parse_int),
    "panic-threshold-percentage": ("panic_threshold_percentage", parse_float),
    "panic-window-percentage": ("panic_window_percentage", parse_float),
    "requests-per-second-target-default": ("requests_per_second_target_default", parse_float),
    "scale-down-delay": ("scale_down_delay_s", _seconds),
    "scale-to-zero-grace-period": ("scale_to_zero_grace_period_s", _seconds),
    "scale-to-zero-pod-retention-period": ("scale_to_zero_pod_retention_period_s", _seconds),
    "stable-window": ("stable_window_s", _seconds),
    "target-burst-capacity": ("target_burst_capacity", parse_float),
}


def _rule(key: str, value: float) -> str | None:
    """What one value must be, whatever the others are."""
    match key:
        case "container-concurrency-target-percentage" if not 0 < value <= 1:
            return "outside of valid range of (0, 100]"
        case "requests-per-second-target-default" if value < SMALLEST_TARGET:
            return f"must be at least {SMALLEST_TARGET}, was: {value:g}"
        case "max-scale-up-rate" | "max-scale-down-rate" if value <= 1:
            return "must be greater than 1.0"
        case "panic-window-percentage" if not 1 <= value <= 100:
            return "must be in [1, 100] interval"
        case "panic-threshold-percentage" if value <= 0:
            return "must be greater than 0"
        case "target-burst-capacity" if value < 0 and value != -1:
            return "must be either non-negative or -1 (for unlimited)"
        case "initial-scale" | "min-scale" | "max-scale" | "max-scale-limit" if not 0 <= value <= LARGEST_INT:
            return out_of_bounds(0, value, LARGEST_INT)
        case "scale-to-zero-grace-period" if value <= 0:
            return "must be positive"
        case "scale-to-zero-pod-retention-period" | "scale-down-delay" if value < 0:
            return "cannot be negative"
        case "stable-window" if not WINDOW_MIN_S <= value <= WINDOW_MAX_S:
            return "must be in [6s; 1h0m0s] range"
        case "stable-window" | "scale-down-delay" if value % 1:
            return "must be specified with at most second precision"
        case _:
            return None


def _combined(defaults: Defaults) -> list[Mistake]:
    """What values must be together."""
    mistakes = []
    target = defaults.container_concurrency_target_fraction * defaults.container_concurrency_target_default
    if target < SMALLEST_TARGET:
        rule = (
            "container-concurrency-target-percentage and container-concurrency-target-default yield target "
            f"concurrency of {target:g}, can't be less than {SMALLEST_TARGET}"
        )
        mistakes.append(Mistake(key="container-concurrency-target-default", rule=rule))
    if defaults.initial_scale == 0 and not defaults.allow_zero_initial_scale:
        rule = "must be at least 1 when allow-zero-initial-scale is false"
        mistakes.append(Mistake(key="initial-scale", rule=rule))
    if (limit := defaults.max_scale_limit) and not 1 <= defaults.max_scale <= limit:
        rule = f"max-scale = {defaults.max_scale}, must be in [1, max-scale-limit({limit})] range"
        mistakes.append(Mistake(key="max-scale-limit", rule=rule))
    if 0 < defaults.max_scale < defaults.min_scale:
        rule = f"min-scale ({defaults.min_scale}) must be less than max-scale ({defaults.max_scale})"
        mistakes.append(Mistake(key="min-scale", rule=rule))
    return mistakes
