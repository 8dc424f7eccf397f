"""A Configuration as Knative shows it: the template that the next revision would be made from."""

from knative.local.objects.conditions import Condition, shown
from knative.local.objects.facts import ConfigurationFacts
from knative.local.objects.json_values import Object, mapping, text
from knative.local.objects.metadata import (
    ROLLOUT_DURATION,
    ROUTES,
    SERVING,
    child_uid,
    inherited,
    labels_of,
    owner_reference,
    signed,
)
from knative.local.objects.revision import failure
from knative.local.rollout import Proof


def condition(facts: ConfigurationFacts) -> Condition:
    """Ready when its newest revision is."""
    newest, name = facts.newest, facts.configuration.template.name
    if name and all(each.revision.name != name for each in facts.revisions):
        # Another Configuration has one of the name that the template asks for.
        words = f'Revision creation failed with message: revisions.{SERVING} "{name}" already exists.'
        return Condition(type="Ready", status="False", reason="RevisionFailed", message=words)
    if newest is None or newest.revision.proof is Proof.UNPROVEN:
        return Condition(type="Ready", status="Unknown")
    if newest.revision.proof is Proof.FAILED:
        message = f'Revision "{newest.revision.name}" failed with message: {failure(newest.revision)}.'
        return Condition(type="Ready", status="False", reason="RevisionFailed", message=message)
    return Condition(type="Ready")


def revision_names(facts: ConfigurationFacts) -> Object:
    """The newest revision, and the newest that is ready."""
    result: Object = {}
    if facts.newest:
        result["latestCreatedRevisionName"] = facts.newest.revision.name
    ready = [each.revision.name for each in facts.revisions if each.revision.proof is Proof.READY]
    if ready:
        result["latestReadyRevisionName"] = ready[-1]
    return result


def of_service(facts: ConfigurationFacts, service: Object) -> Object:
    """What a Service makes, without its status; `service` is the object, with its defaults."""
    name, uid = text(service, "metadata", "name"), text(service, "metadata", "uid")
    return {
        "apiVersion": f"{SERVING}/v1",
        "kind": "Configuration",
        "metadata": {
            "name": name,
            "namespace": text(service, "metadata", "namespace"),
            "uid": child_uid(uid, "Configuration", name),
            "creationTimestamp": facts.stamp.created_at,
            "generation": facts.newest.revision.generation if facts.newest else 1,
            "labels": labels_of(service, service=name, serviceUID=uid),
            "annotations": signed(inherited(facts.document, *ROLLOUT_DURATION), facts.stamp),
            "ownerReferences": [owner_reference(service)],
        },
        "spec": {"template": mapping(service, "spec", "template")},
    }


def present(facts: ConfigurationFacts, wanted: Object, before: Object | None, *, now: str) -> Object:
    """The object: what is `wanted`, and what came of it."""
    metadata = {**mapping(wanted, "metadata")}
    if facts.routes:
        metadata["annotations"] = {**mapping(metadata, "annotations"), ROUTES: ",".join(facts.routes)}
    return {
        **wanted,
        "metadata": metadata,
        "status": {
            "conditions": shown([condition(facts)], before, now=now),
            **revision_names(facts),
            "observedGeneration": metadata["generation"],
        },
    }
