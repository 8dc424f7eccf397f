"""A Knative Route: its metadata; its traffic is read in `traffic`."""

from collections.abc import Mapping

from knative.local.autoscaler.go_values import SECOND_NS, parse_duration_ns
from knative.local.manifest.configuration import refuse_autoscaling, refuse_owner
from knative.local.manifest.fields import child, dns_1035_rule, mapping
from knative.local.manifest.metadata import Metadata, check_whole_seconds, read_metadata
from knative.local.manifest.traffic import read_traffic
from knative.local.model import Route, RouteName, ServiceName, TrafficTarget
from shared.yaml_documents import Complaints, Node

# Two spellings of one annotation; the first that is there counts.
ROLLOUT_DURATION = ("serving.knative.dev/rollout-duration", "serving.knative.dev/rolloutDuration")
VISIBILITY = "networking.knative.dev/visibility"


def read_route(document: Node, complaints: Complaints) -> Route:
    mapping(complaints, document, ("apiVersion", "kind", "metadata", "spec", "status"))
    metadata = read_metadata(document, complaints, dns_1035_rule)
    refuse_owner(document, complaints)
    check_metadata(document, complaints)
    mapping(complaints, child(document, "spec"), ("traffic",))
    return route(metadata, read_traffic(document, complaints, None))


def check_metadata(document: Node, complaints: Complaints) -> None:
    """What labels and annotations say of a Route, or of that of a Service."""
    refuse_autoscaling(document, complaints)
    for key in ROLLOUT_DURATION:
        check_whole_seconds(complaints, child(document, "metadata", "annotations"), key)
    node = child(document, "metadata", "labels", VISIBILITY)
    if node and node.value != "cluster-local":
        complaints.add(node, "expected cluster-local", hint="a Service without the label is reached from outside")


def route(metadata: Metadata, traffic: tuple[TrafficTarget, ...], service: ServiceName | None = None) -> Route:
    """The Route of some metadata, its own or that of the Service which makes it."""
    return Route(
        name=RouteName(metadata.name),
        namespace=metadata.namespace,
        traffic=traffic,
        service=service,
        cluster_local=metadata.labels.get(VISIBILITY) == "cluster-local",
        rollout_duration_s=_rollout_duration_s(metadata.annotations),
    )


def _rollout_duration_s(annotations: Mapping[str, str]) -> int:
    """0 where it is missing; what is no duration has been reported."""
    text = next((annotations[key] for key in ROLLOUT_DURATION if key in annotations), "")
    return (parse_duration_ns(text) or 0) // SECOND_NS
