"""An instance as a Pod, to look at: a process of a revision, with its log behind `kubectl logs`."""

from knative.local.objects.core import image_of
from knative.local.objects.facts import InstanceFacts, RevisionFacts
from knative.local.objects.json_values import Object, json_of, text, texts
from knative.local.objects.metadata import SERVING, child_uid

# Of those that Knative puts on its pods, what clients select by.
_LABELS = {
    f"{SERVING}/{key}"
    for key in ("configuration", "configurationGeneration", "configurationUID", "service", "serviceUID")
}


def name_of(revision: str, pid: int) -> str:
    """As a Deployment of Knative's names its pods, with the process id where that has random letters."""
    return f"{revision}-deployment-{pid}"


def present(instance: InstanceFacts, facts: RevisionFacts, revision: Object) -> Object:
    """The Pod of one instance of `revision`, the object."""
    name, namespace = text(revision, "metadata", "name"), text(revision, "metadata", "namespace")
    labels = texts(revision, "metadata", "labels")
    pod_name = name_of(name, instance.pid)
    ready = "True" if instance.is_ready else "False"
    image = image_of(facts.template)
    metadata: Object = {
        "name": pod_name,
        "generateName": f"{name}-deployment-",
        "namespace": namespace,
        "uid": child_uid(text(revision, "metadata", "uid"), "Pod", f"{instance.pid}/{instance.started_at}"),
        "creationTimestamp": instance.started_at,
        "labels": {
            **json_of(texts(facts.template, "metadata", "labels")),
            **{key: value for key, value in labels.items() if key in _LABELS},
            f"{SERVING}/revision": name,
            f"{SERVING}/revisionUID": text(revision, "metadata", "uid"),
            "app": name,
        },
        "annotations": {"zerocart.example/pid": str(instance.pid)},
    }
    if instance.is_leaving:
        metadata["deletionTimestamp"] = instance.started_at
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": metadata,
        "spec": {
            "containers": [{"name": "user-container", "image": image, "resources": {}}],
            "nodeName": "localhost",
            "restartPolicy": "Always",
        },
        "status": {
            "phase": "Running",
            "startTime": instance.started_at,
            "hostIP": "127.0.0.1",
            "podIP": "127.0.0.1",
            "conditions": [{"type": kind, "status": ready} for kind in ("Ready", "ContainersReady")],
            "containerStatuses": [
                {
                    "name": "user-container",
                    "image": image,
                    "imageID": image,
                    "ready": instance.is_ready,
                    "started": True,
                    "restartCount": 0,
                    "state": {"running": {"startedAt": instance.started_at}},
                }
            ],
        },
    }
