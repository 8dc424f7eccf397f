"""A valid Service, and what reading a changed one gives."""

import copy
from collections.abc import Sequence

import yaml

from knative.local.manifest import Manifests, read
from knative.local.model import Service
from shared.errors import ManifestProblem
from shared.yaml_documents import Complaints, parse_documents

VALID: dict[str, object] = {
    "apiVersion": "serving.knative.dev/v1",
    "kind": "Service",
    "metadata": {
        "name": "list-products",
        "namespace": "shop",
        "labels": {"networking.knative.dev/visibility": "cluster-local"},
        "annotations": {"serving.knative.dev/rollout-duration": "60s"},
    },
    "spec": {
        "template": {
            "metadata": {
                "name": "list-products-blue",
                "labels": {"app": "list-products"},
                "annotations": {
                    "autoscaling.knative.dev/target": "10",
                    "autoscaling.knative.dev/window": "1m30s",
                    "autoscaling.knative.dev/maxScale": "3",
                    "serving.knative.dev/progress-deadline": "2m",
                },
            },
            "spec": {
                "containerConcurrency": 8,
                "timeoutSeconds": 30,
                "serviceAccountName": "functions",
                "enableServiceLinks": False,
                "volumes": [{"name": "scratch", "emptyDir": {"sizeLimit": "10Mi"}}],
                "containers": [
                    {
                        "image": "registry.example:5000/shop/list-products:1.2@sha256:" + "a" * 64,
                        "name": "user-container",
                        "args": ["--verbose"],
                        "ports": [{"name": "http1", "containerPort": 8081}],
                        "env": [
                            {"name": "CONCURRENCY", "value": "8"},
                            {
                                "name": "DATABASE_URL",
                                "valueFrom": {"secretKeyRef": {"name": "shop-database", "key": "url"}},
                            },
                        ],
                        "envFrom": [{"prefix": "SHOP_", "configMapRef": {"name": "shop-settings", "optional": True}}],
                        "readinessProbe": {"httpGet": {"path": "/readyz", "port": 8081}, "periodSeconds": 2},
                        "livenessProbe": {"tcpSocket": {}, "initialDelaySeconds": 5},
                        "resources": {"limits": {"cpu": "500m", "memory": "256Mi"}, "requests": {"cpu": 0.1}},
                        "securityContext": {
                            "runAsNonRoot": True,
                            "runAsUser": 65532,
                            "allowPrivilegeEscalation": False,
                            "readOnlyRootFilesystem": True,
                            "capabilities": {"drop": ["ALL"]},
                            "seccompProfile": {"type": "RuntimeDefault"},
                        },
                        "volumeMounts": [{"name": "scratch", "mountPath": "/tmp"}],
                    }
                ],
            },
        },
        "traffic": [
            {"latestRevision": True, "percent": 90, "tag": "candidate"},
            {"revisionName": "list-products-00001", "percent": 10},
        ],
    },
}
CONTAINER = "spec.template.spec.containers.0"


def changed(path: str, value: object) -> dict[str, object]:
    """The valid Service with one value changed, at a path of keys and positions divided by dots."""
    document = copy.deepcopy(VALID)
    *way, last = path.split(".")
    place: object = document
    for key in way:
        place = place[int(key)] if isinstance(place, list) else place[key]  # type: ignore[index]
    place[int(last) if isinstance(place, list) else last] = value  # type: ignore[index]
    return document


def read_all(*documents: object) -> tuple[Manifests, Sequence[ManifestProblem]]:
    complaints = Complaints()
    text = yaml.safe_dump_all(documents, sort_keys=False)
    manifests = read(parse_documents(text, "functions/list_products/service.yaml"), complaints)
    return manifests, complaints.problems


def read_service(document: object) -> Service:
    """The one Service of a document in which nothing is wrong."""
    manifests, problems = read_all(document)
    assert problems == []
    (service,) = manifests.services
    return service
