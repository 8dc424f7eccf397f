"""Routes: which revisions have which share of a host's requests now, and what stands against it.

Pure. A Route leads to revisions by their names, and to the latest ready ones of Configurations. Rules: Knative Serving
v0.50.0, `pkg/reconciler/route/traffic`: while one target is missing or not ready, all of the traffic stays as it was.
Start at `destination`.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from knative.local import gradual_rollout
from knative.local.gradual_rollout import Rollout
from knative.local.model import (
    ConfigurationName,
    Destination,
    RevisionName,
    Route,
    RouteName,
    RouteTarget,
    TrafficTarget,
)
from knative.local.rollout import Proof, Revision, latest_ready, newest_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Assigned:
    """What a Route's host was last made to lead to.

    Args:
        traffic: the last whose targets were all there and ready.
        rollouts: where the share of each Configuration's latest revision stands.
    """

    traffic: tuple[TrafficTarget, ...] = ()
    rollouts: Mapping[ConfigurationName, Rollout] = field(default_factory=dict)

    @property
    def moving(self) -> list[Rollout]:
        return [each for each in self.rollouts.values() if each.moving]


NOTHING = Assigned()


@dataclass(frozen=True, slots=True, kw_only=True)
class Objection:
    """Why a target's share cannot be assigned, in Knative's words. One that is `final` does not pass by itself."""

    reason: str
    message: str
    final: bool


def choices(
    route: Route,
    assigned: Assigned,
    of_configurations: Mapping[ConfigurationName, Sequence[Revision]],
    revisions: Mapping[RevisionName, Revision],
) -> tuple[Revision, ...]:
    """The revisions that a Route is about: those of its Configurations, and those that its traffic names.

    Its traffic is that of now, and what was assigned before.
    """
    about, traffic = route.configurations, route.traffic
    if assigned.traffic and assigned.traffic != traffic:
        earlier = (target.configuration for target in assigned.traffic if target.configuration)
        about, traffic = tuple(dict.fromkeys((*about, *earlier))), (*traffic, *assigned.traffic)
    found: list[Revision] = []
    for name in about:
        own = of_configurations.get(name)
        if own and own[0].namespace == route.namespace:
            found += own
    for target in traffic:
        named = revisions.get(target.revision) if target.revision else None
        if named and named.namespace == route.namespace and all(each is not named for each in found):
            found.append(named)
    return tuple(found)


def assign(
    route: Route, choices: Sequence[Revision], before: Assigned | None, *, default_duration_s: int, now_s: float
) -> Assigned | None:
    """Where the traffic of a Route stands now, going on from where it stood before.

    While some target of it is not there, or not ready, all stays as it was. What is as it was is the very same.
    """
    if any(target_objection(target, route, choices) for target in route.traffic):
        return before
    ready = _ready(choices)
    rollouts = {}
    for configuration, percent in _to_latest(route.traffic).items():
        latest = latest_ready(configuration, choices)
        if latest and percent:
            rollouts[configuration] = gradual_rollout.advance(
                before.rollouts.get(configuration) if before else None,
                latest.name,
                percent,
                ready=ready,
                duration_s=route.rollout_duration_s or default_duration_s,
                now_s=now_s,
            )
    found = Assigned(traffic=route.traffic, rollouts=rollouts)
    return before if found == before else found


def routed_traffic(route: Route, choices: Sequence[Revision], assigned: Assigned) -> tuple[TrafficTarget, ...]:
    """The traffic that counts: the Route's own, or the last that could be assigned while that cannot."""
    for traffic in (route.traffic, assigned.traffic):
        if traffic and not any(target_objection(target, route, choices) for target in traffic):
            return traffic
    return route.traffic


def destination(route: Route, choices: Sequence[Revision], assigned: Assigned = NOTHING) -> Destination:
    """Who stands behind a Route's host now: its traffic with each `latest` resolved, and only what is ready.

    Args:
        assigned: who has the traffic to a latest revision while that moves. A tag's host leads to the latest at once.
    """
    ready = _ready(choices)
    traffic = routed_traffic(route, choices, assigned)
    moving = _moving(traffic, assigned, ready)
    percents: dict[RevisionName, int] = {}
    tags: dict[str, RevisionName] = {}
    for target in traffic:
        name = target.revision or _latest_name(target.configuration, choices)
        if name is None or name not in ready:
            continue
        if target.tag:
            tags[target.tag] = name
        if target.configuration not in moving:
            percents[name] = percents.get(name, 0) + target.percent
    for share in (share for rollout in moving.values() for share in rollout.shares):
        percents[share.revision] = percents.get(share.revision, 0) + share.percent
    targets = tuple(RouteTarget(revision=name, percent=percent) for name, percent in percents.items() if percent)
    if sum(target.percent for target in targets) != 100:
        # Not all of it is there, and nothing was before. A Service's requests go to its latest revision meanwhile.
        name = _latest_name(ConfigurationName(route.service), choices) if route.service else None
        targets = (RouteTarget(revision=name, percent=100),) if name else ()
    return Destination(
        route=route.name, namespace=route.namespace, targets=targets, tags=tags, cluster_local=route.cluster_local
    )


def routed(destinations: Iterable[Destination]) -> frozenset[RevisionName]:
    """The revisions that some host leads to: Knative calls them reachable."""
    return frozenset(name for each in destinations for name in led_to(each))


def led_to(found: Destination) -> set[RevisionName]:
    """The revisions that a Route's hosts lead to, the one of its name and those of its tags."""
    names = {target.revision for target in found.targets}
    return names.union(found.tags.values()) if found.tags else names


def routes_to(destinations: Iterable[Destination]) -> dict[RevisionName, tuple[RouteName, ...]]:
    """The Routes that lead to each revision, in order."""
    result: dict[RevisionName, tuple[RouteName, ...]] = {}
    for each in destinations:
        for name in led_to(each):
            result[name] = tuple(sorted((*result[name], each.route))) if name in result else (each.route,)
    return result


def objection(
    route: Route, choices: Sequence[Revision], configurations: Collection[ConfigurationName]
) -> Objection | None:
    """What stands against the whole of a Route's traffic, if anything does: what does not pass by itself goes first.

    Args:
        configurations: those that there are, with revisions or without.
    """
    found = [
        Objection(
            reason="ConfigurationMissing",
            message=f'Configuration "{target.configuration}" referenced in traffic not found.',
            final=True,
        )
        if target.configuration and target.configuration not in configurations
        else target_objection(target, route, choices)
        for target in route.traffic
    ]
    objections = [each for each in found if each]
    # Of some that do not pass by themselves, Knative tells the last.
    return next((each for each in reversed(objections) if each.final), next(iter(objections), None))


def target_objection(target: TrafficTarget, route: Route, choices: Sequence[Revision]) -> Objection | None:
    """Why the share of one target cannot be assigned, if so."""
    if target.revision is None:
        return _objection_to_latest(target.configuration, choices)
    name = target.revision
    revision = next((each for each in choices if each.name == name), None)
    if revision is None:
        return _missing(f'Revision "{name}" referenced in traffic not found.', final=True)
    if route.service and revision.service != route.service:
        words = f'belongs to Service "{revision.service}", not' if revision.service else "does not belong to"
        message = f'Revision "{name}" {words} Service "{route.service}".'
        return Objection(reason="RevisionNotOwned", message=message, final=True)
    match revision.proof:
        case Proof.READY:
            return None
        case Proof.FAILED:
            return _missing(f'Revision "{name}" failed to become ready.', final=True)
        case Proof.UNPROVEN:
            return _missing(f'Revision "{name}" is not yet ready.', final=False)


def _objection_to_latest(name: ConfigurationName | None, choices: Sequence[Revision]) -> Objection | None:
    if name and latest_ready(name, choices):
        return None
    newest = newest_of(name, choices) if name else None
    if newest and newest.proof is Proof.FAILED:
        return _missing(f'Configuration "{name}" does not have any ready Revision.', final=True)
    return _missing(f'Configuration "{name}" is waiting for a Revision to become ready.', final=False)


def _missing(message: str, *, final: bool) -> Objection:
    return Objection(reason="RevisionMissing", message=message, final=final)


def _latest_name(configuration: ConfigurationName | None, choices: Sequence[Revision]) -> RevisionName | None:
    found = latest_ready(configuration, choices) if configuration else None
    return found.name if found else None


def _ready(choices: Iterable[Revision]) -> set[RevisionName]:
    return {each.name for each in choices if each.proof is Proof.READY}


def _to_latest(traffic: Iterable[TrafficTarget]) -> dict[ConfigurationName, int]:
    """What goes to the latest revision of each Configuration, in percent."""
    percents: dict[ConfigurationName, int] = {}
    for target in traffic:
        if target.configuration:
            percents[target.configuration] = percents.get(target.configuration, 0) + target.percent
    return percents


def _moving(
    traffic: Sequence[TrafficTarget], assigned: Assigned, ready: Collection[RevisionName]
) -> dict[ConfigurationName, Rollout]:
    """The rollouts that are of this traffic and the revisions as they are now, not of those before a change."""
    return {
        name: assigned.rollouts[name]
        for name, percent in _to_latest(traffic).items()
        if name in assigned.rollouts
        and assigned.rollouts[name].percent == percent
        and all(share.revision in ready for share in assigned.rollouts[name].shares)
    }
