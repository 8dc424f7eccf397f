"""The autoscaling annotations of a revision: their keys, older spellings, and Knative's rules for each.

`look_up` finds a value under any spelling of its key; `check` says all that Knative's webhook would, in its
words (`pkg/apis/autoscaling/annotation_validation.go`). Two things are refused here that a cluster lets
pass: a key under the autoscaler's prefix that nobody reads (a typing error, and nothing would say so), and
an autoscaler class other than the KPA, which is the only one here.
"""

import difflib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from knative.local.autoscaler.go_values import SECOND_NS, parse_duration_ns, parse_float, parse_int

PREFIX = "autoscaling.knative.dev/"
KPA = "kpa.autoscaling.knative.dev"
SMALLEST_TARGET = 0.01
LARGEST_INT = 2**31 - 1
WINDOW_MIN_S, WINDOW_MAX_S = 6, 3600

# The newer spelling wins where both stand, as in Knative.
_older_spellings = {
    "initial-scale": "initialScale",
    "max-scale": "maxScale",
    "metric-aggregation-algorithm": "metricAggregationAlgorithm",
    "min-scale": "minScale",
    "panic-threshold-percentage": "panicThresholdPercentage",
    "panic-window-percentage": "panicWindowPercentage",
    "scale-down-delay": "scaleDownDelay",
    "scale-to-zero-pod-retention-period": "scaleToZeroPodRetentionPeriod",
    "target-burst-capacity": "targetBurstCapacity",
    "target-utilization-percentage": "targetUtilizationPercentage",
}
NAMES = frozenset({*_older_spellings, "activation-scale", "class", "metric", "target", "window"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """What is wrong with one annotation, in Knative's words."""

    key: str
    rule: str
    hint: str | None = None


def look_up(annotations: Mapping[str, str], name: str) -> tuple[str, str] | None:
    """The key as it stands and its value, for a name such as `min-scale`; None where it is absent."""
    for spelling in (name, _older_spellings.get(name)):
        if spelling is not None and (value := annotations.get(PREFIX + spelling)) is not None:
            return PREFIX + spelling, value
    return None


def check(
    annotations: Mapping[str, str], *, allow_zero_initial_scale: bool = False, max_scale_limit: int = 0
) -> tuple[Mistake, ...]:
    """All that is wrong with the autoscaling annotations of a revision."""
    mistakes = [*_unknown_keys(annotations), *_names(annotations), *_scales(annotations, max_scale_limit)]
    for name, rule_of in _rules.items():
        if found := look_up(annotations, name):
            key, value = found
            if rule := rule_of(value):
                mistakes.append(Mistake(key=key, rule=rule))
    if found := look_up(annotations, "initial-scale"):
        mistakes += _initial_scale(*found, allow_zero_initial_scale)
    return tuple(mistakes)


def out_of_bounds(low: object, value: object, high: object) -> str:
    return f"expected {low} <= {value} <= {high}"


def invalid(value: str) -> str:
    return f"invalid value: {value}"


def _unknown_keys(annotations: Mapping[str, str]) -> Iterator[Mistake]:
    known = [PREFIX + name for name in sorted(NAMES)]
    for key in annotations:
        older = key.removeprefix(PREFIX) in _older_spellings.values()
        if key.startswith(PREFIX) and key not in known and not older:
            near = difflib.get_close_matches(key, known, n=1, cutoff=0.8)
            hint = f"did you mean {near[0]}?" if near else f"known: {', '.join(sorted(NAMES))}"
            yield Mistake(key=key, rule="no autoscaler reads this annotation", hint=hint)


def _names(annotations: Mapping[str, str]) -> Iterator[Mistake]:
    if (found := look_up(annotations, "class")) and found[1] != KPA:
        rule = invalid(found[1]) if found[1] not in _other_classes else f"only {KPA} is honoured here"
        yield Mistake(key=found[0], rule=rule, hint=f"leave it out, or write {KPA}")
    if (found := look_up(annotations, "metric")) and found[1] not in {"concurrency", "rps"}:
        yield Mistake(key=found[0], rule=invalid(found[1]), hint="concurrency or rps")
    algorithms = {"", "linear", "weighted-exponential", "weightedExponential"}
    if (found := look_up(annotations, "metric-aggregation-algorithm")) and found[1] not in algorithms:
        yield Mistake(key=found[0], rule=invalid(found[1]), hint="linear or weighted-exponential")


_other_classes = frozenset({"hpa.autoscaling.knative.dev"})


def _scales(annotations: Mapping[str, str], max_scale_limit: int) -> Iterator[Mistake]:
    bounds = {"min-scale": 0, "max-scale": 0}
    for name in bounds:
        if found := look_up(annotations, name):
            key, value = found
            number = parse_int(value)
            if number is None:
                yield Mistake(key=key, rule=invalid(value))
            elif not 0 <= number <= LARGEST_INT:
                yield Mistake(key=key, rule=out_of_bounds(0, value, LARGEST_INT))
            else:
                bounds[name] = number
    low, high = bounds["min-scale"], bounds["max-scale"]
    if high != 0 and high < low:
        key = (look_up(annotations, "max-scale") or (PREFIX + "max-scale",))[0]
        yield Mistake(key=key, rule=f"max-scale={high} is less than min-scale={low}")
    if max_scale_limit and (found := look_up(annotations, "max-scale")):
        if high > max_scale_limit:
            yield Mistake(key=found[0], rule=out_of_bounds(1, high, max_scale_limit))
        elif high == 0:
            yield Mistake(key=found[0], rule=f"max-scale=0 (unlimited), must be less than {max_scale_limit}")
    if found := look_up(annotations, "activation-scale"):
        key, value = found
        number = parse_int(value)
        if number is None or abs(number) > LARGEST_INT:
            yield Mistake(key=key, rule=invalid(value))
        elif low > number:
            yield Mistake(key=key, rule=f"min-scale={low} is greater than activation-scale={number}")
        elif high != 0 and high < number:
            yield Mistake(key=key, rule=f"max-scale={high} is less than activation-scale={number}")
        elif number < 2:
            yield Mistake(key=key, rule=f"activation-scale={number} must be greater than 1")


def _initial_scale(key: str, value: str, allow_zero: bool) -> Iterator[Mistake]:
    number = parse_int(value)
    if number is None or number > LARGEST_INT:
        yield Mistake(key=key, rule=invalid(value))
    elif number < 0:
        yield Mistake(key=key, rule=f"{invalid(value)}, must be greater than 0")
    elif number == 0 and not allow_zero:
        hint = "set allow-zero-initial-scale in the ConfigMap config-autoscaler, or leave it out"
        yield Mistake(key=key, rule=f"{invalid(value)}, initial-scale=0 not allowed by cluster", hint=hint)


def _percentage(low: int, high: int) -> Callable[[str], str | None]:
    def rule(value: str) -> str | None:
        number = parse_float(value)
        if number is None:
            return invalid(value)
        return None if low <= number <= high else out_of_bounds(low, value, high)

    return rule


def _target(value: str) -> str | None:
    number = parse_float(value)
    if number is None:
        return invalid(value)
    return None if number >= SMALLEST_TARGET else f"target {value} should be at least {SMALLEST_TARGET}"


def _burst_capacity(value: str) -> str | None:
    number = parse_float(value)
    return invalid(value) if number is None or (number < 0 and number != -1) else None


def _duration(low_s: int, low: str, whole_seconds: bool) -> Callable[[str], str | None]:
    def rule(value: str) -> str | None:
        duration_ns = parse_duration_ns(value)
        if duration_ns is None:
            return invalid(value)
        if not low_s * SECOND_NS <= duration_ns <= WINDOW_MAX_S * SECOND_NS:
            return out_of_bounds(low, value, "1h0m0s")
        if whole_seconds and duration_ns % SECOND_NS:
            return "must be specified with at most second precision"
        return None

    return rule


_rules: Mapping[str, Callable[[str], str | None]] = {
    "panic-threshold-percentage": _percentage(110, 1000),
    "panic-window-percentage": _percentage(1, 100),
    "scale-down-delay": _duration(0, "0s", whole_seconds=True),
    "scale-to-zero-pod-retention-period": _duration(0, "0s", whole_seconds=False),
    "target": _target,
    "target-burst-capacity": _burst_capacity,
    "target-utilization-percentage": _percentage(1, 100),
    "window": _duration(WINDOW_MIN_S, "6s", whole_seconds=True),
}
