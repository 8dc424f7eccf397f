"""Tables: what `kubectl get` prints, made by the server from the columns of a kind."""

from collections.abc import Sequence
from datetime import datetime

from knative.local.objects.json_values import Json, Object, mapping, text
from knative.local.objects.kinds import Column, Kind

_NAME = "Name must be unique within a namespace."


def table(kind: Kind, objects: Sequence[Object], *, include: str, now: datetime, version: str = "") -> Object:
    """Objects as a Table.

    Args:
        include: what of each object goes with its row: `Metadata`, `Object` or `None`.
        version: of the list.
    """
    name: Json = {
        "name": "Name", "type": "string", "format": "name", "description": _NAME,
        "priority": 1 if kind.name_comes_last else 0,
    }  # fmt: skip
    columns: list[Json] = [
        {
            "name": column.name,
            "type": _type(column),
            "format": "",
            "description": column.description,
            "priority": int(column.is_wide),
        }
        for column in kind.columns
    ]
    return {
        "kind": "Table",
        "apiVersion": "meta.k8s.io/v1",
        "metadata": {"resourceVersion": version} if version else {},
        "columnDefinitions": _around(kind, name, columns),
        "rows": [_row(kind, made, include, now) for made in objects],
    }


def partial(made: Object) -> Object:
    """An object's metadata alone."""
    metadata = mapping(made, "metadata")
    return {"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": metadata}


def age(since: str, now: datetime) -> str:
    """How long ago a time was, as `k8s.io/apimachinery/pkg/util/duration` puts it: two units at most."""
    try:
        seconds = int((now - datetime.fromisoformat(since)).total_seconds())
    except ValueError:
        return "<unknown>"
    minutes, hours, days = seconds // 60, seconds // 3600, seconds // 86400
    if seconds < 0:
        return "0s"
    if seconds < 120:
        return f"{seconds}s"
    if minutes < 10:
        return f"{minutes}m{seconds % 60}s" if seconds % 60 else f"{minutes}m"
    if minutes < 180:
        return f"{minutes}m"
    if hours < 8:
        return f"{hours}h{minutes % 60}m" if minutes % 60 else f"{hours}h"
    if hours < 48:
        return f"{hours}h"
    if days < 8:
        return f"{days}d{hours % 24}h" if hours % 24 else f"{days}d"
    if days < 365 * 2:
        return f"{days}d"
    years = days // 365
    return f"{years}y{days % 365}d" if days < 365 * 8 and days % 365 else f"{years}y"


def _row(kind: Kind, made: Object, include: str, now: datetime) -> Json:
    cells = [_cell(column, made, now) for column in kind.columns]
    row: Object = {"cells": _around(kind, text(made, "metadata", "name"), cells)}
    if include != "None":
        row["object"] = made if include == "Object" else partial(made)
    return row


def _around(kind: Kind, name: Json, columns: list[Json]) -> Json:
    return [*columns, name] if kind.name_comes_last else [name, *columns]


def _cell(column: Column, made: Object, now: datetime) -> Json:
    value = column.value(made)
    if column.type == "date":
        return age(value, now) if isinstance(value, str) else "<unknown>"
    return value


def _type(column: Column) -> str:
    return "string" if column.type == "date" else column.type
