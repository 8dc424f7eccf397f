"""What every piece of Envoy configuration is made of: plain data, types by their names, durations as text."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

# Envoy's configuration is JSON of arbitrary depth; naming the type keeps `Any` to this one place.
Resource = dict[str, Any]

_types = "type.googleapis.com/"


def typed(type_name: str, **fields: object) -> Resource:
    """A `typed_config`: the fields of a message and its type."""
    return {"@type": _types + type_name, **fields}


def extension(name: str, type_name: str, **fields: object) -> Resource:
    """A named extension, as filters, loggers and tracers are."""
    return {"name": name, "typed_config": typed(type_name, **fields)}


def duration(seconds: float) -> str:
    return f"{seconds:.9f}".rstrip("0").rstrip(".") + "s"


def encoded(resource: Resource, **lists: Sequence[str]) -> str:
    """A resource as JSON. `lists` are those of its fields whose items are JSON already."""
    # Without indentation: with it, JSON is written by Python's own slow encoder, and hundreds of Services take long.
    if not lists:
        return json.dumps(resource)
    fields = (
        f"{json.dumps(key)}: [{', '.join(lists[key])}]" if key in lists else f"{json.dumps(key)}: {json.dumps(value)}"
        for key, value in resource.items()
    )
    return f"{{{', '.join(fields)}}}"


def merge(base: Mapping[str, Any], patch: Mapping[str, Any]) -> Resource:
    """Merge as protobuf does, and so as Istio's MERGE: messages field by field, lists appended, the rest replaced."""
    merged = dict(base)
    for key, value in patch.items():
        before = merged.get(key)
        if isinstance(before, Mapping) and isinstance(value, Mapping):
            merged[key] = merge(before, value)
        elif isinstance(before, list) and isinstance(value, list):
            merged[key] = before + value
        else:
            merged[key] = value
    return merged
