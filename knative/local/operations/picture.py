"""The picture of the stack that the page of operations shows, from what `status` says and Envoy knows. Pure.

It is `zerocart top`'s, so there is one source of the numbers; added are where traffic could go and what is under way.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from knative.local.model import ServiceName
from knative.local.objects.facts import ServiceFacts
from knative.local.rollout import Proof

DEEDS = ("burst", "traffic", "rollback", "kill", "redis-away")


def picture(
    frame: Mapping[str, Any], ready: Mapping[ServiceName, Sequence[str]], under_way: Mapping[str, str]
) -> dict[str, object]:
    """One picture.

    Args:
        frame: as `top.frame.frame` gives it.
        ready: the revisions of each Service that can take traffic, the newest last.
        under_way: deeds that last, and when each ends (RFC 3339).
    """
    parts = {"gateway": frame["gateway"], **frame["state"]}
    return {
        "at": frame["at"],
        "source": "engine",
        "functions": [
            {**service, "ready_revisions": list(ready.get(service["name"], ()))} for service in frame["services"]
        ],
        "parts": [{"name": name, "ready": part["ready"], "restarts": part["restarts"]} for name, part in parts.items()],
        "deeds": list(DEEDS),
        "under_way": [{"deed": deed, "until": until} for deed, until in under_way.items()],
    }


def ready_revisions(services: Sequence[ServiceFacts]) -> dict[ServiceName, list[str]]:
    """The revisions of each Service that have shown that they can serve, the newest last."""
    return {
        each.service.name: [
            found.revision.name for found in each.revisions if found.revision.proof is Proof.READY
        ]
        for each in services
    }  # fmt: skip
