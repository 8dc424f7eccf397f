"""Values that several Istio kinds share: durations and matches of strings."""

import re
from dataclasses import dataclass
from typing import Literal

from shared.yaml_documents import Complaints, Node

_part = re.compile(r"(\d+(?:\.\d+)?)(ms|h|m|s)")
_not_re2 = re.compile(r"\(\?(?:[=!>]|<[=!]|P=|#|\()|\\[1-9]")  # looking around, back references and the like
_unit_s = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}


@dataclass(frozen=True, slots=True, kw_only=True)
class StringMatch:
    """Istio's StringMatch. A regex is RE2 and has to match the whole."""

    kind: Literal["exact", "prefix", "regex"]
    value: str


def read_duration_s(node: Node | None, complaints: Complaints) -> float | None:
    """Seconds of a duration such as 15s, 1m30s or 250ms; None where it is absent or wrong."""
    if node is None:
        return None
    text = str(node.value)
    parts = _part.findall(text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        complaints.add(node, "must be a duration, as 15s, 1m30s or 250ms")
        return None
    return float(sum(float(number) * _unit_s[unit] for number, unit in parts))


def read_string_match(node: Node, complaints: Complaints) -> StringMatch | None:
    """One of exact, prefix and regex; a regex is compiled, so that a mistake shows here and not in Envoy's log."""
    complaints.only(node, ("exact", "prefix", "regex"))
    if len(node.children) != 1:
        complaints.add(node, "must have one of exact, prefix and regex", show_value=False)
        return None
    ((kind, child),) = node.children.items()
    value = complaints.string(child)
    if not value:
        if child.value == "":
            complaints.add(child, "must not be empty")
        return None
    match kind:
        case "exact" | "prefix":
            return StringMatch(kind=kind, value=value)
        case "regex":
            pattern = read_regex(child, complaints)
            return None if pattern is None else StringMatch(kind="regex", value=pattern)
        case _:
            return None


def read_regex(node: Node, complaints: Complaints) -> str | None:
    """A regular expression that RE2 knows too; None where it is none."""
    value = complaints.string(node)
    try:
        re.compile(value)
    except re.error as error:
        complaints.add(node, f"must be a regular expression: {error}")
        return None
    if found := _not_re2.search(value):
        complaints.add(node, f"has {found[0]}, which RE2 and so Envoy does not know")
        return None
    return value


def require(node: Node, key: str, complaints: Complaints) -> Node | None:
    """The node of a key that has to be there; reports where it is not."""
    child = node.get(key)
    if child is None:
        complaints.add(node, f"{key} is missing", show_value=False)
    return child


def items_of(node: Node, *keys: str) -> tuple[Node, ...]:
    """The items of the list at a path of keys; none where it is absent."""
    child = node.get(*keys)
    return tuple(child.items) if child else ()
