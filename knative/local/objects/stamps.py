"""What an API server adds to an object and keeps with it: identity, generation, who made it, who changed it.

Documents come by several ways (the project's files, `zerocart apply`, the API), so stamps follow from comparing
the documents before and after, whoever changed them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from knative.local.objects.defaulting import with_defaults
from knative.local.objects.json_values import Json, Object, items, number, plain, text

# Whoever applies by `zerocart up` or `zerocart apply`, and the owner of the kubeconfig.
OWNER = "zerocart"

Key = TypeVar("Key")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """One object's metadata that no client writes.

    Args:
        created_at: RFC 3339, as `creationTimestamp` has it.
        changed_at: when the document last changed.
        generation: counts the changes of what is wanted, from 1.
        route_generation: counts those of a Service's traffic alone, which are its Route's.
        deployed_generation: the generation that the engine has last taken over.
        managers: `managedFields`, as they are shown.
    """

    uid: str
    created_at: str
    changed_at: str
    generation: int = 1
    route_generation: int = 1
    deployed_generation: int = 0
    creator: str = OWNER
    modifier: str = OWNER
    managers: tuple[Object, ...] = ()

    @classmethod
    def of_json(cls, value: Object) -> "Stamp":
        return cls(
            uid=text(value, "uid"),
            created_at=text(value, "created_at"),
            changed_at=text(value, "changed_at"),
            generation=number(value, "generation"),
            route_generation=number(value, "route_generation") or 1,
            deployed_generation=number(value, "deployed_generation"),
            creator=text(value, "creator"),
            modifier=text(value, "modifier"),
            managers=tuple(each for each in items(value, "managers") if isinstance(each, dict)),
        )

    def to_json(self) -> Object:
        return {
            "uid": self.uid, "created_at": self.created_at, "changed_at": self.changed_at,
            "generation": self.generation, "route_generation": self.route_generation,
            "deployed_generation": self.deployed_generation, "creator": self.creator, "modifier": self.modifier,
            "managers": [*self.managers],
        }  # fmt: skip


def first(*, uid: str, now: str, by: str = OWNER, managers: tuple[Object, ...] = ()) -> Stamp:
    """The stamp of an object that is new."""
    return Stamp(uid=uid, created_at=now, changed_at=now, creator=by, modifier=by, managers=managers)


def next_stamp(stamp: Stamp, before: Object, after: Object, *, now: str, by: str = OWNER) -> Stamp:
    """The stamp after a change of its document. The generation counts what is wanted, not labels and the like."""
    if before == after:
        return stamp
    if _wanted(before) == _wanted(after):
        return replace(stamp, changed_at=now)
    is_moved = items(with_defaults(before), "spec", "traffic") != items(with_defaults(after), "spec", "traffic")
    return replace(
        stamp, changed_at=now, generation=stamp.generation + 1, route_generation=stamp.route_generation + is_moved,
        modifier=by,
    )  # fmt: skip


def restamp(
    stamps: Mapping[Key, Stamp],
    before: Mapping[Key, object],
    after: Mapping[Key, object],
    *,
    now: str,
    new_uid: Callable[[], str],
) -> dict[Key, Stamp]:
    """The stamps of all documents after some of them changed; those of objects that are gone go too.

    Args:
        before, after: the documents' values by key; the same value object means that nothing changed.
    """
    result = {}
    for key, value in after.items():
        stamp = stamps.get(key)
        if stamp is None or key not in before:
            stamp = stamp or first(uid=new_uid(), now=now)
        elif before[key] is not value:
            stamp = next_stamp(stamp, _object(before[key]), _object(value), now=now)
        result[key] = stamp
    return result


def deployed(stamp: Stamp, *, is_remade: bool) -> Stamp:
    """The stamp when the engine has taken its object over.

    A new revision of a Service that says what it said before comes of changed code. On a cluster that is another
    image, and so another generation: a client that waits for its change must see one.
    """
    if is_remade and stamp.deployed_generation == stamp.generation:
        stamp = replace(stamp, generation=stamp.generation + 1)
    if stamp.deployed_generation == stamp.generation:
        return stamp
    return replace(stamp, deployed_generation=stamp.generation)


def _wanted(document: Object) -> Json:
    return {key: value for key, value in with_defaults(document).items() if key not in {"metadata", "status"}}


def _object(value: object) -> Object:
    found = plain(value)
    return found if isinstance(found, dict) else {}
