"""PingSource and SinkBinding of `sources.knative.dev/v1`. Rules and words: Knative Eventing, `pkg/apis/sources/v1`."""

import base64
import binascii
import json
import re
from collections.abc import Mapping

from knative.local.eventing.cron import ScheduleError, parse
from knative.local.manifest.fields import child, dns_1035_rule, mapping, missing, text
from knative.local.manifest.metadata import read_labels, read_metadata, subdomain_rule
from knative.local.manifest.sinks import check_kind, read_sink
from knative.local.model import EMPTY, Namespace, PingSource, ServiceName, SinkBinding
from shared.yaml_documents import Complaints, Node

API_VERSION = "sources.knative.dev/v1"
KINDS = ("PingSource", "SinkBinding")
DEFAULT_SCHEDULE = "* * * * *"

_document_fields = ("apiVersion", "kind", "metadata", "spec", "status")
# What a header can carry.
_printable = re.compile(r"[ -~]+")
_extension = re.compile(r"[A-Za-z0-9]+")
_attributes = {"id", "source", "specversion", "type", "time", "subject", "datacontenttype", "dataschema", "data"}


def read_ping_source(document: Node, complaints: Complaints) -> PingSource:
    mapping(complaints, document, _document_fields)
    metadata = read_metadata(document, complaints, subdomain_rule)
    known = ("schedule", "timezone", "contentType", "data", "dataBase64", "sink", "ceOverrides")
    spec = _spec(document, known, complaints)
    schedule, timezone = text(complaints, spec, "schedule") or DEFAULT_SCHEDULE, text(complaints, spec, "timezone")
    try:
        parse(schedule, timezone)
    except ScheduleError as error:
        node = child(spec, "timezone" if error.about_timezone else "schedule")
        hint = 'minute, hour, day of month, month, day of week: "*/5 * * * *"; seconds may come before'
        complaints.add(node or spec, error.rule, hint="a name such as Europe/London" if error.about_timezone else hint)
    content_type = text(complaints, spec, "contentType")
    if content_type and not _printable.fullmatch(content_type):
        complaints.add(child(spec, "contentType") or spec, "must be printable ASCII")
    return PingSource(
        name=metadata.name,
        namespace=metadata.namespace,
        schedule=schedule,
        timezone=timezone,
        content_type=content_type,
        data=_data(spec, content_type, complaints),
        extensions=_extensions(spec, complaints),
        sink=read_sink(spec, metadata.namespace, complaints),
    )


def read_sink_binding(document: Node, complaints: Complaints) -> SinkBinding:
    mapping(complaints, document, _document_fields)
    metadata = read_metadata(document, complaints, subdomain_rule)
    spec = _spec(document, ("subject", "sink", "ceOverrides"), complaints)
    name, selector = _subject(spec, metadata.namespace, complaints)
    return SinkBinding(
        name=metadata.name,
        namespace=metadata.namespace,
        subject=name,
        selector=selector,
        extensions=_extensions(spec, complaints),
        sink=read_sink(spec, metadata.namespace, complaints),
    )


def _spec(document: Node, known: tuple[str, ...], complaints: Complaints) -> Node:
    """`spec`, an empty one in its place where it is missing: then what it must have is reported as missing."""
    spec = mapping(complaints, child(document, "spec"), known)
    return spec or Node(file=document.file, line=document.line, path="spec", value={})


def _data(spec: Node, content_type: str, complaints: Complaints) -> bytes | None:
    plain, encoded = child(spec, "data"), child(spec, "dataBase64")
    content = complaints.string(plain).encode()
    if encoded is not None and encoded.value != "":
        if content:
            complaints.add(encoded, "expected exactly one, got both: data, dataBase64", show_value=False)
            return None
        try:
            # A cluster takes line ends inside, and nothing else.
            packed = re.sub("[\r\n]", "", complaints.string(encoded))
            content = base64.b64decode(packed, validate=True)
        except (binascii.Error, ValueError):
            complaints.add(encoded, "must be base64", hint="data takes it as it is", show_value=False)
            return None
    if content and content_type == "application/json" and not _is_json_object(content):
        node = encoded or plain or spec
        complaints.add(node, "must be a JSON object, as contentType says application/json", show_value=False)
    return content or None


def _is_json_object(content: bytes) -> bool:
    try:
        return isinstance(json.loads(content), dict | None)
    except (ValueError, RecursionError):
        return False


def _extensions(spec: Node, complaints: Complaints) -> Mapping[str, str]:
    overrides = mapping(complaints, child(spec, "ceOverrides"), ("extensions",))
    node = child(overrides, "extensions")
    for key, value in (node.children if node else {}).items():
        if not _extension.fullmatch(key):
            rule = f'invalid key name "{key}": keys are expected to be alphanumeric'
            complaints.add(value, rule, show_value=False)
        elif key.lower() in _attributes:
            complaints.add(value, f"{key} is an attribute of the event itself, not an extension", show_value=False)
    return complaints.string_map(node) or EMPTY


def _subject(spec: Node, namespace: Namespace, complaints: Complaints) -> tuple[ServiceName | None, Mapping[str, str]]:
    node = mapping(complaints, child(spec, "subject"), ("apiVersion", "kind", "namespace", "name", "selector"))
    if node is None:
        if child(spec, "subject") is None:
            missing(complaints, spec, "subject")
        return None, EMPTY
    own = child(node, "namespace")
    if own and complaints.string(own, namespace) not in {"", namespace}:
        complaints.add(own, f"must be {namespace}, the namespace of the binding")
    check_kind(node, "a subject", complaints)
    name, selector = ServiceName(text(complaints, node, "name")), child(node, "selector")
    if bool(name) == (selector is not None):
        rule = f"expected exactly one, got {'both' if name else 'neither'}: selector, name"
        complaints.add(node, rule, show_value=False)
    if name and (rule_or_none := dns_1035_rule(name)):
        complaints.add(child(node, "name") or node, rule_or_none)
    if mapping(complaints, selector, ("matchLabels",)) is None:
        return name or None, EMPTY
    labels = read_labels(child(selector, "matchLabels"), complaints)
    if not labels and selector is not None:
        complaints.add(selector, "must name at least one label in matchLabels", show_value=False)
    return name or None, labels
