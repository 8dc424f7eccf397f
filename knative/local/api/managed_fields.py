"""Who set which field, as `managedFields` has it, and what `kubectl apply --server-side` does by it.

The rules of Kubernetes' structured merge for objects whose lists are atomic, as in Knative's CRDs: a field that one
manager has applied and another applies otherwise is a conflict, one that its only manager applies no longer goes.
A set of fields is a set of paths of keys, to what is no mapping; its JSON form is `fieldsV1`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from knative.local.objects.json_values import Json, Object, at, copied, mapping, text

Path = tuple[str, ...]

# Set by the server or by whom the object is, so they are nobody's.
_NOBODYS = {"creationTimestamp", "deletionTimestamp", "generation", "managedFields", "name", "namespace",
            "resourceVersion", "selfLink", "uid"}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """A field that another manager has set otherwise."""

    manager: str
    path: Path

    @property
    def field(self) -> str:
        return "." + ".".join(self.path)


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    document: Object
    managers: tuple[Object, ...]
    conflicts: tuple[Conflict, ...] = ()


def fields(document: Object) -> dict[Path, Json]:
    """The fields of a document that somebody can have set, with their values."""
    metadata = {key: value for key, value in mapping(document, "metadata").items() if key not in _NOBODYS}
    rest = {key: value for key, value in document.items() if key not in {"apiVersion", "kind", "metadata", "status"}}
    return dict(_leaves({"metadata": metadata, **rest}, ()))


def after_update(
    managers: Sequence[Object], before: Object, after: Object, *, manager: str, api_version: str, now: str
) -> tuple[Object, ...]:
    """`managedFields` after one manager has written the whole object: what it changed is its own from now on."""
    old, new = fields(before), fields(after)
    changed = {path for path, value in new.items() if path not in old or old[path] != value}
    result = []
    own: set[Path] = set()
    for entry in managers:
        kept = _paths(entry) & new.keys()
        if (text(entry, "manager"), text(entry, "operation")) == (manager, "Update"):
            own = kept
        elif kept := kept - changed:
            result.append(_with_paths(entry, kept))
    if own := own | changed:
        result.append(_entry(manager, "Update", own, api_version=api_version, now=now))
    return tuple(result)


def after_apply(
    managers: Sequence[Object],
    current: Object,
    config: Object,
    *,
    manager: str,
    api_version: str,
    now: str,
    force: bool,
) -> Applied:
    """An object after one manager has applied what it wants of it.

    Args:
        current: the object, or what is always there of a new one.
        config: what the manager wants, and nothing else.
        force: take over what others have set, in place of a conflict.
    """
    wanted, there = fields(config), fields(current)
    conflicts = [
        Conflict(manager=text(entry, "manager"), path=path)
        for entry in managers
        if not _is_own(entry, manager)
        for path in sorted(_paths(entry))
        if path in wanted and there.get(path) != wanted[path]
    ]
    if conflicts and not force:
        return Applied(document=current, managers=tuple(managers), conflicts=tuple(conflicts))
    document = copied(current)
    others = [entry for entry in managers if not _is_own(entry, manager)]
    theirs = {path for entry in others for path in _paths(entry)}
    before = {path for entry in managers if _is_own(entry, manager) for path in _paths(entry)}
    for path in before - wanted.keys() - theirs:
        _drop(document, path)
    for path, value in wanted.items():
        _set(document, path, value)
    lost = {conflict.path for conflict in conflicts}
    kept = [_with_paths(entry, paths) for entry in others if (paths := _paths(entry) - lost)]
    own = _entry(manager, "Apply", wanted, api_version=api_version, now=now)
    return Applied(document=document, managers=(*kept, own))


def _is_own(entry: Object, manager: str) -> bool:
    return (text(entry, "manager"), text(entry, "operation")) == (manager, "Apply")


def _leaves(value: Object, path: Path) -> Iterable[tuple[Path, Json]]:
    for key, each in value.items():
        if isinstance(each, dict) and each:
            yield from _leaves(each, (*path, key))
        elif each is not None and (path or each != {}):
            yield (*path, key), each


def _entry(manager: str, operation: str, paths: Iterable[Path], *, api_version: str, now: str) -> Object:
    return _with_paths(
        {"manager": manager, "operation": operation, "apiVersion": api_version, "time": now, "fieldsType": "FieldsV1"},
        paths,
    )


def _with_paths(entry: Object, paths: Iterable[Path]) -> Object:
    tree: Object = {}
    for path in sorted(paths):
        branch = tree
        for key in path:
            branch.setdefault(f"f:{key}", {})
            branch = mapping(branch, f"f:{key}")
    return {**entry, "fieldsV1": tree}


def _paths(entry: Object) -> set[Path]:
    def walk(tree: Mapping[str, Json], path: Path) -> Iterable[Path]:
        for key, branch in tree.items():
            here = (*path, key.removeprefix("f:"))
            if isinstance(branch, dict) and branch:
                yield from walk(branch, here)
            else:
                yield here

    return set(walk(mapping(entry, "fieldsV1"), ()))


def _set(document: Object, path: Path, value: Json) -> None:
    for key in path[:-1]:
        branch = document.get(key)
        if not isinstance(branch, dict):
            branch = document[key] = {}
        document = branch
    document[path[-1]] = value


def _drop(document: Object, path: Path) -> None:
    """Remove a field, and the mappings that it leaves empty."""
    parent = at(document, *path[:-1])
    if isinstance(parent, dict):
        parent.pop(path[-1], None)
        if not parent and len(path) > 1:
            _drop(document, path[:-1])
