"""Conditions as Knative keeps them: sorted by type, Ready above those that it depends on, each with when it changed.

`knative.dev/pkg/apis/condition_set.go`: Ready is False with the words of a dependent that is False, else Unknown
with those of one that is, else True.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from knative.local.objects.json_values import Json, Object, items, text

Status = Literal["True", "False", "Unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    type: str
    status: Status = "True"
    reason: str = ""
    message: str = ""
    severity: Literal["", "Info"] = ""


def living(*dependents: Condition) -> list[Condition]:
    """The dependents and the Ready that follows from them."""
    decisive = next((each for each in dependents if each.status == "False"), None) or next(
        (each for each in dependents if each.status == "Unknown"), None
    )
    ready = Condition(type="Ready")
    if decisive:
        ready = Condition(type="Ready", status=decisive.status, reason=decisive.reason, message=decisive.message)
    return [*dependents, ready]


def ready_of(conditions: Iterable[Condition]) -> Condition:
    return next(each for each in conditions if each.type == "Ready")


def shown(conditions: Sequence[Condition], before: Object | None, *, now: str) -> list[Json]:
    """Conditions for a status. One that says what it said in `before` keeps its time."""
    earlier = {text(each, "type"): each for each in items(before, "status", "conditions")}
    result: list[Json] = []
    for condition in sorted(conditions, key=lambda each: each.type):
        fields: Object = {"type": condition.type, "status": condition.status}
        for name, value in (
            ("reason", condition.reason), ("message", condition.message), ("severity", condition.severity)
        ):  # fmt: skip
            if value:
                fields[name] = value
        old = earlier.get(condition.type)
        kept = isinstance(old, dict) and {**old, "lastTransitionTime": ""} == {**fields, "lastTransitionTime": ""}
        result.append({**fields, "lastTransitionTime": text(old, "lastTransitionTime") if kept else now})
    return result
