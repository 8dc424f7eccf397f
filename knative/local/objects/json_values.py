"""JSON as a type, and how to walk it: a key that is absent and one of another shape read the same, as nothing."""

import copy

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]
Object = dict[str, Json]


def mapping(value: Json, *keys: str) -> Object:
    """The mapping at a path of keys, the very one that is there; a new, empty one where there is none."""
    found = at(value, *keys)
    return found if isinstance(found, dict) else {}


def items(value: Json, *keys: str) -> list[Json]:
    """The list at a path of keys, or an empty one."""
    found = at(value, *keys)
    return found if isinstance(found, list) else []


def text(value: Json, *keys: str) -> str:
    """The string at a path of keys, or an empty one."""
    found = at(value, *keys)
    return found if isinstance(found, str) else ""


def number(value: Json, *keys: str) -> int:
    """The whole number at a path of keys, or 0."""
    found = at(value, *keys)
    return found if isinstance(found, int) else 0


def texts(value: Json, *keys: str) -> dict[str, str]:
    """The strings of a mapping at a path of keys, as labels are."""
    return {key: each for key, each in mapping(value, *keys).items() if isinstance(each, str)}


def at(value: Json, *keys: str) -> Json:
    """What stands at a path of keys, or None."""
    for key in keys:
        if not isinstance(value, dict):
            return None
        value = value.get(key)
    return value


def json_of(texts: dict[str, str]) -> Object:
    """A mapping of strings, as JSON: to a type checker that is another thing."""
    return {**texts}


def copied(value: Object) -> Object:
    """A copy that shares nothing."""
    return copy.deepcopy(value)


def plain(value: object) -> Json:
    """What is known to be JSON and not typed so: a document's value. Shares everything."""
    assert value is None or isinstance(value, (bool, int, float, str, list, dict))
    return value
