"""What the engine knows of Services and Configurations, as `zerocart status --json` shows it: the contract's keys."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from knative.local.cold_starts import ColdStart, ColdStarts
from knative.local.model import Configuration, Destination, RevisionName, Service
from knative.local.reconciler import Instance
from knative.local.rollout import Proof, Revision, newest_of
from knative.local.scaling import RevisionLoad


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisionState:
    """What runs of a revision now, and what should."""

    instances: Sequence[Instance]
    desired_count: int
    load: RevisionLoad
    cold_starts: ColdStarts


def service(
    service: Service,
    revisions: Sequence[Revision],
    leads_to: Iterable[Destination],
    port: int,
    state_of: Callable[[Revision], RevisionState],
) -> dict[str, object]:
    """One Service: its revisions that carry traffic, and the newest one.

    Args:
        leads_to: where its Route leads, if it has one.
    """
    url = f"http://{service.name}.{service.namespace}.localhost:{port}"
    return {"url": url, **configuration(service.configuration, revisions, leads_to, state_of)}


def configuration(
    configuration: Configuration,
    revisions: Sequence[Revision],
    leads_to: Iterable[Destination],
    state_of: Callable[[Revision], RevisionState],
) -> dict[str, object]:
    """One Configuration: its revisions with their largest share of a Route, and the newest one.

    Args:
        leads_to: where the Routes lead that count.
    """
    own = [revision for revision in revisions if revision.configuration == configuration.name]
    shares: dict[RevisionName, int] = {}
    for target in (target for each in leads_to for target in each.targets):
        shares[target.revision] = max(target.percent, shares.get(target.revision, 0))
    newest = newest_of(configuration.name, own)
    return {
        "name": configuration.name,
        "ready": any(each.name in shares for each in own) and newest is not None and newest.proof is Proof.READY,
        "reason": newest.reason if newest else "",
        "revisions": [
            _revision(revision, shares.get(revision.name, 0), state_of(revision))
            for revision in own
            if revision.name in shares or revision == newest
        ],
    }


def _revision(revision: Revision, percent: int, state: RevisionState) -> dict[str, object]:
    return {
        "name": revision.name,
        "traffic": percent,
        "instances": len(state.instances),
        "ready_instances": sum(each.is_ready for each in state.instances),
        "desired": state.desired_count,
        "concurrency": round(state.load.concurrency, 3),
        "rps": round(state.load.rps, 3),
        "panic": state.load.panic,
        "metric": state.load.metric,
        "target": round(state.load.target, 3),
        "cold_starts": state.cold_starts.count,
        "last_cold_start": _phases(state.cold_starts.last),
    }


def _phases(start: ColdStart | None) -> dict[str, float | None] | None:
    if start is None:
        return None
    return {
        "queued_s": None if start.queued_s is None else round(start.queued_s, 6),
        "forked_s": round(start.forked_s, 6),
        "ready_s": round(start.ready_s, 6),
        "total_s": round(start.total_s, 6),
    }
