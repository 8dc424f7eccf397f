"""`delivery` of a Broker or a Trigger. Rules and words: Knative Eventing, `pkg/apis/duck/v1/delivery_types.go`."""

from typing import Literal

from knative.local.manifest.durations import parse_period_s
from knative.local.manifest.fields import LARGEST_INT, bounded, child, mapping, text
from knative.local.manifest.sinks import read_destination
from knative.local.model import Delivery, Namespace
from shared.yaml_documents import Complaints, Node

_known = ("deadLetterSink", "retry", "timeout", "backoffPolicy", "backoffDelay", "format")


def read_delivery(spec: Node | None, namespace: Namespace, complaints: Complaints) -> Delivery | None:
    """The delivery of a spec, None where it says nothing of it."""
    node = mapping(complaints, child(spec, "delivery"), _known, disallowed=("retryAfterMax",))
    if node is None:
        return None
    sink = child(node, "deadLetterSink")
    timeout = child(node, "timeout")
    timeout_s = _duration_s(node, "timeout", complaints) if timeout else None
    if timeout and timeout_s == 0:
        complaints.add(timeout, "invalid value: it must be more than nothing")
    return Delivery(
        retry=bounded(complaints, child(node, "retry"), 0, LARGEST_INT, 0),
        backoff_policy=_policy(node, complaints),
        backoff_delay_s=_duration_s(node, "backoffDelay", complaints),
        timeout_s=timeout_s,
        dead_letter_sink=read_destination(node, "deadLetterSink", namespace, complaints) if sink else None,
        format=_format(node, complaints),
    )


def _policy(node: Node, complaints: Complaints) -> Literal["linear", "exponential", ""]:
    match text(complaints, node, "backoffPolicy"):
        case "linear":
            return "linear"
        case "exponential":
            return "exponential"
        case "":
            return ""
        case other:
            complaints.add(
                child(node, "backoffPolicy") or node, f"invalid value: {other}", hint="linear or exponential"
            )
            return ""


def _format(node: Node, complaints: Complaints) -> Literal["json", "binary", ""]:
    match text(complaints, node, "format"):
        case "json":
            return "json"
        case "binary":
            return "binary"
        case "":
            return ""
        case other:
            complaints.add(child(node, "format") or node, f"invalid value: {other}", hint="json or binary")
            return ""


def _duration_s(node: Node, name: str, complaints: Complaints) -> float:
    value = text(complaints, node, name)
    if not value:
        return 0.0
    duration_s = parse_period_s(value)
    if duration_s is None or duration_s < 0:
        complaints.add(child(node, name) or node, f"invalid value: {value}", hint="ISO 8601, as PT0.2S or PT1M")
        return 0.0
    return duration_s
