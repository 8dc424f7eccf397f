"""Patches of an object: JSON merge patch (RFC 7396), JSON patch (RFC 6902), and Kubernetes' strategic one for maps."""

from collections.abc import Sequence

from knative.local.api.statuses import StatusError, bad_request
from knative.local.objects.json_values import Json, Object, copied


def merge(target: Json, patch: Json) -> Json:
    """RFC 7396: mappings are merged, null removes, all else replaces."""
    if not isinstance(patch, dict):
        return patch
    result: Object = {**target} if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merge(result.get(key), value)
    return result


def merge_strategically(target: Json, patch: Json) -> Json:
    """A strategic merge patch of what is only mappings, as ConfigMaps and Secrets are.

    Raises StatusError, 400, for a directive that such an object has no use for.
    """
    if not isinstance(patch, dict):
        return patch
    if patch.get("$patch") == "delete":
        return {}
    if patch.get("$patch") == "replace":
        return {key: value for key, value in patch.items() if key != "$patch"}
    result: Object = {**target} if isinstance(target, dict) else {}
    if isinstance(kept := patch.get("$retainKeys"), list):
        result = {key: value for key, value in result.items() if key in kept}
    for key, value in patch.items():
        if key == "$retainKeys" or key.startswith("$setElementOrder/"):
            continue
        if key.startswith("$"):
            raise bad_request(f"the directive {key} is for lists, and this object has none")
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merge_strategically(result.get(key), value)
    return result


def apply_operations(target: Object, operations: Json) -> Object:
    """RFC 6902: all operations, or none. Raises StatusError: 400 for what is no patch, 422 for what does not apply."""
    if not isinstance(operations, list):
        raise bad_request("error decoding patch: a JSON patch is a list of operations")
    document: Json = copied(target)
    for operation in operations:
        if not isinstance(operation, dict):
            raise bad_request("error decoding patch: an operation is a mapping")
        document = _apply(document, operation)
    if not isinstance(document, dict):
        raise _does_not_apply("the whole object cannot become something else")
    return document


def _apply(document: Json, operation: Object) -> Json:
    name, path = operation.get("op"), _pointer(operation.get("path"))
    match name:
        case "add" | "replace" | "test" if "value" not in operation:
            raise bad_request(f"error decoding patch: {name} needs a value")
        case "add":
            return _add(document, path, operation["value"])
        case "replace":
            _get(document, path)
            return _add(_remove(document, path), path, operation["value"])
        case "remove":
            return _remove(document, path)
        case "test":
            if _get(document, path) != operation["value"]:
                raise _does_not_apply(f"testing value {operation['path']} failed: test failed")
            return document
        case "copy" | "move":
            source = _pointer(operation.get("from"))
            value = _get(document, source)
            if name == "copy":
                return _add(document, path, copied({"": value})[""])
            if path[: len(source)] == source and path != source:
                raise _does_not_apply("a value cannot be moved into itself")
            return _add(_remove(document, source), path, value)
        case _:
            raise bad_request(f"error decoding patch: unexpected kind of operation: {name}")


def _pointer(value: Json) -> list[str]:
    if not isinstance(value, str) or (value and not value.startswith("/")):
        raise bad_request("error decoding patch: a path is a JSON pointer, as /metadata/labels")
    return [part.replace("~1", "/").replace("~0", "~") for part in value.split("/")[1:]]


def _get(document: Json, path: Sequence[str]) -> Json:
    for key in path:
        if isinstance(document, dict) and key in document:
            document = document[key]
        elif isinstance(document, list):
            document = document[_index(key, len(document) - 1)]
        else:
            raise _missing(path)
    return document


def _add(document: Json, path: Sequence[str], value: Json) -> Json:
    if not path:
        return value
    parent, key = _get(document, path[:-1]), path[-1]
    if isinstance(parent, dict):
        parent[key] = value
    elif isinstance(parent, list):
        parent.insert(len(parent) if key == "-" else _index(key, len(parent)), value)
    else:
        raise _missing(path)
    return document


def _remove(document: Json, path: Sequence[str]) -> Json:
    if not path:
        return None
    parent, key = _get(document, path[:-1]), path[-1]
    if isinstance(parent, dict) and key in parent:
        del parent[key]
    elif isinstance(parent, list):
        del parent[_index(key, len(parent) - 1)]
    else:
        raise _missing(path)
    return document


def _index(key: str, last: int) -> int:
    # Digits alone, without a sign or a zero before them.
    if not key.isascii() or not key.isdecimal() or (len(key) > 1 and key[0] == "0") or int(key) > last:
        raise _does_not_apply(f"invalid index {key}")
    return int(key)


def _missing(path: Sequence[str]) -> StatusError:
    return _does_not_apply(f"the path /{'/'.join(path)} is missing")


def _does_not_apply(why: str) -> StatusError:
    message = f"the server rejected our request due to an error in our request: {why}"
    return StatusError(422, "Invalid", message)
