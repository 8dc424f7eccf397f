"""A Configuration as Knative shows it: the template that the next revision would be made from."""

from knative.local.objects.conditions import Condition, shown
from knative.local.objects.facts import ServiceFacts
from knative.local.objects.json_values import Object, mapping, text
from knative.local.objects.metadata import (
    ROLLOUT_DURATION,
    SERVING,
    child_uid,
    inherited,
    labels_of,
    owner_reference,
    signed,
)
from knative.local.objects.revision import failure
from knative.local.rollout import Proof


def condition(facts: ServiceFacts) -> Condition:
    """Ready when its newest revision is."""
    newest = facts.newest
    if newest is None or newest.revision.proof is Proof.UNPROVEN:
        return Condition(type="Ready", status="Unknown")
    if newest.revision.proof is Proof.FAILED:
        message = f'Revision "{newest.revision.name}" failed with message: {failure(newest.revision)}.'
        return Condition(type="Ready", status="False", reason="RevisionFailed", message=message)
    return Condition(type="Ready")


def revision_names(facts: ServiceFacts) -> Object:
    """The newest revision, and the newest that is ready."""
    result: Object = {}
    if facts.newest:
        result["latestCreatedRevisionName"] = facts.newest.revision.name
    ready = [each.revision.name for each in facts.revisions if each.revision.proof is Proof.READY]
    if ready:
        result["latestReadyRevisionName"] = ready[-1]
    return result


def present(facts: ServiceFacts, service: Object, before: Object | None, *, now: str) -> Object:
    """The object; `service` is its owner's, with its defaults."""
    name, uid = text(service, "metadata", "name"), text(service, "metadata", "uid")
    generation = facts.newest.revision.generation if facts.newest else 1
    return {
        "apiVersion": f"{SERVING}/v1",
        "kind": "Configuration",
        "metadata": {
            "name": name,
            "namespace": text(service, "metadata", "namespace"),
            "uid": child_uid(uid, "Configuration", name),
            "creationTimestamp": facts.stamp.created_at,
            "generation": generation,
            "labels": labels_of(service, service=name, serviceUID=uid),
            "annotations": {
                **signed(inherited(facts.document, *ROLLOUT_DURATION), facts.stamp),
                f"{SERVING}/routes": name,
            },
            "ownerReferences": [owner_reference(service)],
        },
        "spec": {"template": mapping(service, "spec", "template")},
        "status": {
            "conditions": shown([condition(facts)], before, now=now),
            **revision_names(facts),
            "observedGeneration": generation,
        },
    }
