"""A Knative Service: its metadata and its traffic; the template is read in `template`."""

from collections.abc import Mapping

from knative.local.autoscaler.annotations import PREFIX as AUTOSCALING
from knative.local.autoscaler.defaults import Defaults
from knative.local.autoscaler.go_values import SECOND_NS, parse_duration_ns
from knative.local.manifest.fields import (
    bounded,
    child,
    dns_1035_rule,
    is_qualified_name,
    mapping,
    missing,
    sequence,
    text,
)
from knative.local.manifest.metadata import check_whole_seconds, read_metadata
from knative.local.manifest.template import read_template
from knative.local.model import RevisionName, Service, ServiceName, TrafficTarget
from shared.yaml_documents import Complaints, Node

# Two spellings of one annotation; the first that is there counts.
ROLLOUT_DURATION = ("serving.knative.dev/rollout-duration", "serving.knative.dev/rolloutDuration")


def read_service(document: Node, complaints: Complaints, autoscaler_defaults: Defaults) -> Service:
    mapping(complaints, document, ("apiVersion", "kind", "metadata", "spec", "status"))
    metadata = read_metadata(document, complaints, dns_1035_rule)
    _check_annotations(child(document, "metadata", "annotations"), complaints)
    _check_visibility(child(document, "metadata", "labels"), complaints)
    spec = mapping(complaints, child(document, "spec"), ("template", "traffic"))
    if spec is None and child(document, "spec") is None:
        missing(complaints, document, "spec.template.spec.containers")
    return Service(
        name=ServiceName(metadata.name),
        namespace=metadata.namespace,
        template=read_template(spec, metadata.name, complaints, autoscaler_defaults),
        traffic=_traffic(child(spec, "traffic"), complaints),
        annotations=metadata.annotations,
        labels=metadata.labels,
        rollout_duration_s=_rollout_duration_s(metadata.annotations),
    )


def _check_annotations(node: Node | None, complaints: Complaints) -> None:
    for key, value in (node.children if node else {}).items():
        if key.startswith(AUTOSCALING):
            hint = 'autoscaling annotations must be put under "spec.template.metadata.annotations" to work'
            complaints.add(value, f'invalid key name "{key}"', hint=hint)
    for key in ROLLOUT_DURATION:
        check_whole_seconds(complaints, node, key)


def _rollout_duration_s(annotations: Mapping[str, str]) -> int:
    """0 where it is missing; what is no duration has been reported."""
    text = next((annotations[key] for key in ROLLOUT_DURATION if key in annotations), "")
    return (parse_duration_ns(text) or 0) // SECOND_NS


def _check_visibility(labels: Node | None, complaints: Complaints) -> None:
    node = child(labels, "networking.knative.dev/visibility")
    if node and node.value != "cluster-local":
        complaints.add(node, "expected cluster-local", hint="a Service without the label is reached from outside")


def _traffic(node: Node | None, complaints: Complaints) -> tuple[TrafficTarget, ...]:
    items = sequence(complaints, node)
    if node is None or not items:
        return (TrafficTarget(percent=100),)
    targets: list[TrafficTarget] = []
    tags: dict[str, Node] = {}
    before = len(complaints.problems)
    for item in items:
        target = _target(item, complaints)
        targets.append(target)
        if target.tag is None:
            continue
        tag = child(item, "tag") or item
        if (first := tags.setdefault(target.tag, tag)) is not tag:
            for each in (first, tag):
                complaints.add(each, f'Multiple definitions for "{target.tag}"')
        elif rule := dns_1035_rule(target.tag):
            complaints.add(tag, rule)
    total = sum(target.percent for target in targets)
    if total != 100 and len(complaints.problems) == before:
        complaints.add(node, f"Traffic targets sum to {total}, want 100", show_value=False)
    return tuple(targets)


def _target(node: Node, complaints: Complaints) -> TrafficTarget:
    known = ("percent", "revisionName", "latestRevision", "tag")
    mapping(complaints, node, known, disallowed=("configurationName", "url"))
    revision = text(complaints, node, "revisionName")
    if revision and not is_qualified_name(revision):
        complaints.add(child(node, "revisionName") or node, f'invalid key name "{revision}"')
    latest = child(node, "latestRevision")
    is_latest = complaints.boolean(latest, not revision)
    if latest and isinstance(latest.value, bool) and is_latest == bool(revision):
        rule = f'may not set revisionName "{revision}" when latestRevision is {str(is_latest).lower()}'
        complaints.add(latest, rule, show_value=False)
    return TrafficTarget(
        percent=bounded(complaints, child(node, "percent"), 0, 100, 0),
        revision=RevisionName(revision) if revision else None,
        tag=text(complaints, node, "tag") or None,
    )
