"""Events: what happened to a Service and its parts, in Knative's words, from its objects before and after.

Knative Serving v0.50.0, `pkg/reconciler/{service,configuration,revision}`.
"""

import hashlib
import uuid
from collections.abc import Iterable, Iterator, Mapping

from knative.local.objects.json_values import Json, Object, items, text

KEPT = 500


def of_change(before: Iterable[Object], after: Iterable[Object], *, now: str) -> list[Object]:
    """The events of a Service's objects becoming other; `before` is empty where the Service is new."""
    earlier = {_identity(made): made for made in before}
    return [
        _event(made, kind, reason, message, now)
        for made in after
        for kind, reason, message in _happened(made, earlier.get(_identity(made)), earlier)
    ]


def _happened(made: Object, before: Object | None, earlier: Mapping[str, Object]) -> Iterator[tuple[str, str, str]]:
    name = text(made, "metadata", "name")
    match text(made, "apiVersion"), text(made, "kind"):
        case "serving.knative.dev/v1", "Service" if before is None:
            yield "Normal", "Created", f'Created Configuration "{name}"'
            yield "Normal", "Created", f'Created Route "{name}"'
        case "serving.knative.dev/v1", "Configuration":
            created, was_created = (text(each, "status", "latestCreatedRevisionName") for each in (made, before))
            if created != was_created:
                yield "Normal", "Created", f'Created Revision "{created}"'
            if _ready(made) == "False" and (_ready(before) != "False" or created != was_created):
                yield "Warning", "LatestCreatedFailed", f'Latest created revision "{created}" has failed'
            if _ready(made) == "True" and _ready(before) != "True":
                yield "Normal", "ConfigurationReady", "Configuration becomes ready"
            ready = text(made, "status", "latestReadyRevisionName")
            if ready and ready != text(before, "status", "latestReadyRevisionName"):
                yield "Normal", "LatestReadyUpdate", f'LatestReadyRevisionName updated to "{ready}"'
        case "serving.knative.dev/v1", "Revision" if _ready(made) == "True" and _ready(before) != "True":
            yield "Normal", "RevisionReady", "Revision becomes ready upon all resources being ready"
        case "v1", "Pod" if before is None and earlier:
            yield "Normal", "Started", "Started container user-container"


def _ready(made: Object | None) -> str:
    conditions = items(made, "status", "conditions")
    return next((text(each, "status") for each in conditions if text(each, "type") == "Ready"), "")


def _identity(made: Object) -> str:
    return f"{text(made, 'apiVersion')}/{text(made, 'kind')}/{text(made, 'metadata', 'uid')}"


def _event(made: Object, kind: str, reason: str, message: str, now: str) -> Object:
    uid = text(made, "metadata", "uid")
    digest = hashlib.sha256(f"{uid}/{reason}/{message}/{now}".encode()).hexdigest()[:16]
    involved: Object = {
        "apiVersion": text(made, "apiVersion"),
        "kind": text(made, "kind"),
        **{key: text(made, "metadata", key) for key in ("name", "namespace", "uid")},
    }
    source: Json = {"component": f"{text(made, 'kind').lower()}-controller"}
    return {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {
            "name": f"{text(made, 'metadata', 'name')}.{digest}",
            "namespace": text(made, "metadata", "namespace"),
            "uid": str(uuid.uuid5(uuid.UUID(uid), digest)),
            "creationTimestamp": now,
        },
        "involvedObject": involved,
        "type": kind,
        "reason": reason,
        "message": message,
        "source": source,
        "count": 1,
        "firstTimestamp": now,
        "lastTimestamp": now,
    }
