"""What the engine knows of a Service, as `zerocart status --json` shows it. The contract names the keys."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from knative.local.cold_starts import ColdStart, ColdStarts
from knative.local.gradual_rollout import Rollout
from knative.local.model import Service
from knative.local.reconciler import Instance
from knative.local.rollout import Proof, Revision, destination, newest_of
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
    port: int,
    state_of: Callable[[Revision], RevisionState],
    rollout: Rollout | None = None,
) -> dict[str, object]:
    """One Service: its revisions that carry traffic, and the newest one."""
    own = [revision for revision in revisions if revision.service == service.name]
    shares = {target.revision: target.percent for target in destination(service, own, rollout).targets}
    newest = newest_of(service.name, own)
    return {
        "name": service.name,
        "url": f"http://{service.name}.{service.namespace}.localhost:{port}",
        "ready": bool(shares) and newest is not None and newest.proof is Proof.READY,
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
