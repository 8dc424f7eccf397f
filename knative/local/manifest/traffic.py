"""`spec.traffic` of a Service or a Route: which revisions, or latest revisions of Configurations, have which share."""

from collections.abc import Sequence

from knative.local.manifest.fields import (
    absent,
    bounded,
    child,
    dns_1035_rule,
    is_qualified_name,
    mapping,
    sequence,
    text,
)
from knative.local.model import ConfigurationName, RevisionName, TrafficTarget
from shared.yaml_documents import Complaints, Node

_ONE_OF = ("configurationName", "revisionName")


def read_traffic(
    document: Node, complaints: Complaints, configuration: ConfigurationName | None
) -> tuple[TrafficTarget, ...]:
    """The targets of a document's spec, whose percents sum to 100.

    Args:
        configuration: of the Service whose traffic it is: no other may be named, and without a word it has it all.
            None: it is a Route's, and each target says where it leads.
    """
    node = child(document, "spec", "traffic")
    items = sequence(complaints, node)
    if configuration and not items:
        return (TrafficTarget(percent=100, configuration=configuration),)
    before = len(complaints.problems)
    targets = [_target(item, complaints, configuration) for item in items]
    _check_tags(items, targets, complaints)
    total = sum(target.percent for target in targets)
    if total != 100 and len(complaints.problems) == before:
        where = node or absent(document, "spec.traffic")
        complaints.add(where, f"Traffic targets sum to {total}, want 100", show_value=False)
    return tuple(targets)


def _check_tags(items: Sequence[Node], targets: Sequence[TrafficTarget], complaints: Complaints) -> None:
    tags: dict[str, Node] = {}
    for item, target in zip(items, targets, strict=True):
        if target.tag is None:
            continue
        tag = child(item, "tag") or item
        if (first := tags.setdefault(target.tag, tag)) is not tag:
            for each in (first, tag):
                complaints.add(each, f'Multiple definitions for "{target.tag}"')
        elif rule := dns_1035_rule(target.tag):
            complaints.add(tag, rule)


def _target(node: Node, complaints: Complaints, configuration: ConfigurationName | None) -> TrafficTarget:
    known = ("percent", "revisionName", "latestRevision", "tag", *(() if configuration else ("configurationName",)))
    mapping(complaints, node, known, disallowed=("configurationName", "url") if configuration else ("url",))
    revision = text(complaints, node, "revisionName")
    named = "" if configuration else text(complaints, node, "configurationName")
    if not configuration and bool(revision) == bool(named):
        for key in _ONE_OF:
            rule = f"expected exactly one, got {'both' if revision else 'neither'}"
            complaints.add(child(node, key) or absent(node, key), rule, show_value=False)
    for key, value in (("revisionName", revision), ("configurationName", named)):
        if value and not is_qualified_name(value):
            complaints.add(child(node, key) or node, f'invalid key name "{value}"')
    latest = child(node, "latestRevision")
    is_latest = complaints.boolean(latest, not revision)
    if latest and isinstance(latest.value, bool) and is_latest == bool(revision):
        rule = f'may not set revisionName "{revision}" when latestRevision is {str(is_latest).lower()}'
        complaints.add(latest, rule, show_value=False)
    return TrafficTarget(
        percent=bounded(complaints, child(node, "percent"), 0, 100, 0),
        configuration=None if revision else configuration or ConfigurationName(named),
        revision=RevisionName(revision) if revision else None,
        tag=text(complaints, node, "tag") or None,
    )
