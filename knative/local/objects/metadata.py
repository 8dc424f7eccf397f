"""`metadata` of the objects that the engine makes, and how one is known to belong to another."""

import uuid

from knative.local.objects.defaulting import with_defaults
from knative.local.objects.json_values import Object, items, json_of, mapping, text, texts
from knative.local.objects.stamps import Stamp

SERVING = "serving.knative.dev"
LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
# Which Routes lead to an object.
ROUTES = f"{SERVING}/routes"
ROLLOUT_DURATION = (f"{SERVING}/rollout-duration", f"{SERVING}/rolloutDuration")


def child_uid(owner_uid: str, kind: str, name: str) -> str:
    """The uid of an object that its owner's settles: the same at every start, another for another owner."""
    return str(uuid.uuid5(uuid.UUID(owner_uid), f"{kind}/{name}"))


def owner_reference(owner: Object) -> Object:
    """That an object is made from `owner` and goes with it."""
    return {
        "apiVersion": text(owner, "apiVersion"),
        "blockOwnerDeletion": True,
        "controller": True,
        "kind": text(owner, "kind"),
        "name": text(owner, "metadata", "name"),
        "uid": text(owner, "metadata", "uid"),
    }


def made_by(made: Object) -> str | None:
    """The Service that an object is made from, if it is."""
    owners = items(made, "metadata", "ownerReferences")
    return next((text(each, "name") for each in owners if text(each, "kind") == "Service"), None)


def stamped(document: Object, stamp: Stamp, *, has_generation: bool = True) -> Object:
    """The metadata of an applied document, with what its stamp adds."""
    result = {**mapping(document, "metadata")}
    result.pop("creationTimestamp", None)
    result["uid"] = stamp.uid
    result["creationTimestamp"] = stamp.created_at
    if has_generation:
        result["generation"] = stamp.generation
    if stamp.managers:
        result["managedFields"] = [*stamp.managers]
    return result


def signed(annotations: dict[str, str], stamp: Stamp) -> Object:
    """Annotations with who made the object and who changed it last, which `kn` needs to find."""
    return {
        **annotations,
        f"{SERVING}/creator": stamp.creator,
        f"{SERVING}/lastModifier": stamp.modifier,
    }


def wanted(document: Object, stamp: Stamp) -> Object:
    """What somebody applied, as the object that it makes, without its status: with defaults, and who wrote it."""
    result = with_defaults(document)
    metadata = stamped(result, stamp)
    metadata["annotations"] = signed(texts(result, "metadata", "annotations"), stamp)
    result["metadata"] = metadata
    result.pop("status", None)
    return result


def inherited(document: Object, *left_out: str) -> dict[str, str]:
    """A Service's annotations as its Configuration and Route get them."""
    annotations = texts(document, "metadata", "annotations")
    return {key: value for key, value in annotations.items() if key not in {LAST_APPLIED, *left_out}}


def labels_of(document: Object, **more: str) -> Object:
    """A document's labels and some of Knative's own, written without their prefix."""
    return {
        **json_of(texts(document, "metadata", "labels")),
        **{f"{SERVING}/{name}": value for name, value in more.items()},
    }
