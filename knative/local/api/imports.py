"""Revisions that a client brings along, as `kn service import` does: of which Configuration, with which template. Pure.

On a cluster anybody may make a Revision. Here one is a snapshot for a Configuration: it needs one, and gets no traffic
until a Route names it.
"""

from knative.local.api.history import History
from knative.local.objects.defaulting import template_spec
from knative.local.objects.json_values import Object, items, json_of, mapping, text, texts
from knative.local.objects.kinds import CONFIGURATION
from knative.local.objects.metadata import SERVING
from knative.local.objects.world import Reference

NO_OWNER = "Required value: a Revision must name the Configuration that it is of, with its uid, as its controller"
_GENERATION = f"{SERVING}/configurationGeneration"


def owner(document: Object, history: History) -> str | None:
    """The Configuration that a Revision is to be of; None where it names none that is there."""
    namespace = text(document, "metadata", "namespace")
    for each in items(document, "metadata", "ownerReferences"):
        if text(each, "kind") != CONFIGURATION.kind:
            continue
        name = text(each, "name")
        found = history.objects.get(Reference(resource=CONFIGURATION.resource, namespace=namespace, name=name))
        if found and text(found, "metadata", "uid") == text(each, "uid"):
            return name
    return None


def template(document: Object) -> Object:
    """What a template would say to make this Revision. Knative's own labels follow from where it is."""
    labels = {
        key: value
        for key, value in texts(document, "metadata", "labels").items()
        if not key.startswith(f"{SERVING}/") or (key == _GENERATION and value.isdecimal() and int(value) > 0)
    }
    annotations = {
        key: value
        for key, value in texts(document, "metadata", "annotations").items()
        if not key.startswith(f"{SERVING}/")
    }
    metadata: Object = {
        "name": text(document, "metadata", "name"), "labels": json_of(labels), "annotations": json_of(annotations),
    }  # fmt: skip
    return {"metadata": metadata, "spec": template_spec(mapping(document, "spec"))}
