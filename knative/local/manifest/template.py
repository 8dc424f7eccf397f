"""`spec.template` of a Service or a Configuration: what a revision is made from, around its container."""

from knative.local.autoscaler import annotations as autoscaling
from knative.local.autoscaler.defaults import Defaults
from knative.local.manifest.container import read_container
from knative.local.manifest.fields import (
    bounded,
    child,
    dns_1035_rule,
    is_dns_1123_subdomain,
    mapping,
    missing,
    sequence,
    text,
)
from knative.local.manifest.metadata import check_whole_seconds, read_annotations, read_labels
from knative.local.manifest.volumes import check_volumes
from knative.local.model import Container, RevisionTemplate
from shared.yaml_documents import Complaints, Node

TIMEOUT_MAX_S = 600
# What a revision has that says nothing, and the start of its answer.
TIMEOUT_S = 300
CONCURRENCY_MAX = 1000

_fields = (
    "automountServiceAccountToken",
    "containerConcurrency",
    "containers",
    "enableServiceLinks",
    "idleTimeoutSeconds",
    "imagePullSecrets",
    "responseStartTimeoutSeconds",
    "serviceAccountName",
    "timeoutSeconds",
    "volumes",
)
# Of a pod, and not of a Knative revision unless a feature flag of the cluster says so.
_disallowed = (
    "activeDeadlineSeconds", "affinity", "dnsConfig", "dnsPolicy", "ephemeralContainers", "hostAliases", "hostIPC",
    "hostNetwork", "hostPID", "hostname", "initContainers", "nodeName", "nodeSelector", "overhead",
    "preemptionPolicy", "priority", "priorityClassName", "readinessGates", "restartPolicy", "runtimeClassName",
    "schedulerName", "securityContext", "setHostnameAsFQDN", "shareProcessNamespace", "subdomain",
    "terminationGracePeriodSeconds", "tolerations", "topologySpreadConstraints",
)  # fmt: skip


def read_template(
    owner_spec: Node | None, owner_name: str, complaints: Complaints, autoscaler_defaults: Defaults
) -> RevisionTemplate:
    """The template of an owner's spec, with Knative's defaults for what it leaves out."""
    template = mapping(complaints, child(owner_spec, "template"), ("metadata", "spec"))
    metadata = mapping(complaints, child(template, "metadata"), ("name", "labels", "annotations", "creationTimestamp"))
    annotations = child(metadata, "annotations")
    spec = mapping(complaints, child(template, "spec"), _fields, _disallowed)
    if spec is None and child(template, "spec") is None and owner_spec is not None:
        missing(complaints, template or owner_spec, "spec.containers" if template else "template.spec.containers")
    timeout_s = bounded(complaints, child(spec, "timeoutSeconds"), 0, TIMEOUT_MAX_S, TIMEOUT_S) or TIMEOUT_S
    _check_pod(spec, complaints)
    return RevisionTemplate(
        container=_container(spec, complaints),
        name=_name(metadata, owner_name, complaints),
        container_concurrency=bounded(complaints, child(spec, "containerConcurrency"), 0, CONCURRENCY_MAX, 0),
        timeout_s=float(timeout_s),
        response_start_timeout_s=_response_start_timeout_s(spec, complaints, timeout_s),
        idle_timeout_s=float(bounded(complaints, child(spec, "idleTimeoutSeconds"), 0, TIMEOUT_MAX_S, 0)),
        annotations=_annotations(annotations, complaints, autoscaler_defaults),
        labels=read_labels(child(metadata, "labels"), complaints),
    )


def _name(metadata: Node | None, owner_name: str, complaints: Complaints) -> str | None:
    name = text(complaints, metadata, "name")
    if not name or metadata is None:
        return None
    node = child(metadata, "name") or metadata
    if rule := dns_1035_rule(name):
        complaints.add(node, rule)
    elif not name.startswith(f"{owner_name}-"):
        complaints.add(node, f'invalid value: "{name}" must have prefix "{owner_name}-"')
    return name


def _annotations(node: Node | None, complaints: Complaints, defaults: Defaults) -> dict[str, str]:
    annotations = read_annotations(node, complaints)
    if node is not None:
        for mistake in autoscaling.check(
            annotations,
            allow_zero_initial_scale=defaults.allow_zero_initial_scale,
            max_scale_limit=defaults.max_scale_limit,
        ):
            complaints.add(node.children[mistake.key], mistake.rule, hint=mistake.hint)
        check_whole_seconds(complaints, node, "serving.knative.dev/progress-deadline")
    return annotations


def _response_start_timeout_s(spec: Node | None, complaints: Complaints, timeout_s: int) -> float:
    """0 where the timeout bounds the start as well. A longer timeout does not lengthen Knative's default for it."""
    start_s = bounded(complaints, child(spec, "responseStartTimeoutSeconds"), 0, TIMEOUT_MAX_S, TIMEOUT_S)
    return float(start_s) if start_s < timeout_s else 0.0


def _check_pod(spec: Node | None, complaints: Complaints) -> None:
    account = child(spec, "serviceAccountName")
    account_name = complaints.string(account)
    if account and account_name and not is_dns_1123_subdomain(account_name):
        complaints.add(account, f"invalid value: {account_name}")
    complaints.boolean(child(spec, "enableServiceLinks"))
    token = child(spec, "automountServiceAccountToken")
    if token and complaints.boolean(token):
        complaints.add(token, "must not set the field(s)", hint="only false may be set")
    for secret in sequence(complaints, child(spec, "imagePullSecrets")):
        text(complaints, mapping(complaints, secret, ("name",)), "name")
    check_volumes(spec, complaints)


def _container(spec: Node | None, complaints: Complaints) -> Container:
    containers = child(spec, "containers")
    items = sequence(complaints, containers)
    if spec is None:
        return Container(image="")
    if not items:
        if containers is None or containers.value == []:
            missing(complaints, spec, "containers")
        return Container(image="")
    if len(items) > 1 and containers is not None:
        complaints.add(
            containers,
            f"one container is honoured here, found {len(items)}",
            hint="a sidecar has no pod to share here: make it a Service of its own",
            show_value=False,
        )
    return read_container(items[0], complaints)
