"""Where a Service's requests shall go, as `spec.traffic` of its manifest says it. Pure.

The document that comes of it goes the way that `kubectl apply` goes, so it is checked as one, and as durable.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from knative.local.objects.json_values import Json, Object, copied, items, mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Why a deed is not done: `kind` is unknown (no such thing), wrong (a mistake) or state (not as things are)."""

    kind: str
    detail: str


def split(document: Object, ready: Sequence[str], percents: Mapping[str, int]) -> Object | Refused:
    """The Service with its traffic split. Tags stay, and with them their hosts.

    Args:
        document: the Service.
        ready: its revisions that can serve, the newest last.
        percents: of each revision that shall have requests; 100 in all.
    """
    for name in percents:
        if name not in ready:
            return Refused(
                kind="unknown", detail=f"{name} is no revision that can serve; these can: {', '.join(ready)}"
            )
    if sum(percents.values()) != 100 or any(percent < 0 for percent in percents.values()):
        return Refused(kind="wrong", detail="The percents must be whole numbers from 0 on, and 100 in all")
    shares = {name: percent for name, percent in percents.items() if percent}
    traffic: list[Json]
    if shares == {ready[-1]: 100}:
        # As without a word on traffic: who comes after the newest takes over too.
        traffic = [{"latestRevision": True, "percent": 100}]
    else:
        traffic = [{"revisionName": name, "percent": percent} for name, percent in shares.items()]
    tagged = [each for each in items(document, "spec", "traffic") if isinstance(each, dict) and each.get("tag")]
    traffic += [{**each, "percent": 0} for each in tagged]
    result = copied(document)
    spec = mapping(result, "spec")
    spec["traffic"] = traffic
    return result


def before(ready: Sequence[str], shares: Mapping[str, int]) -> str | Refused:
    """The revision that a rollback goes to: the last one that can serve before the one with most of the traffic."""
    if not ready or not shares:
        return Refused(kind="state", detail="No revision of it serves")
    # Of equal shares the newer one: that is the one to be taken back.
    serving = max(shares, key=lambda name: (shares[name], ready.index(name) if name in ready else -1))
    earlier = ready[: ready.index(serving)] if serving in ready else ()
    if not earlier:
        return Refused(kind="state", detail=f"{serving} has no revision before it that can serve")
    return earlier[-1]
