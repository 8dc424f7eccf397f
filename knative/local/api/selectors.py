"""Label and field selectors, as a query has them: `a=b,c!=d,e in (f,g),h,!i` and `metadata.name=x`."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from knative.local.api.statuses import bad_request
from knative.local.objects.json_values import Json, Object, at, texts

Selector = Callable[[Object], bool]

_set = re.compile(r"(?P<key>[^\s!=<>(),]+)\s+(?P<operator>in|notin)\s*\((?P<values>[^()]*)\)")
_equality = re.compile(r"(?P<key>[^\s!=<>(),]+)\s*(?P<operator>==|=|!=)\s*(?P<values>[^\s!=<>(),]*)")
_existence = re.compile(r"(?P<operator>!?)\s*(?P<key>[^\s!=<>(),]+)")
_comma_outside = re.compile(r",(?![^()]*\))")
# What a client may select by: the others would have to be kept by the server for it.
_fields = {
    "metadata.name", "metadata.namespace", "type", "reason", "status.phase", "spec.nodeName",
    *(f"involvedObject.{key}" for key in ("kind", "namespace", "name", "uid", "apiVersion", "fieldPath")),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class _Requirement:
    key: str
    operator: str
    values: frozenset[str]

    def holds(self, labels: dict[str, str]) -> bool:
        match self.operator:
            case "exists":
                return self.key in labels
            case "!":
                return self.key not in labels
            case "in":
                return labels.get(self.key) in self.values
            case _:
                return labels.get(self.key) not in self.values


def by_labels(query: str) -> Selector:
    """Whether an object has the labels that a `labelSelector` asks for. Raises StatusError, 400, for none."""
    requirements = [_requirement(part.strip()) for part in _comma_outside.split(query) if part.strip()]
    return lambda made: all(each.holds(texts(made, "metadata", "labels")) for each in requirements)


def _requirement(part: str) -> _Requirement:
    if found := _set.fullmatch(part):
        values = frozenset(value.strip() for value in found["values"].split(","))
        return _Requirement(key=found["key"], operator=found["operator"], values=values)
    if found := _equality.fullmatch(part):
        operator = "notin" if found["operator"] == "!=" else "in"
        return _Requirement(key=found["key"], operator=operator, values=frozenset({found["values"]}))
    if found := _existence.fullmatch(part):
        return _Requirement(key=found["key"], operator=found["operator"] or "exists", values=frozenset())
    raise bad_request(f'unable to parse requirement: found "{part}"')


def by_fields(query: str) -> Selector:
    """Whether an object has the fields that a `fieldSelector` asks for. Raises StatusError, 400, for none."""
    wanted: list[tuple[str, bool, str]] = []
    for part in filter(None, query.split(",")):
        found = re.fullmatch(r"([^=!]+)(==|=|!=)(.*)", part)
        if found is None:
            raise bad_request(f"invalid selector: '{query}'; can't understand '{part}'")
        if found[1] not in _fields:
            raise bad_request(f"field label not supported: {found[1]}")
        wanted.append((found[1], found[2] != "!=", found[3]))
    return lambda made: all((_text(at(made, *key.split("."))) == value) is is_equal for key, is_equal, value in wanted)


def _text(value: Json) -> str:
    return value if isinstance(value, str) else ""
