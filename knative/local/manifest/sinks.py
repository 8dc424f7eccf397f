"""Where events go: `sink`, `subscriber` and `deadLetterSink`, each a Knative Service, a Broker or a URI."""

import re
from urllib.parse import urlsplit

from knative.local.manifest.fields import child, mapping, missing, required_text, text
from knative.local.model import BrokerName, Namespace, ServiceName, Sink
from shared.yaml_documents import Complaints, Node

# What a line of a request can carry.
_address = re.compile(r"[!-~]+")
_words = {"sink": "sink", "subscriber": "subscriber", "deadLetterSink": "dead letter sink"}


def read_sink(spec: Node, namespace: Namespace, complaints: Complaints) -> Sink:
    """The sink of a source's spec."""
    return read_destination(spec, "sink", namespace, complaints)


def read_destination(parent: Node, name: str, namespace: Namespace, complaints: Complaints) -> Sink:
    """A destination that must be there; what it refers to without a namespace is in `namespace`."""
    node = mapping(complaints, child(parent, name), ("ref", "uri"))
    if node is None:
        if child(parent, name) is None:
            missing(complaints, parent, name)
        return Sink()
    uri, ref = text(complaints, node, "uri"), child(node, "ref")
    if not uri and ref is None:
        complaints.add(node, "expected at least one, got none: ref, uri", show_value=False)
    if uri:
        _check_uri(child(node, "uri") or node, uri, ref is not None, complaints)
    if mapping(complaints, ref, ("apiVersion", "kind", "name", "namespace")) is None or ref is None:
        return Sink(uri=uri)
    own = Namespace(text(complaints, ref, "namespace") or namespace)
    if (text(complaints, ref, "apiVersion"), text(complaints, ref, "kind")) == ("eventing.knative.dev/v1", "Broker"):
        return Sink(broker=BrokerName(required_text(complaints, ref, "name")), namespace=own, uri=uri)
    check_kind(ref, f"a {_words[name]}", complaints, ("eventing.knative.dev/v1", "Broker"))
    return Sink(service=ServiceName(required_text(complaints, ref, "name")), namespace=own, uri=uri)


def _check_uri(node: Node, uri: str, beside_ref: bool, complaints: Complaints) -> None:
    try:
        parts = urlsplit(uri)
        is_absolute, is_whole = bool(parts.scheme), bool(parts.hostname) and parts.port != 0
    except ValueError:
        complaints.add(node, "must be a URI")
        return
    if not _address.fullmatch(uri):
        complaints.add(node, "must be a URI", hint="what is no printable ASCII is written as %20 and the like")
    elif beside_ref and (is_absolute or parts.netloc):
        complaints.add(node, "Absolute URI is not allowed when Ref or [apiVersion, kind, name] is present")
    elif not beside_ref and not (is_absolute and is_whole):
        complaints.add(node, "Relative URI is not allowed when Ref and [apiVersion, kind, name] is absent")
    elif not beside_ref and parts.scheme != "http":
        complaints.add(node, f"{parts.scheme} to a sink is not honoured here", hint="http, or a ref to a Service")


def check_kind(reference: Node, what: str, complaints: Complaints, *others: tuple[str, str]) -> None:
    """Refuse a reference to what is no Knative Service, and of no other kind; `what` is the role in which it stands."""
    version, kind = (required_text(complaints, reference, key) for key in ("apiVersion", "kind"))
    if version and kind and (version, kind) not in (("serving.knative.dev/v1", "Service"), *others):
        rule = f"{what} of kind {kind} ({version}) is not honoured here"
        hint = "a Service of serving.knative.dev/v1 is" + "".join(
            f", and a {other} of {of_version}" for of_version, other in others
        )
        complaints.add(child(reference, "kind") or reference, rule, hint=hint, show_value=False)
