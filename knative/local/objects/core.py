"""Kubernetes' own kinds: namespaces, ConfigMaps, Secrets, and the Services and ServiceAccounts of a cluster."""

import base64
import uuid

from knative.local.model import Secret
from knative.local.objects.facts import DocumentFacts, RouteFacts
from knative.local.objects.json_values import Object, items, json_of, mapping, text, texts
from knative.local.objects.metadata import SERVING, child_uid, inherited, labels_of, owner_reference, stamped

# Without any object, these are there all the same: the shop's, and those that Knative and Istio bring.
NAMESPACES = ("default", "istio-system", "knative-serving", "kube-system", "shop")
INGRESS = "istio-ingressgateway"
_PORT: Object = {
    "appProtocol": "kubernetes.io/h2c", "name": "http2", "port": 80, "protocol": "TCP", "targetPort": 80
}  # fmt: skip
LOCAL_INGRESS = "knative-local-gateway.istio-system.svc.cluster.local"

# What the stack makes for itself has no stamp, so its uid follows from its name.
_MADE = uuid.UUID("5c0f4d0e-6f0c-4c0a-9c38-2f5a4f1d6e10")


def namespace(name: str, *, created_at: str) -> Object:
    return {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {
            **_made_metadata("Namespace", "", name, created_at), "labels": {"kubernetes.io/metadata.name": name}
        },
        "spec": {"finalizers": ["kubernetes"]},
        "status": {"phase": "Active"},
    }  # fmt: skip


def service_account(of_namespace: str, *, created_at: str) -> Object:
    return {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": _made_metadata("ServiceAccount", of_namespace, "default", created_at),
    }


def document(facts: DocumentFacts) -> Object:
    """A ConfigMap, a Secret or one of Istio's objects, as it was applied."""
    result: Object = {**facts.document}
    if text(result, "kind") == "Namespace":
        made = namespace(text(result, "metadata", "name"), created_at=facts.stamp.created_at)
        labels = {**texts(made, "metadata", "labels"), **texts(result, "metadata", "labels")}
        result = {**made, **result, "metadata": {**mapping(result, "metadata"), "labels": json_of(labels)}}
    has_generation = text(result, "apiVersion") != "v1"
    result["metadata"] = stamped(result, facts.stamp, has_generation=has_generation)
    if text(result, "kind") == "Secret":
        data = {**mapping(result, "data"), **_encoded(texts(result, "stringData"))}
        result.pop("stringData", None)
        result["data"] = data
        result["type"] = text(result, "type") or "Opaque"
    return result


def made_secret(secret: Secret, *, created_at: str) -> Object:
    """A Secret that the stack made for itself."""
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": _made_metadata("Secret", secret.namespace, secret.name, created_at),
        "type": "Opaque",
        "data": _encoded(dict(secret.data)),
    }


def shadow(facts: RouteFacts, route: Object, before: Object | None) -> Object:
    """The core Service that Knative keeps beside each Route, so that the cluster's DNS knows the name.

    Labels and annotations that it has lost stay on it, as Knative leaves them there.
    """
    name = text(route, "metadata", "name")
    annotations = {**texts(before, "metadata", "annotations"), **inherited(facts.document)}
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {
            "name": name,
            "namespace": text(route, "metadata", "namespace"),
            "uid": child_uid(text(route, "metadata", "uid"), "Service", name),
            "creationTimestamp": facts.stamp.created_at,
            "labels": {**json_of(texts(before, "metadata", "labels")), **labels_of(route, route=name)},
            "annotations": {
                **json_of(annotations),
                f"{SERVING}/creator": facts.stamp.creator,
                f"{SERVING}/lastModifier": facts.stamp.modifier,
            },
            "ownerReferences": [owner_reference(route)],
        },
        "spec": {
            "externalName": LOCAL_INGRESS,
            "ports": [_PORT],
            "sessionAffinity": "None",
            "type": "ExternalName",
        },
        "status": {"loadBalancer": {}},
    }


def ingress(port: int, *, created_at: str) -> Object:
    """The ingress gateway: here it is Envoy on loopback."""
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {
            **_made_metadata("Service", "istio-system", INGRESS, created_at), "labels": {"istio": "ingressgateway"}
        },
        "spec": {
            "clusterIP": "127.0.0.1",
            "ports": [{"name": "http2", "port": port, "protocol": "TCP", "targetPort": port}],
            "sessionAffinity": "None",
            "type": "LoadBalancer",
        },
        "status": {"loadBalancer": {"ingress": [{"ip": "127.0.0.1"}]}},
    }  # fmt: skip


def namespaces_of(objects: list[Object]) -> list[str]:
    """Those that are always there, and those that some object is in."""
    used = {text(each, "metadata", "namespace") for each in objects}
    return sorted({*NAMESPACES, *filter(None, used)})


def image_of(template: Object) -> str:
    """The image of a template's one container."""
    return next((text(each, "image") for each in items(template, "spec", "containers")), "")


def _made_metadata(kind: str, of_namespace: str, name: str, created_at: str) -> Object:
    metadata: Object = {
        "name": name,
        "uid": str(uuid.uuid5(_MADE, f"{kind}/{of_namespace}/{name}")),
        "creationTimestamp": created_at,
    }
    if of_namespace:
        metadata["namespace"] = of_namespace
    return metadata


def _encoded(data: dict[str, str]) -> Object:
    return {key: base64.b64encode(value.encode()).decode() for key, value in data.items()}
