"""Where a Service's requests go while its revisions are promoted by hand or by step: `spec.traffic`, read and written.

Pure. All that a promotion must know stands in the Service itself, so that it goes on after whoever ran it was killed,
and on a cluster the same as here:

    waiting     stable 100 %, latest 0 % tagged `candidate`, and the one before tagged `previous`
    promoting   candidate N % tagged `candidate`, stable the rest, tagged `previous`

The tag gives the candidate a host of its own before anyone else is sent to it. While it waits, the tag follows the
latest revision that is ready; once requests are sent there, it stays on that one.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from knative.local.objects.json_values import Json, Object, items, number, text

CANDIDATE, PREVIOUS = "candidate", "previous"


@dataclass(frozen=True, slots=True, kw_only=True)
class Promotion:
    """Which revisions of a Service share its requests.

    Args:
        stable: has what the candidate has not.
        candidate: the revision with the tag; the stable one itself where nothing newer is there.
        percent: what the candidate gets.
        is_waiting: the tag follows the latest revision: nothing is under way.
        previous: what a rollback leads to while nothing is under way; empty where nobody knows.
    """

    stable: str
    candidate: str
    percent: int = 0
    is_waiting: bool = True
    previous: str = ""


def read(service: Object) -> Promotion | None:
    """How a Service's traffic stands; None where it is not of the kind that a promotion writes."""
    latest = text(service, "status", "latestReadyRevisionName")
    tagged: dict[str, Json] = {}
    shares: dict[str, int] = {}
    for target in items(service, "spec", "traffic"):
        name = text(target, "revisionName") or latest
        tagged.setdefault(text(target, "tag"), target)
        shares[name] = shares.get(name, 0) + number(target, "percent")
    if CANDIDATE not in tagged:
        return None
    candidate = text(tagged[CANDIDATE], "revisionName")
    previous = text(tagged.get(PREVIOUS), "revisionName")
    if candidate:
        others = [name for name in shares if name != candidate and (shares[name] or name == previous)]
        if len(others) != 1:
            return None
        return Promotion(stable=others[0], candidate=candidate, percent=shares[candidate], is_waiting=False)
    serving = [name for name in shares if shares[name]]
    if len(serving) != 1:
        return None
    return Promotion(stable=serving[0], candidate=latest, previous=previous)


def write(promotion: Promotion, before: Sequence[Json] = ()) -> list[Json]:
    """`spec.traffic` that `read` reads as just that.

    Args:
        before: the traffic as it stands; other tags of it, and their hosts, stay.
    """
    if promotion.is_waiting:
        traffic: list[Json] = [
            {"revisionName": promotion.stable, "latestRevision": False, "percent": 100},
            {"latestRevision": True, "percent": 0, "tag": CANDIDATE},
        ]
        if promotion.previous:
            traffic.append(_target(promotion.previous, 0, PREVIOUS))
    else:
        traffic = [
            _target(promotion.stable, 100 - promotion.percent, PREVIOUS),
            _target(promotion.candidate, promotion.percent, CANDIDATE),
        ]
    return traffic + _other_tags(before)


def following(before: Sequence[Json]) -> list[Json]:
    """`spec.traffic` with which each new revision has all requests as soon as it is ready, as without a promotion."""
    return [{"latestRevision": True, "percent": 100}, *_other_tags(before)]


def sole(service: Object) -> str:
    """The one revision that has all requests of a Service now, whatever its manifest says; empty where several have."""
    serving = {
        text(target, "revisionName") for target in items(service, "status", "traffic") if number(target, "percent")
    }
    return serving.pop() if len(serving) == 1 else ""


def _other_tags(before: Sequence[Json]) -> list[Json]:
    """Those that are none of a promotion's: their hosts stay, and nobody is sent there."""
    ours = {"", CANDIDATE, PREVIOUS}
    return [{**each, "percent": 0} for each in before if isinstance(each, dict) and text(each, "tag") not in ours]


def _target(revision: str, percent: int, tag: str) -> Object:
    return {"revisionName": revision, "latestRevision": False, "percent": percent, "tag": tag}
