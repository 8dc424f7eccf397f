"""A Route as Knative shows it: its hosts, and which revisions get which share of the requests."""

from knative.local.objects.conditions import Condition, living, shown
from knative.local.objects.facts import RouteFacts
from knative.local.objects.json_values import Json, Object, items, mapping, text
from knative.local.objects.metadata import SERVING, child_uid, inherited, labels_of, owner_reference, signed
from knative.local.rollout import latest_ready
from knative.local.routing import objection, routed_traffic, target_objection

_MOVING = Condition(
    type="IngressReady", status="Unknown", reason="RolloutInProgress",
    message="A gradual rollout of the latest revision(s) is in progress.",
)  # fmt: skip

_WAITING = Condition(
    type="IngressReady", status="Unknown", reason="Uninitialized", message="Waiting for load balancer to be ready"
)


def url(facts: RouteFacts, tag: str | None = None) -> str:
    """Where a Route, or a tag of it, is called from outside, or from functions if it is theirs alone."""
    host = f"{tag}-{facts.route.name}" if tag else facts.route.name
    if facts.route.cluster_local:
        return f"http://{host}.{facts.route.namespace}.svc.cluster.local"
    return f"http://{host}.{facts.route.namespace}.localhost:{facts.port}"


def address(facts: RouteFacts) -> Object:
    return {"url": f"http://{facts.route.name}.{facts.route.namespace}.svc.cluster.local"}


def conditions(facts: RouteFacts) -> list[Condition]:
    """Ready when every target of the traffic is a revision that is."""
    certificate = Condition(
        type="CertificateProvisioned", reason="TLSNotEnabled", message="external-domain-tls is not enabled"
    )
    found = objection(facts.route, facts.choices, facts.configurations)
    if found is None:
        ingress = _MOVING if facts.assigned.moving else Condition(type="IngressReady")
        if not facts.is_taken_over:
            ingress = _WAITING
        return living(Condition(type="AllTrafficAssigned"), ingress, certificate)
    assigned = Condition(
        type="AllTrafficAssigned", status="False" if found.final else "Unknown", reason=found.reason,
        message=found.message,
    )  # fmt: skip
    ingress = Condition(
        type="IngressReady", status="Unknown", reason="IngressNotConfigured",
        message="Ingress has not yet been reconciled.",
    )  # fmt: skip
    return living(assigned, ingress, certificate)


def traffic(facts: RouteFacts) -> list[Json]:
    """The targets with their revisions named, as the gateway has them now. Empty until one is ready."""
    route, choices = facts.route, facts.choices
    routed = routed_traffic(route, choices, facts.assigned)
    if any(target_objection(target, route, choices) for target in routed):
        # Not all of it can be assigned, and nothing was before: what the gateway does meanwhile.
        return [
            {"latestRevision": True, "percent": each.percent, "revisionName": each.revision}
            for each in facts.destination.targets
        ]
    result: list[Json] = []
    for target in routed:
        latest = latest_ready(target.configuration, choices) if target.configuration else None
        shown_target: Object = {
            "latestRevision": target.revision is None,
            "percent": target.percent,
            "revisionName": target.revision or (latest.name if latest else None),
        }
        if target.tag:
            shown_target |= {"tag": target.tag, "url": url(facts, target.tag)}
        rollout = facts.assigned.rollouts.get(target.configuration) if target.configuration else None
        if rollout and rollout.moving and target.percent == rollout.percent:
            result += [
                {**shown_target, "percent": share.percent, "revisionName": share.revision} for share in rollout.shares
            ]
            continue
        result.append(shown_target)
    return result


def of_service(facts: RouteFacts, service: Object) -> Object:
    """What a Service makes, without its status; `service` is the object, with its defaults."""
    name = text(service, "metadata", "name")
    return {
        "apiVersion": f"{SERVING}/v1",
        "kind": "Route",
        "metadata": {
            "name": name,
            "namespace": text(service, "metadata", "namespace"),
            "uid": child_uid(text(service, "metadata", "uid"), "Route", name),
            "creationTimestamp": facts.stamp.created_at,
            "generation": facts.stamp.route_generation,
            "labels": labels_of(service, service=name),
            "annotations": signed(inherited(facts.document), facts.stamp),
            "ownerReferences": [owner_reference(service)],
        },
        "spec": {"traffic": [_spec_target(each, name) for each in items(service, "spec", "traffic")]},
    }


def present(facts: RouteFacts, wanted: Object, before: Object | None, *, now: str) -> Object:
    """The object: what is `wanted`, and what came of it."""
    return {
        **wanted,
        "status": {
            "address": address(facts),
            "conditions": shown(conditions(facts), before, now=now),
            "observedGeneration": mapping(wanted, "metadata")["generation"],
            "traffic": traffic(facts),
            "url": url(facts),
        },
    }


def _spec_target(target: Json, configuration: str) -> Json:
    if not isinstance(target, dict) or text(target, "revisionName"):
        return target
    return {**target, "configurationName": configuration}
