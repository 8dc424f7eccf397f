"""`metadata` of any object: name, namespace, labels, annotations."""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from knative.local.autoscaler.go_values import SECOND_NS, parse_duration_ns
from knative.local.manifest.fields import check_keys, child, dns_1035_rule, is_dns_1123_subdomain, mapping, missing
from knative.local.model import EMPTY, Namespace
from shared.yaml_documents import Complaints, Node

DEFAULT_NAMESPACE = Namespace("shop")

_label_value = re.compile(r"(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    name: str = ""
    namespace: Namespace = DEFAULT_NAMESPACE
    labels: Mapping[str, str] = field(default_factory=lambda: EMPTY)
    annotations: Mapping[str, str] = field(default_factory=lambda: EMPTY)


def read_metadata(
    document: Node, complaints: Complaints, name_rule: Callable[[str], str | None], known: Collection[str] = ()
) -> Metadata:
    """The metadata of an object that must have a name; `name_rule` says what is wrong with one."""
    node = mapping(complaints, child(document, "metadata"), [*_fields, *known])
    if node is None:
        missing(complaints, document, "metadata")
        return Metadata()
    name = child(node, "name")
    if name is None or name.value == "":
        missing(complaints, node, "name", hint="name or generateName is required; a file needs a name")
    namespace = child(node, "namespace")
    if namespace and isinstance(namespace.value, str) and (rule := dns_1035_rule(namespace.value)):
        complaints.add(namespace, rule)
    if name and isinstance(name.value, str) and name.value and (rule := name_rule(name.value)):
        complaints.add(name, rule)
    return Metadata(
        name=complaints.string(name),
        namespace=Namespace(complaints.string(namespace, DEFAULT_NAMESPACE)),
        labels=read_labels(child(node, "labels"), complaints),
        annotations=read_annotations(child(node, "annotations"), complaints),
    )


def subdomain_rule(name: str) -> str | None:
    if is_dns_1123_subdomain(name):
        return None
    return "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.'"


def read_annotations(node: Node | None, complaints: Complaints) -> dict[str, str]:
    check_keys(complaints, node)
    return complaints.string_map(node)


def read_labels(node: Node | None, complaints: Complaints) -> dict[str, str]:
    check_keys(complaints, node)
    labels = complaints.string_map(node)
    for key, value in labels.items():
        if node and (len(value) > 63 or not _label_value.fullmatch(value)):
            complaints.add(
                node.children[key],
                "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', "
                "and must start and end with an alphanumeric character, at most 63",
            )
    return labels


def check_whole_seconds(complaints: Complaints, annotations: Node | None, key: str) -> None:
    """An annotation of Knative's that is a duration: whole seconds, not negative."""
    node = child(annotations, key)
    if node is None or not isinstance(node.value, str) or not node.value:
        return
    duration_ns = parse_duration_ns(node.value)
    name = key.partition("/")[2]
    if duration_ns is None:
        complaints.add(node, f"invalid value: {node.value}", hint="a duration, such as 90s or 2m")
    elif duration_ns % SECOND_NS:
        complaints.add(node, f"{name}={node.value} is not at second precision")
    elif duration_ns < 0:
        complaints.add(node, f"{name}={node.value} must be positive")


_fields = ("name", "namespace", "labels", "annotations", "creationTimestamp")
