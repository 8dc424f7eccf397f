"""get and list: what a client asked for, in the form that it asked for."""

from collections.abc import Sequence
from datetime import datetime

from knative.local.api.history import History
from knative.local.api.pages import Page, page
from knative.local.api.requests import Request, Target
from knative.local.api.selectors import Selector, by_fields, by_labels
from knative.local.api.statuses import not_found
from knative.local.api.tables import partial, table
from knative.local.objects.json_values import Object, text
from knative.local.objects.kinds import Kind
from knative.local.objects.world import Reference


def reference(target: Target) -> Reference:
    return Reference(resource=target.kind.resource, namespace=target.namespace, name=target.name)


def get(history: History, target: Target) -> Object:
    """One object. Raises StatusError, 404."""
    found = history.objects.get(reference(target))
    if found is None:
        raise not_found(target.kind, target.name)
    return found


def selector(request: Request) -> Selector:
    """What a request's selectors let through. Raises StatusError, 400."""
    labels = by_labels(request.query.get("labelSelector", ""))
    fields = by_fields(request.query.get("fieldSelector", ""))
    return lambda made: labels(made) and fields(made)


def objects(history: History, target: Target, request: Request) -> list[Object]:
    """All objects of a list's path that its selectors let through."""
    lets_through = selector(request)
    return [made for made in history.select(target.kind.resource, target.namespace) if lets_through(made)]


def listed(history: History, target: Target, request: Request, now: datetime) -> Object:
    """A list, or the piece of it that was asked for."""
    piece = page(
        objects(history, target, request),
        limit=request.whole("limit") or 0,
        token=request.query.get("continue", ""),
        version=history.version,
    )
    if request.wanted_as == "table":
        result = table(target.kind, piece.objects, include=_include(request), now=now)
    elif request.wanted_as == "partial":
        result = {
            "kind": "PartialObjectMetadataList",
            "apiVersion": "meta.k8s.io/v1",
            "items": [partial(made) for made in piece.objects],
        }
    else:
        result = list_of(target.kind, piece.objects)
    result["metadata"] = _metadata(piece, history.version)
    return result


def list_of(kind: Kind, made: Sequence[Object]) -> Object:
    return {"kind": f"{kind.kind}List", "apiVersion": kind.api_version, "items": [*made]}


def formed(made: Object, kind: Kind, request: Request, now: datetime) -> Object:
    """One object in the form that was asked for."""
    match request.wanted_as:
        case "table":
            version = text(made, "metadata", "resourceVersion")
            return table(kind, [made], include=_include(request), now=now, version=version)
        case "partial":
            return partial(made)
        case "object":
            return made


def _include(request: Request) -> str:
    return request.query.get("includeObject", "Metadata")


def _metadata(piece: Page, version: int) -> Object:
    result: Object = {"resourceVersion": str(version)}
    if piece.token:
        result |= {"continue": piece.token, "remainingItemCount": piece.remaining_count}
    return result
