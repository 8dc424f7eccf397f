"""ConfigMaps and Secrets: where the environment of a function comes from."""

import base64
import binascii
from collections.abc import Sequence

from knative.local.autoscaler.defaults import CONFIG_MAP_NAME, Defaults, read_defaults
from knative.local.autoscaler.go_values import parse_int
from knative.local.manifest.fields import check_data_keys, child, is_mapping, mapping
from knative.local.manifest.metadata import read_metadata, subdomain_rule
from knative.local.model import ConfigMap, Secret
from shared.yaml_documents import Complaints, Node

NETWORK_CONFIG_MAP = "config-network"
ROLLOUT_DURATION = "rollout-duration"


def read_config_map(document: Node, complaints: Complaints) -> ConfigMap:
    mapping(complaints, document, ("apiVersion", "kind", "metadata", "data", "immutable"))
    metadata = read_metadata(document, complaints, subdomain_rule)
    complaints.boolean(child(document, "immutable"))
    check_data_keys(complaints, child(document, "data"))
    data = complaints.string_map(child(document, "data"))
    return ConfigMap(name=metadata.name, namespace=metadata.namespace, data=data)


def read_secret(document: Node, complaints: Complaints) -> Secret:
    """A Secret with its values decoded. What is wrong with a value is said without the value."""
    mapping(complaints, document, ("apiVersion", "kind", "metadata", "data", "stringData", "type", "immutable"))
    metadata = read_metadata(document, complaints, subdomain_rule)
    complaints.boolean(child(document, "immutable"))
    complaints.string(child(document, "type"))
    data: dict[str, str] = {}
    for field, is_encoded in (("data", True), ("stringData", False)):  # stringData wins, as on a cluster
        node = child(document, field)
        if node is None or not is_mapping(complaints, node):
            continue
        check_data_keys(complaints, node)
        for key, value in node.children.items():
            if (decoded := _value(value, is_encoded, complaints)) is not None:
                data[key] = decoded
    return Secret(name=metadata.name, namespace=metadata.namespace, data=data)


def read_autoscaler_defaults(documents: Sequence[Node], complaints: Complaints) -> Defaults:
    """The autoscaler's defaults, from its ConfigMap among some documents; Knative's where there is none."""
    for document in documents:
        name, namespace = document.text("metadata", "name"), document.text("metadata", "namespace")
        data = child(document, "data")
        is_config_map = document.text("apiVersion") == "v1" and document.text("kind") == "ConfigMap"
        if not is_config_map or (namespace, name) != ("knative-serving", CONFIG_MAP_NAME) or data is None:
            continue
        # What is no string is reported by `read_config_map`.
        texts = {key: node.value for key, node in data.children.items() if isinstance(node.value, str)}
        defaults, mistakes = read_defaults(texts)
        for mistake in mistakes:
            complaints.add(data.children.get(mistake.key, data), mistake.rule, hint=mistake.hint)
        return defaults
    return Defaults()


def read_rollout_duration_s(documents: Sequence[Node], complaints: Complaints) -> int:
    """How long traffic takes to move to a new revision where the Service does not say: `config-network` does."""
    for document in documents:
        is_config_map = document.text("apiVersion") == "v1" and document.text("kind") == "ConfigMap"
        identity = (document.text("metadata", "namespace"), document.text("metadata", "name"))
        node = child(document, "data", ROLLOUT_DURATION)
        if not is_config_map or identity != ("knative-serving", NETWORK_CONFIG_MAP) or node is None:
            continue
        duration_s = parse_int(node.value) if isinstance(node.value, str) else None
        if duration_s is None or duration_s < 0:
            complaints.add(node, "must be a whole number of seconds, 0 or more", hint='quoted, as in "30"')
            return 0
        return duration_s
    return 0


def _value(node: Node, is_encoded: bool, complaints: Complaints) -> str | None:
    if node.value is None:
        return ""
    if not isinstance(node.value, str):
        complaints.add(node, "must be a string", hint="put it in quotes", show_value=False)
        return None
    if not is_encoded:
        return node.value
    try:
        return base64.b64decode("".join(node.value.split()), validate=True).decode()
    except (binascii.Error, UnicodeError):
        complaints.add(node, "must be the base64 of UTF-8 text", hint="stringData takes it as it is", show_value=False)
        return None
