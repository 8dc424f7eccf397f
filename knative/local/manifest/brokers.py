"""Broker and Trigger of `eventing.knative.dev/v1`. Rules and words: Knative Eventing, `pkg/apis/eventing/v1`.

A Broker that says nothing of delivery has what ConfigMap `config-br-defaults` says, or Knative's own defaults.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from knative.local.manifest.deliveries import read_delivery
from knative.local.manifest.fields import child, mapping, required_text, sequence, text
from knative.local.manifest.metadata import read_metadata, subdomain_rule
from knative.local.manifest.sinks import read_destination
from knative.local.model import Broker, BrokerName, Delivery, Filter, Namespace, Trigger, TriggerName
from shared.yaml_documents import Complaints, Node, read_text

API_VERSION = "eventing.knative.dev/v1"
KINDS = ("Broker", "Trigger")
CLASS_ANNOTATION = "eventing.knative.dev/broker.class"
CLASS = "MTChannelBasedBroker"
# `config-br-defaults` as Knative ships it.
DEFAULT_DELIVERY = Delivery(retry=10, backoff_policy="exponential", backoff_delay_s=0.2)

_document_fields = ("apiVersion", "kind", "metadata", "spec", "status")
_attribute = re.compile(r"[a-z][a-z0-9]*")
_not_honoured = ("knative.dev/dependency", "eventing.knative.dev/injection")


def read_broker(document: Node, complaints: Complaints, defaults: Mapping[str, Delivery]) -> Broker:
    """Args:
    defaults: of `read_broker_defaults`.
    """
    mapping(complaints, document, _document_fields)
    metadata = read_metadata(document, complaints, subdomain_rule)
    annotation = child(document, "metadata", "annotations", CLASS_ANNOTATION)
    if annotation and annotation.value not in {CLASS, ""}:
        complaints.add(annotation, "a Broker of another class is not honoured here", hint=f"leave it out, or {CLASS}")
    spec = mapping(complaints, child(document, "spec"), ("config", "delivery"))
    config = mapping(complaints, child(spec, "config"), ("apiVersion", "kind", "name", "namespace"))
    if config:
        # It configures channels, of which there are none here.
        for key in ("apiVersion", "kind", "name"):
            required_text(complaints, config, key)
    default = defaults.get(metadata.namespace) or defaults.get("") or DEFAULT_DELIVERY
    return Broker(
        name=BrokerName(metadata.name),
        namespace=metadata.namespace,
        delivery=read_delivery(spec, metadata.namespace, complaints) or default,
    )


def read_trigger(document: Node, complaints: Complaints) -> Trigger:
    mapping(complaints, document, _document_fields)
    metadata = read_metadata(document, complaints, subdomain_rule)
    for name in _not_honoured:
        if annotation := child(document, "metadata", "annotations", name):
            complaints.add(annotation, f"{name} is not honoured here", show_value=False)
    spec = mapping(
        complaints, child(document, "spec"), ("broker", "filter", "filters", "subscriber", "delivery"), ("brokerRef",)
    )
    if spec is None:
        spec = Node(file=document.file, line=document.line, path="spec", value={})
    filter_node = mapping(complaints, child(spec, "filter"), ("attributes",))
    subscriber = read_destination(spec, "subscriber", metadata.namespace, complaints)
    return Trigger(
        name=TriggerName(metadata.name),
        namespace=metadata.namespace,
        broker=BrokerName(required_text(complaints, spec, "broker")),
        subscriber=subscriber,
        attributes=_attributes(child(filter_node, "attributes"), complaints),
        filters=tuple(_filter(each, complaints) for each in sequence(complaints, child(spec, "filters"))),
        delivery=read_delivery(spec, metadata.namespace, complaints),
    )


def read_broker_defaults(documents: Sequence[Node], complaints: Complaints) -> dict[str, Delivery]:
    """The delivery of Brokers by namespace, of all others under ""."""
    found: dict[str, Delivery] = {}
    for document in documents:
        names = [document.text(*path) for path in (("kind",), ("metadata", "name"), ("metadata", "namespace"))]
        if names != ["ConfigMap", "config-br-defaults", "knative-eventing"]:
            continue
        node = child(document, "data", "default-br-config")
        for content in read_text(complaints.string(node), document.file, complaints) if node else []:
            spaces = child(content, "namespaceDefaults")
            for name, each in (("", child(content, "clusterDefault")), *(spaces.children if spaces else {}).items()):
                delivery = read_delivery(each, Namespace("knative-eventing"), complaints)
                if delivery:
                    found[name] = replace(delivery, timeout_s=None, format="")
    return found


def _filter(node: Node, complaints: Complaints) -> Filter:
    if mapping(complaints, node, ("exact", "prefix", "suffix", "all", "any", "not", "cesql")) is None:
        return Filter()
    if text(complaints, node, "cesql"):
        hint = "exact, prefix, suffix, all, any and not are"
        complaints.add(child(node, "cesql") or node, "cesql is not honoured here", hint=hint)
    made = [
        *(
            Filter(dialect=dialect, attributes=attributes)
            for dialect in ("exact", "prefix", "suffix")
            if (attributes := _attributes(child(node, dialect), complaints))
        ),
        *(
            Filter(dialect=dialect, filters=filters)
            for dialect in ("all", "any")
            if (filters := tuple(_filter(each, complaints) for each in sequence(complaints, child(node, dialect))))
        ),
        *(Filter(dialect="not", filters=(_filter(each, complaints),)) for each in [child(node, "not")] if each),
    ]
    if len(made) > 1:
        complaints.add(node, "multiple dialects found, filters can have only one dialect set", show_value=False)
    return made[0] if made else Filter()


def _attributes(node: Node | None, complaints: Complaints) -> Mapping[str, str]:
    for key, value in (node.children if node else {}).items():
        if not _attribute.fullmatch(key):
            rule = f'invalid key name "{key}": Attribute name must start with a letter and can only contain lowercase '
            complaints.add(value, f"{rule}alphanumeric", show_value=False)
    return complaints.string_map(node)
