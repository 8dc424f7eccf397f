"""A Revision as Knative shows it: the template it is a snapshot of, whether it could start, how many run."""

from dataclasses import replace

from knative.local.objects.conditions import Condition, living, shown
from knative.local.objects.defaulting import template_spec
from knative.local.objects.facts import RevisionFacts
from knative.local.objects.json_values import Json, Object, items, json_of, mapping, text, texts
from knative.local.objects.metadata import ROUTES, SERVING, child_uid, owner_reference
from knative.local.rollout import CONTAINER_MISSING, PROGRESS_DEADLINE_EXCEEDED, Proof, Revision

# The queue's own sampling: no more of a revision's metadata than Knative sets.
_OF_SERVICE = (f"{SERVING}/service", f"{SERVING}/serviceUID")
_DEPLOYING = {"status": "Unknown", "reason": "Deploying"}


def failure(revision: Revision) -> str:
    """What a Revision says of a container that ended, or that never was."""
    if revision.cause == CONTAINER_MISSING:
        return f'Unable to fetch image "{revision.template.container.image}": {revision.reason}'
    if revision.cause == PROGRESS_DEADLINE_EXCEEDED:
        return revision.reason
    return f"Container failed with: {revision.reason}"


def conditions(facts: RevisionFacts) -> list[Condition]:
    """ResourcesAvailable and ContainerHealthy make Ready; Active tells whether any instance is wanted."""
    match facts.revision.proof:
        case Proof.READY:
            healthy, available = Condition(type="ContainerHealthy"), Condition(type="ResourcesAvailable")
        case Proof.FAILED:
            healthy = Condition(
                type="ContainerHealthy", status="False", reason=facts.revision.cause or "ExitCode1",
                message=failure(facts.revision),
            )  # fmt: skip
            available = Condition(type="ResourcesAvailable", status="Unknown", reason="Deploying")
            if facts.revision.cause == PROGRESS_DEADLINE_EXCEEDED:
                healthy, available = replace(available, type=healthy.type), replace(healthy, type=available.type)
        case Proof.UNPROVEN:
            healthy = Condition(type="ContainerHealthy", status="Unknown", reason="Deploying")
            available = Condition(type="ResourcesAvailable", status="Unknown", reason="Deploying")
    return [*living(healthy, available), _active(facts)]


def _active(facts: RevisionFacts) -> Condition:
    if facts.revision.proof is Proof.UNPROVEN:
        return Condition(type="Active", status="Unknown", reason="Deploying")
    if facts.desired_count == 0:
        return Condition(
            type="Active", status="False", reason="NoTraffic", severity="Info",
            message="The target is not receiving traffic.",
        )  # fmt: skip
    if facts.ready_count == 0:
        return Condition(
            type="Active", status="Unknown", reason="Queued", severity="Info",
            message="Requests to the target are being buffered as resources are provisioned.",
        )  # fmt: skip
    return Condition(type="Active", severity="Info")


def present(facts: RevisionFacts, configuration: Object, before: Object | None, *, now: str) -> Object:
    """The object; `configuration` is its owner's."""
    revision = facts.revision
    labels = texts(configuration, "metadata", "labels")
    annotations = texts(configuration, "metadata", "annotations")
    routing_state = "active" if facts.routes else "reserve"
    own: Object = {
        f"{SERVING}/creator": annotations[f"{SERVING}/lastModifier"],
        f"{SERVING}/routingStateModified": _since(before, routing_state, now),
    }
    if facts.routes:
        own[ROUTES] = ",".join(facts.routes)
    status: Object = {
        "actualReplicas": facts.ready_count,
        "conditions": shown(conditions(facts), before, now=now),
        "containerStatuses": [_container_status(each) for each in items(facts.template, "spec", "containers")],
        "desiredReplicas": facts.desired_count,
        "observedGeneration": 1,
    }
    return {
        "apiVersion": f"{SERVING}/v1",
        "kind": "Revision",
        "metadata": {
            "name": revision.name,
            "namespace": revision.namespace,
            "uid": child_uid(text(configuration, "metadata", "uid"), "Revision", revision.name),
            "creationTimestamp": facts.created_at,
            "generation": 1,
            "labels": {
                **json_of(texts(facts.template, "metadata", "labels")),
                f"{SERVING}/configuration": text(configuration, "metadata", "name"),
                f"{SERVING}/configurationGeneration": str(revision.configuration_generation),
                f"{SERVING}/configurationUID": text(configuration, "metadata", "uid"),
                f"{SERVING}/routingState": routing_state,
                **{key: value for key, value in labels.items() if key in _OF_SERVICE},
            },
            "annotations": {**json_of(texts(facts.template, "metadata", "annotations")), **own},
            "ownerReferences": [owner_reference(configuration)],
        },
        "spec": template_spec(mapping(facts.template, "spec")),
        "status": status,
    }


def _since(before: Object | None, routing_state: str, now: str) -> str:
    if text(before, "metadata", "labels", f"{SERVING}/routingState") != routing_state:
        return now
    return text(before, "metadata", "annotations", f"{SERVING}/routingStateModified")


def _container_status(container: Json) -> Json:
    # No imageDigest: a code folder has none, and Knative asks no registry for that of a local image either.
    return {"name": text(container, "name") or "user-container"}
