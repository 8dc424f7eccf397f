"""Whether a Trigger asks for an event. Pure.

As in Knative's `pkg/eventfilter`, an expression has three answers: it may pass an event, refuse it, or say nothing, and
an event that nothing is said about is delivered.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import Enum, auto

from knative.local.model import Filter

# They are always there; where an event has none, the value is empty.
_STANDARD = ("specversion", "type", "source", "subject", "id", "time", "dataschema", "datacontenttype")


class Verdict(Enum):
    PASS = auto()
    FAIL = auto()
    NOTHING = auto()


def asks_for(attributes: Mapping[str, str], filters: Sequence[Filter], event: Mapping[str, str]) -> bool:
    """Whether an event is delivered.

    Args:
        attributes: `spec.filter.attributes` of a Trigger.
        filters: `spec.filters`; where there are any, `attributes` mean nothing.
        event: its attributes, as HTTP carries them.
    """
    if filters:
        return _all(filters, event) is not Verdict.FAIL
    return all(_has(event, name, wanted) for name, wanted in attributes.items())


def _has(event: Mapping[str, str], name: str, wanted: str) -> bool:
    value = look_up(event, name)
    return value == wanted if wanted else bool(value)


def look_up(event: Mapping[str, str], name: str) -> str | None:
    """An attribute as filters see it; None for an extension that the event does not have."""
    match name:
        case "datamediatype":
            return event.get("datacontenttype", "").partition(";")[0].strip()
        case "schemaurl":
            return event.get("dataschema", "")
        case "datacontentencoding":
            return ""
        case _:
            return event.get(name, "" if name in _STANDARD else None)


def evaluate(expression: Filter, event: Mapping[str, str]) -> Verdict:
    """What one expression says of an event."""
    match expression.dialect:
        case "exact":
            return _each(expression, event, str.__eq__)
        case "prefix":
            return _each(expression, event, str.startswith)
        case "suffix":
            return _each(expression, event, str.endswith)
        case "all":
            return _all(expression.filters, event)
        case "any":
            return _any(expression.filters, event)
        case "not":
            return _opposite(evaluate(expression.filters[0], event))
        case "":
            return Verdict.NOTHING


def _each(expression: Filter, event: Mapping[str, str], matches: Callable[[str, str], bool]) -> Verdict:
    if not all(expression.attributes.values()):
        # Knative's webhook takes an empty value, and its filter then leaves the expression out.
        return Verdict.NOTHING
    for name, wanted in expression.attributes.items():
        value = look_up(event, name)
        if value is None or not matches(value, wanted):
            return Verdict.FAIL
    return Verdict.PASS


def _said(filters: Iterable[Filter]) -> list[Filter]:
    """Those that Knative keeps: what has no dialect, or an empty value, is left out of a list."""
    return [each for each in filters if each.dialect and all(each.attributes.values())]


def _all(filters: Sequence[Filter], event: Mapping[str, str]) -> Verdict:
    last = Verdict.NOTHING
    for each in _said(filters):
        last = evaluate(each, event)
        if last is Verdict.FAIL:
            break
    return last


def _any(filters: Sequence[Filter], event: Mapping[str, str]) -> Verdict:
    last = Verdict.NOTHING
    for each in _said(filters):
        last = evaluate(each, event)
        if last is Verdict.PASS:
            break
    return last


def _opposite(verdict: Verdict) -> Verdict:
    return {Verdict.PASS: Verdict.FAIL, Verdict.FAIL: Verdict.PASS}.get(verdict, Verdict.NOTHING)
