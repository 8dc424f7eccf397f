"""What every Istio manifest has: a name, a namespace, and the workload it is meant for."""

from collections.abc import Iterable
from dataclasses import dataclass

from knative.local.model import Namespace
from shared.yaml_documents import Complaints, Node

INGRESS_GATEWAY = {"istio": "ingressgateway"}
ROOT_NAMESPACE = "istio-system"


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """Name and namespace, and where the manifest stands, so that a later check can name its file and line."""

    name: str
    namespace: Namespace
    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.namespace}/{self.name}"


def read_metadata(document: Node, complaints: Complaints, *, api_version: str) -> Metadata:
    """Name and namespace of a manifest. Also refuses another version, and keys beside `metadata` and `spec`."""
    complaints.only(document, ("apiVersion", "kind", "metadata", "spec"))
    version = document.get("apiVersion")
    if version and version.value != api_version:
        complaints.add(version, f'must be "{api_version}"')
    metadata = document.get("metadata")
    if metadata is None:
        complaints.add(document, "metadata is missing", show_value=False)
        metadata = document
    else:
        complaints.only(metadata, ("name", "namespace", "labels", "annotations"))
    for key in ("name", "namespace"):
        value = metadata.get(key)
        if value is None:
            complaints.add(metadata, f"{key} is missing", show_value=False)
        else:
            complaints.string(value)
    if document.get("spec") is None:
        complaints.add(document, "spec is missing", show_value=False)
    return Metadata(
        name=metadata.text("name"),
        namespace=Namespace(metadata.text("namespace")),
        file=document.file,
        line=document.line,
    )


def spec_of(document: Node, complaints: Complaints, known: Iterable[str]) -> Node:
    """The manifest's `spec`, an empty one where it is missing (already reported); refuses keys beyond `known`."""
    spec = document.get("spec") or Node(file=document.file, line=document.line, path="spec", value={})
    complaints.only(spec, known)
    return spec


def check_for_ingress_gateway(
    document: Node, selector: Iterable[str], metadata: Metadata, complaints: Complaints
) -> None:
    """Refuse a manifest that is not for the ingress gateway's workload: here there is no other Envoy.

    Args:
        selector: path of keys to the labels, as `spec.selector.matchLabels`.
    """
    if metadata.namespace != ROOT_NAMESPACE:
        place = document.get("metadata", "namespace") or document
        complaints.add(place, f"must be {ROOT_NAMESPACE}, the ingress gateway's namespace")
    path = tuple(selector)
    labels = document.get(*path)
    if labels is None:
        spec = document.get("spec") or document
        complaints.add(spec, f"{'.'.join(path)} is missing: it must select istio: ingressgateway", show_value=False)
    elif labels.value != INGRESS_GATEWAY:
        complaints.add(labels, "must select istio: ingressgateway, the only Envoy here", show_value=False)
