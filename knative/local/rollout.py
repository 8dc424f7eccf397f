"""Revisions: when a new one is made, when it takes the traffic, which ones stay.

Pure. A revision is a snapshot of a Service's template and its function's code. Rules: Knative Serving v0.50.0,
`pkg/reconciler/{configuration,route}`: names are `<service>-<generation>`, a change of traffic alone makes no
revision, and one that never gets ready leaves the one before it serving.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from knative.local.model import (
    Destination,
    Namespace,
    RevisionName,
    RevisionTemplate,
    RouteTarget,
    Service,
    ServiceName,
)

# Knative keeps at least this many of a Service's revisions that no traffic reaches (min-non-active-revisions).
LEAST_KEPT_REVISIONS = 20


class Proof(Enum):
    """Whether a revision has shown that it can serve."""

    UNPROVEN = "unproven"
    READY = "ready"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """One snapshot of one Service.

    Args:
        generation: counts the Service's revisions from 1.
        digest: of template and code; an equal one needs no new revision.
        function: the folder in `functions/` whose code it has.
        reason: why it failed, for people; empty otherwise.
    """

    name: RevisionName
    service: ServiceName
    namespace: Namespace
    generation: int
    digest: str
    function: str
    template: RevisionTemplate
    proof: Proof = Proof.UNPROVEN
    reason: str = ""


def next_revision(service: Service, digest: str, function: str, revisions: Sequence[Revision]) -> Revision | None:
    """The revision that a Service as applied now needs, or None where its newest one is just that.

    One that failed is tried anew under the next name: what it lacked may be there now.
    """
    newest = newest_of(service.name, revisions)
    if newest and newest.digest == digest and newest.proof is not Proof.FAILED:
        return None
    generation = newest.generation + 1 if newest else 1
    return Revision(
        name=RevisionName(f"{service.name}-{generation:05d}"),
        service=service.name,
        namespace=service.namespace,
        generation=generation,
        digest=digest,
        function=function,
        template=service.template,
    )


def newest_of(service: ServiceName, revisions: Sequence[Revision]) -> Revision | None:
    own = [revision for revision in revisions if revision.service == service]
    return max(own, key=lambda revision: revision.generation, default=None)


def latest_ready(service: ServiceName, revisions: Sequence[Revision]) -> Revision | None:
    return newest_of(service, [revision for revision in revisions if revision.proof is Proof.READY])


def destination(service: Service, revisions: Sequence[Revision]) -> Destination:
    """Who stands behind a Service's host now: its traffic with `latest` resolved, and only what is ready."""
    latest = latest_ready(service.name, revisions)
    ready = {revision.name for revision in revisions if revision.proof is Proof.READY}
    percents: dict[RevisionName, int] = {}
    tags: dict[str, RevisionName] = {}
    for target in service.traffic:
        name = target.revision or (latest.name if latest else None)
        if name is None or name not in ready:
            continue
        percents[name] = percents.get(name, 0) + target.percent
        if target.tag:
            tags[target.tag] = name
    targets = tuple(RouteTarget(revision=name, percent=percent) for name, percent in percents.items() if percent)
    if sum(target.percent for target in targets) != 100:
        # A target that is gone or not ready must not lose its share of the requests.
        targets = (RouteTarget(revision=latest.name, percent=100),) if latest else ()
    return Destination(
        service=service.name,
        namespace=service.namespace,
        targets=targets,
        tags=tags,
        cluster_local=service.cluster_local,
    )


def routed(destinations: Sequence[Destination]) -> frozenset[RevisionName]:
    """The revisions that some host leads to: Knative calls them reachable."""
    return frozenset(
        [target.revision for each in destinations for target in each.targets]
        + [revision for each in destinations for revision in each.tags.values()]
    )


def superfluous(services: Mapping[ServiceName, Service], revisions: Sequence[Revision]) -> set[RevisionName]:
    """Revisions that can go: of Services that are no more, and all but the newest that no traffic reaches."""
    gone = {revision.name for revision in revisions if revision.service not in services}
    for service in services.values():
        own = sorted(
            (revision for revision in revisions if revision.service == service.name),
            key=lambda revision: -revision.generation,
        )
        reachable = routed([destination(service, own)])
        idle = [revision for revision in own[1:] if revision.name not in reachable]
        gone |= {revision.name for revision in idle[LEAST_KEPT_REVISIONS:]}
    return gone


def proven(revision: Revision) -> Revision:
    return replace(revision, proof=Proof.READY, reason="")


def failed(revision: Revision, reason: str) -> Revision:
    return replace(revision, proof=Proof.FAILED, reason=reason)
