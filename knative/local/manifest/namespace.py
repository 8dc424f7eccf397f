"""Namespaces: a name for others to be in. Nothing of one means more to a process on one machine."""

from knative.local.manifest.fields import child, dns_1035_rule, is_dns_1123_subdomain, mapping
from knative.local.manifest.metadata import read_metadata
from shared.yaml_documents import Complaints, Node


def check_namespace(document: Node, complaints: Complaints) -> None:
    mapping(complaints, document, ("apiVersion", "kind", "metadata", "spec", "status"))
    read_metadata(document, complaints, _rule)
    spec = mapping(complaints, child(document, "spec"), ("finalizers",))
    complaints.strings(child(spec, "finalizers"))


def _rule(name: str) -> str | None:
    # A label of DNS 1123: as one of 1035, but it may begin with a digit.
    if is_dns_1123_subdomain(name) and "." not in name and len(name) <= 63:
        return None
    return dns_1035_rule(name) or "not a DNS 1123 label"
