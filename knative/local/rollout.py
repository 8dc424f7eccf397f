"""Revisions: when a new one is made, when it takes the traffic, which ones stay.

Pure. A revision is a snapshot of a Service's template and its function's code. Rules: Knative Serving v0.50.0,
`pkg/reconciler/{configuration,route}`: names are `<service>-<generation>`, a change of traffic alone makes no
revision, and one that never gets ready leaves the one before it serving.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from types import MappingProxyType

from knative.local import gradual_rollout
from knative.local.autoscaler.go_values import SECOND_NS, parse_duration_ns
from knative.local.gradual_rollout import Rollout
from knative.local.model import (
    Destination,
    Namespace,
    RevisionName,
    RevisionTemplate,
    RouteTarget,
    Service,
    ServiceName,
    TrafficTarget,
)
from knative.local.programs.image import Image
from knative.local.reconciler import START_DEADLINE_S

# Of a Service's revisions that no traffic reaches, Knative keeps those that are young or were reached not long ago, at
# least so many of them and at most so many (config-gc: retain-since-create-time, retain-since-last-active-time,
# min-non-active-revisions, max-non-active-revisions).
RETAIN_SINCE_MADE_S = 48 * 3600.0
RETAIN_SINCE_ACTIVE_S = 15 * 3600.0
LEAST_KEPT_REVISIONS = 20
MOST_KEPT_REVISIONS = 1000
NO_ROLLOUTS: Mapping[ServiceName, Rollout] = MappingProxyType({})
# Why a revision cannot start, in Knative's words: nothing on this machine has the name of its image.
CONTAINER_MISSING = "ContainerMissing"
# Below zero by this much stand the generations that revisions had elsewhere.
_IMPORTED = 1_000_000
# And: what it starts never gets ready.
PROGRESS_DEADLINE_EXCEEDED = "ProgressDeadlineExceeded"
_PROGRESS_DEADLINE = "serving.knative.dev/progress-deadline"
_PROGRESS_DEADLINE_S = 600.0
NO_GC_ANNOTATION = "serving.knative.dev/no-gc"


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
        image: the program that it is of, where its image is none of our functions.
        reason: why it failed, for people; empty otherwise.
        cause: the same in Knative's one word, such as `ExitCode1`.
        made_at_s: when it was made, in seconds of the wall clock, for it outlives the engine.
        active_at_s: when requests were last known to reach it, on the same clock; 0 for never.
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
    cause: str = ""
    image: Image | None = None
    made_at_s: float = 0.0
    active_at_s: float = 0.0

    @property
    def configuration_generation(self) -> int:
        """As clients are shown it: of an imported revision, the one that it had elsewhere."""
        return self.generation + (_IMPORTED if self.generation < 0 else 0)


def imported(revision: Revision, generation: int) -> Revision:
    """A revision that a client brought with the generation that it had elsewhere: older than all that are made here."""
    return replace(revision, generation=generation - _IMPORTED)


def next_revision(
    service: Service, digest: str, function: str, revisions: Sequence[Revision], image: Image | None = None
) -> Revision | None:
    """The revision that a Service as applied now needs, or None where its newest one is just that.

    One that failed is tried anew under the next name: what it lacked may be there now, but for its image, which is of
    the digest. A template that names its
    revision gets no other one while that exists: a name means the same for as long as it is there.
    """
    newest = newest_of(service.name, revisions)
    if newest and newest.digest == digest and (newest.proof is not Proof.FAILED or newest.cause == CONTAINER_MISSING):
        return None
    name = service.template.name
    if name and any(revision.name == name for revision in revisions):
        return None
    generation = newest.generation + 1 if newest else 1
    return Revision(
        name=RevisionName(name or f"{service.name}-{generation:05d}"),
        service=service.name,
        namespace=service.namespace,
        generation=generation,
        digest=digest,
        function=function,
        template=service.template,
        image=image,
    )


def newest_of(service: ServiceName, revisions: Sequence[Revision]) -> Revision | None:
    """The last that was made here; one that was imported is never the newest."""
    own = [revision for revision in revisions if revision.service == service and revision.generation > 0]
    return max(own, key=lambda revision: revision.generation, default=None)


def latest_ready(service: ServiceName, revisions: Sequence[Revision]) -> Revision | None:
    return newest_of(service, [revision for revision in revisions if revision.proof is Proof.READY])


def rollouts(
    services: Iterable[Service],
    revisions: Iterable[Revision],
    before: Mapping[ServiceName, Rollout],
    *,
    default_duration_s: int,
    now_s: float,
) -> dict[ServiceName, Rollout]:
    """Where the traffic of each Service stands now, going on from where it stood before.

    While some target of it is not there, or not ready, all stays as it was.
    """
    own = by_service(revisions)
    result = {}
    for service in services:
        found = own.get(service.name, [])
        latest = latest_ready(service.name, found)
        ready = {revision.name for revision in found if revision.proof is Proof.READY}
        if not _assignable(service.traffic, ready):
            if service.name in before:
                result[service.name] = before[service.name]
            continue
        percent = sum(target.percent for target in service.traffic if target.revision is None)
        if latest and percent:
            moved = gradual_rollout.advance(
                before.get(service.name),
                latest.name,
                percent,
                ready=ready,
                duration_s=service.rollout_duration_s or default_duration_s,
                now_s=now_s,
            )
        else:
            moved = Rollout(shares=())
        result[service.name] = replace(moved, traffic=service.traffic)
    return result


def routed_traffic(
    service: Service, revisions: Sequence[Revision], rollout: Rollout | None
) -> tuple[TrafficTarget, ...]:
    """The traffic that counts: the Service's own, or the last that could be assigned while that cannot."""
    ready = {revision.name for revision in revisions if revision.proof is Proof.READY}
    if rollout and not _assignable(service.traffic, ready) and _assignable(rollout.traffic, ready):
        return rollout.traffic or service.traffic
    return service.traffic


def _assignable(traffic: Sequence[TrafficTarget], ready: Collection[RevisionName]) -> bool:
    return bool(ready) and all(target.revision is None or target.revision in ready for target in traffic)


def destination(service: Service, revisions: Sequence[Revision], rollout: Rollout | None = None) -> Destination:
    """Who stands behind a Service's host now: its traffic with `latest` resolved, and only what is ready.

    Args:
        rollout: who has the traffic to `latest` while that moves. A tag's host leads to the latest at once.
    """
    latest = latest_ready(service.name, revisions)
    ready = {revision.name for revision in revisions if revision.proof is Proof.READY}
    traffic = routed_traffic(service, revisions, rollout)
    moving = rollout if rollout and _fits(rollout, traffic, ready) else None
    percents: dict[RevisionName, int] = {}
    tags: dict[str, RevisionName] = {}
    for target in traffic:
        name = target.revision or (latest.name if latest else None)
        if name is None or name not in ready:
            continue
        if target.tag:
            tags[target.tag] = name
        if target.revision is None and moving:
            continue
        percents[name] = percents.get(name, 0) + target.percent
    for share in moving.shares if moving else ():
        percents[share.revision] = percents.get(share.revision, 0) + share.percent
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


def _fits(rollout: Rollout, traffic: Sequence[TrafficTarget], ready: Collection[RevisionName]) -> bool:
    """Whether it is of this traffic and the revisions as they are now, not of those before a change."""
    percent = sum(target.percent for target in traffic if target.revision is None)
    return rollout.percent == percent and all(share.revision in ready for share in rollout.shares)


def destinations(
    services: Iterable[Service],
    revisions: Iterable[Revision],
    rollouts: Mapping[ServiceName, Rollout] = NO_ROLLOUTS,
) -> list[Destination]:
    """The `destination` of each Service. Each looks at its own revisions alone, however many others there are."""
    own = by_service(revisions)
    return [destination(service, own.get(service.name, []), rollouts.get(service.name)) for service in services]


def by_service(revisions: Iterable[Revision]) -> dict[ServiceName, list[Revision]]:
    """The revisions of each Service, in the order in which they come."""
    own: dict[ServiceName, list[Revision]] = {}
    for revision in revisions:
        own.setdefault(revision.service, []).append(revision)
    return own


def routed(destinations: Sequence[Destination]) -> frozenset[RevisionName]:
    """The revisions that some host leads to: Knative calls them reachable."""
    return frozenset(
        [target.revision for each in destinations for target in each.targets]
        + [revision for each in destinations for revision in each.tags.values()]
    )


def superfluous(
    services: Mapping[ServiceName, Service],
    revisions: Sequence[Revision],
    now_s: float,
    rollouts: Mapping[ServiceName, Rollout] = NO_ROLLOUTS,
) -> set[RevisionName]:
    """Revisions that can go, by Knative's rules (`pkg/reconciler/gc/gc.go`).

    Those of Services that are no more; and of those that no traffic reaches, beside the newest and the newest ready,
    the stale ones but for the least that are kept, and what is beyond the most that are kept: the longest idle first.
    """
    gone = {revision.name for revision in revisions if revision.service not in services}
    of_service = by_service(sorted(revisions, key=lambda revision: -revision.generation))
    for service in services.values():
        own = of_service.get(service.name, [])
        if len(own) <= LEAST_KEPT_REVISIONS:
            continue
        latest = latest_ready(service.name, own)
        kept = routed([destination(service, own, rollouts.get(service.name))]) | {
            each.name for each in (*own[:1], latest) if each
        }
        idle = sorted(
            (
                revision
                for revision in own
                if revision.name not in kept
                and revision.template.annotations.get(NO_GC_ANNOTATION, "").lower() != "true"
            ),
            key=lambda revision: (_last_active_s(revision), revision.generation),
        )
        stale = [revision for revision in idle if _is_stale(revision, now_s)][
            : max(0, len(idle) - LEAST_KEPT_REVISIONS)
        ]
        others = [revision for revision in idle if revision not in stale]
        too_many = others[: max(0, len(others) - MOST_KEPT_REVISIONS)]
        gone |= {revision.name for revision in (*stale, *too_many)}
    return gone


def _last_active_s(revision: Revision) -> float:
    return revision.active_at_s or revision.made_at_s


def _is_stale(revision: Revision, now_s: float) -> bool:
    return (
        now_s - revision.made_at_s >= RETAIN_SINCE_MADE_S and now_s - _last_active_s(revision) >= RETAIN_SINCE_ACTIVE_S
    )


def start_within_s(revision: Revision) -> float:
    """How long an instance may take to get ready: as long as Knative gives it.

    A function that is not told to wait for anything has less, for it hangs then.
    """
    container = revision.template.container
    waits = container.startup_probe is not None or container.readiness_probe.path not in {None, "/healthz"}
    if revision.image is None and not waits and not container.readiness_probe.initial_delay_s:
        return START_DEADLINE_S
    asked_ns = parse_duration_ns(revision.template.annotations.get(_PROGRESS_DEADLINE, "")) or 0
    return asked_ns / SECOND_NS or _PROGRESS_DEADLINE_S


def proven(revision: Revision) -> Revision:
    return replace(revision, proof=Proof.READY, reason="", cause="")


def failed(revision: Revision, reason: str, cause: str = "ExitCode1") -> Revision:
    return replace(revision, proof=Proof.FAILED, reason=reason, cause=cause)
