"""A DomainMapping of `serving.knative.dev/v1beta1`: a host of one's own that leads to a Service or a Route."""

import re

from knative.local.manifest.fields import child, is_dns_1123_subdomain, mapping, missing, required_text, text
from knative.local.manifest.metadata import read_metadata
from knative.local.manifest.sinks import check_kind
from knative.local.model import DomainMapping, Namespace, RouteName
from shared.yaml_documents import Complaints, Node

API_VERSION = "serving.knative.dev/v1beta1"
KIND = "DomainMapping"

_label = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")


def read_domain_mapping(document: Node, complaints: Complaints) -> DomainMapping:
    mapping(complaints, document, ("apiVersion", "kind", "metadata", "spec", "status"))
    metadata = read_metadata(document, complaints, _name_rule)
    spec = mapping(complaints, child(document, "spec"), ("ref",), disallowed=("tls",))
    reference = mapping(complaints, child(spec, "ref"), ("apiVersion", "kind", "name", "namespace"))
    if reference is None:
        if child(spec, "ref") is None:
            missing(complaints, spec or document, "ref" if spec else "spec.ref")
        return DomainMapping(host=metadata.name, namespace=metadata.namespace, route=RouteName(""))
    check_kind(reference, "a reference", complaints, ("serving.knative.dev/v1", "Route"))
    namespace = child(reference, "namespace")
    if namespace and text(complaints, reference, "namespace") != metadata.namespace:
        hint = f'parent namespace: "{metadata.namespace}" does not match ref: "{namespace.value}"'
        complaints.add(namespace, "mismatched namespaces", hint=hint, show_value=False)
    return DomainMapping(
        host=metadata.name,
        namespace=Namespace(metadata.namespace),
        route=RouteName(required_text(complaints, reference, "name")),
    )


def _name_rule(name: str) -> str | None:
    if not is_dns_1123_subdomain(name) or "." not in name or not all(map(_label.fullmatch, name.split("."))):
        return f'invalid name "{name}": should be a domain with at least two segments separated by dots'
    if name.endswith(".cluster.local"):
        return f'invalid name "{name}": must not be a subdomain of cluster local domain "cluster.local"'
    return None
