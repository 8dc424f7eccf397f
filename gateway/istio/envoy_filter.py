"""Istio's EnvoyFilter: what Envoy can do and Istio's own kinds cannot say, as patches of Envoy's configuration.

Honoured: HTTP_FILTER with INSERT_FIRST, INSERT_BEFORE and INSERT_AFTER; MERGE of NETWORK_FILTER (the HTTP connection
manager), ROUTE_CONFIGURATION, VIRTUAL_HOST, HTTP_ROUTE and CLUSTER. `gateway.envoy.patch` applies them.
"""

import re
from dataclasses import dataclass
from typing import Literal

from gateway.istio.metadata import Metadata, check_for_ingress_gateway, read_metadata, spec_of
from gateway.istio.values import items_of, require
from shared.yaml_documents import Complaints, Node

ApplyTo = Literal["HTTP_FILTER", "NETWORK_FILTER", "ROUTE_CONFIGURATION", "VIRTUAL_HOST", "HTTP_ROUTE", "CLUSTER"]
Operation = Literal["MERGE", "INSERT_FIRST", "INSERT_BEFORE", "INSERT_AFTER"]

CONNECTION_MANAGER = "envoy.filters.network.http_connection_manager"
_insertions = ("INSERT_FIRST", "INSERT_BEFORE", "INSERT_AFTER")
_operations: dict[str, tuple[str, ...]] = {
    "HTTP_FILTER": _insertions,
    "NETWORK_FILTER": ("MERGE",),
    "ROUTE_CONFIGURATION": ("MERGE",),
    "VIRTUAL_HOST": ("MERGE",),
    "HTTP_ROUTE": ("MERGE",),
    "CLUSTER": ("MERGE",),
}
_camel_case = re.compile(r"[a-z]+([A-Z][a-z0-9]*)+")


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigPatch:
    """One patch. Of the names it matches, an empty one matches all; `port` 0 is any port.

    `value` is Envoy's own configuration, in snake case. `node` is where the patch stands.
    """

    apply_to: ApplyTo
    operation: Operation
    value: dict[str, object]
    node: Node
    sub_filter: str = ""
    port: int = 0
    virtual_host: str = ""
    route: str = ""
    cluster: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvoyFilter:
    metadata: Metadata
    priority: int
    patches: tuple[ConfigPatch, ...]


def read_envoy_filter(document: Node, complaints: Complaints) -> EnvoyFilter:
    metadata = read_metadata(document, complaints, api_version="networking.istio.io/v1alpha3")
    check_for_ingress_gateway(document, ("spec", "workloadSelector", "labels"), metadata, complaints)
    spec = spec_of(document, complaints, ("workloadSelector", "priority", "configPatches"))
    patches = [_read_patch(item, complaints) for item in items_of(spec, "configPatches")]
    return EnvoyFilter(
        metadata=metadata,
        priority=complaints.integer(spec.get("priority")),
        patches=tuple(patch for patch in patches if patch),
    )


def _read_patch(node: Node, complaints: Complaints) -> ConfigPatch | None:
    complaints.only(node, ("applyTo", "match", "patch"))
    apply_to = require(node, "applyTo", complaints)
    patch = require(node, "patch", complaints)
    if apply_to is None or patch is None:
        return None
    if apply_to.value not in _operations:
        complaints.add(apply_to, f"must be one of {', '.join(_operations)}: no other is honoured here")
        return None
    complaints.only(patch, ("operation", "value"))
    operation = require(patch, "operation", complaints)
    allowed = _operations[str(apply_to.value)]
    if operation and operation.value not in allowed:
        complaints.add(operation, f"must be {' or '.join(allowed)} for {apply_to.value}")
    value = require(patch, "value", complaints)
    if value and not isinstance(value.value, dict):
        complaints.add(value, "must be a mapping")
    if operation is None or operation.value not in allowed or value is None or not isinstance(value.value, dict):
        return None
    _check_keys(value, complaints)
    if apply_to.value == "HTTP_FILTER":
        _check_http_filter(value, complaints)
    return _read_match(node, str(apply_to.value), str(operation.value), value.value, complaints)


def _read_match(
    node: Node, apply_to: str, operation: str, value: dict[str, object], complaints: Complaints
) -> ConfigPatch:
    match = node.get("match") or Node(file=node.file, line=node.line, path=f"{node.path}.match", value={})
    part = {"HTTP_FILTER": "listener", "NETWORK_FILTER": "listener", "CLUSTER": "cluster"}.get(
        apply_to, "routeConfiguration"
    )
    complaints.only(match, ("context", part))
    context = require(match, "context", complaints)
    if context and context.value != "GATEWAY":
        complaints.add(context, "must be GATEWAY: there are no sidecars here")
    if listener := match.get("listener"):
        complaints.only(listener, ("filterChain",))
    if chain := match.get("listener", "filterChain"):
        complaints.only(chain, ("filter",))
    if network_filter := match.get("listener", "filterChain", "filter"):
        complaints.only(network_filter, ("name", "subFilter") if apply_to == "HTTP_FILTER" else ("name",))
    name = match.get("listener", "filterChain", "filter", "name")
    if part == "listener" and (name is None or name.value != CONNECTION_MANAGER):
        complaints.add(name or match, f"must match the filter {CONNECTION_MANAGER}", show_value=name is not None)
    sub_filter = match.text("listener", "filterChain", "filter", "subFilter", "name")
    if operation == "INSERT_AFTER" and not sub_filter:
        complaints.add(match, "must name a subFilter to insert after", show_value=False)
    if routes := match.get("routeConfiguration"):
        known = ("portNumber",) if apply_to == "ROUTE_CONFIGURATION" else ("portNumber", "vhost")
        complaints.only(routes, known)
    if host := match.get("routeConfiguration", "vhost"):
        complaints.only(host, ("name", "route") if apply_to == "HTTP_ROUTE" else ("name",))
    if route := match.get("routeConfiguration", "vhost", "route"):
        complaints.only(route, ("name",))
    if cluster := match.get("cluster"):
        complaints.only(cluster, ("service",))
    return ConfigPatch(
        apply_to=apply_to,  # type: ignore[arg-type] # both were looked up in _operations
        operation=operation,  # type: ignore[arg-type]
        value=value,
        node=node,
        sub_filter=sub_filter,
        port=complaints.integer(match.get("routeConfiguration", "portNumber")),
        virtual_host=match.text("routeConfiguration", "vhost", "name"),
        route=match.text("routeConfiguration", "vhost", "route", "name"),
        cluster=match.text("cluster", "service"),
    )


def _check_http_filter(value: Node, complaints: Complaints) -> None:
    complaints.only(value, ("name", "typed_config", "disabled"))
    complaints.string(require(value, "name", complaints))
    if (config := require(value, "typed_config", complaints)) and config.get("@type") is None:
        complaints.add(config, '"@type" is missing', show_value=False)


def _check_keys(node: Node, complaints: Complaints) -> None:
    """Envoy takes typedConfig and typed_config; merging needs one spelling, and Envoy's documents use the second."""
    for key, child in node.children.items():
        if _camel_case.fullmatch(key):
            snake = re.sub(r"([A-Z])", lambda found: "_" + found[1].lower(), key)
            complaints.add(child, "must be written in snake case", hint=f"write {snake}", show_value=False)
        if key not in {"json_format", "typed_per_filter_config"}:
            _check_keys(child, complaints)
    for item in node.items:
        _check_keys(item, complaints)
