"""A Route as Knative shows it: its hosts, and which revisions get which share of the requests."""

from knative.local.model import TrafficTarget
from knative.local.objects.conditions import Condition, living, shown
from knative.local.objects.facts import ServiceFacts
from knative.local.objects.json_values import Json, Object, items, text
from knative.local.objects.metadata import SERVING, child_uid, inherited, labels_of, owner_reference, signed
from knative.local.rollout import Proof

_MOVING = Condition(
    type="IngressReady", status="Unknown", reason="RolloutInProgress",
    message="A gradual rollout of the latest revision(s) is in progress.",
)  # fmt: skip

_WAITING = Condition(
    type="IngressReady", status="Unknown", reason="Uninitialized", message="Waiting for load balancer to be ready"
)


def url(facts: ServiceFacts, tag: str | None = None) -> str:
    """Where a Service, or a tag of it, is called from outside, or from other functions if it is theirs alone."""
    host = f"{tag}-{facts.service.name}" if tag else facts.service.name
    if facts.service.cluster_local:
        return f"http://{host}.{facts.service.namespace}.svc.cluster.local"
    return f"http://{host}.{facts.service.namespace}.localhost:{facts.port}"


def address(facts: ServiceFacts) -> Object:
    return {"url": f"http://{facts.service.name}.{facts.service.namespace}.svc.cluster.local"}


def conditions(facts: ServiceFacts) -> list[Condition]:
    """Ready when every target of the traffic is a revision that is."""
    certificate = Condition(
        type="CertificateProvisioned", reason="TLSNotEnabled", message="external-domain-tls is not enabled"
    )
    assigned = next(filter(None, (_objection(target, facts) for target in facts.service.traffic)), None)
    if assigned is None:
        ingress = _MOVING if facts.rollout else Condition(type="IngressReady")
        if not facts.is_taken_over:
            ingress = _WAITING
        return living(Condition(type="AllTrafficAssigned"), ingress, certificate)
    ingress = Condition(
        type="IngressReady", status="Unknown", reason="IngressNotConfigured",
        message="Ingress has not yet been reconciled.",
    )  # fmt: skip
    return living(assigned, ingress, certificate)


def _objection(target: TrafficTarget, facts: ServiceFacts) -> Condition | None:
    proofs = {each.revision.name: each.revision.proof for each in facts.revisions}
    if target.revision is None:
        if Proof.READY in proofs.values():
            return None
        name = facts.service.name
        if facts.newest and facts.newest.revision.proof is Proof.FAILED:
            return _missing("False", f'Configuration "{name}" does not have any ready Revision.')
        return _missing("Unknown", f'Configuration "{name}" is waiting for a Revision to become ready.')
    match proofs.get(target.revision):
        case Proof.READY:
            return None
        case Proof.FAILED:
            return _missing("False", f'Revision "{target.revision}" failed to become ready.')
        case Proof.UNPROVEN:
            return _missing("Unknown", f'Revision "{target.revision}" is not yet ready.')
        case None:
            return _missing("False", f'Revision "{target.revision}" referenced in traffic not found.')


def _missing(status: str, message: str) -> Condition:
    return Condition(
        type="AllTrafficAssigned", status="False" if status == "False" else "Unknown", reason="RevisionMissing",
        message=message,
    )  # fmt: skip


def traffic(facts: ServiceFacts) -> list[Json]:
    """The targets with their revisions named, as the gateway has them now. Empty until one is ready."""
    proofs = {each.revision.name: each.revision.proof for each in facts.revisions}
    ready = [name for name, proof in proofs.items() if proof is Proof.READY]
    if not ready:
        return []
    routed = facts.routed or facts.service.traffic
    if any(_objection(target, facts) for target in routed):
        # Not all of it can be assigned, and nothing was before: what the gateway does meanwhile.
        return [
            {"latestRevision": each.revision == ready[-1], "percent": each.percent, "revisionName": each.revision}
            for each in facts.destination.targets
        ]
    result: list[Json] = []
    for target in routed:
        shown_target: Object = {
            "latestRevision": target.revision is None,
            "percent": target.percent,
            "revisionName": target.revision or ready[-1],
        }
        if target.tag:
            shown_target |= {"tag": target.tag, "url": url(facts, target.tag)}
        if target.revision is None and facts.rollout and target.percent == facts.rollout.percent:
            result += [
                {**shown_target, "percent": share.percent, "revisionName": share.revision}
                for share in facts.rollout.shares
            ]
            continue
        result.append(shown_target)
    return result


def present(facts: ServiceFacts, service: Object, before: Object | None, *, now: str) -> Object:
    """The object; `service` is its owner's, with its defaults."""
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
        "status": {
            "address": address(facts),
            "conditions": shown(conditions(facts), before, now=now),
            "observedGeneration": facts.stamp.route_generation,
            "traffic": traffic(facts),
            "url": url(facts),
        },
    }


def _spec_target(target: Json, configuration: str) -> Json:
    if not isinstance(target, dict) or text(target, "revisionName"):
        return target
    return {**target, "configurationName": configuration}
