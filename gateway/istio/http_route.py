"""One route of a VirtualService, in Knative's documented form for several services behind one host.

The path is matched, the authority is rewritten to the Service's own name, and knative-local-gateway is where it
goes. On one machine that hop is not made: the authority says which Service, and Envoy goes straight to its sockets.

A route may also lead to the host of a ServiceEntry, outside of the mesh; its path may then be rewritten.
"""

import re
from dataclasses import dataclass

from gateway.istio.cors_policy import CorsPolicy, read_cors_policy
from gateway.istio.header_operations import HeaderOperations, read_header_operations
from gateway.istio.http_match import HttpMatch, read_http_match
from gateway.istio.retries import Retries, read_retries
from gateway.istio.values import items_of, read_duration_s, read_regex, require
from knative.local.model import Namespace, RouteName
from shared.yaml_documents import Complaints, Node

LOCAL_GATEWAY = "knative-local-gateway.istio-system.svc.cluster.local"
_authority = re.compile(r"([a-z0-9]([a-z0-9-]*[a-z0-9])?)\.([a-z0-9]([a-z0-9-]*[a-z0-9])?)\.svc\.cluster\.local")


@dataclass(frozen=True, slots=True, kw_only=True)
class KnativeRoute:
    """Where a route leads that goes to a function."""

    name: RouteName
    namespace: Namespace

    @property
    def authority(self) -> str:
        return f"{self.name}.{self.namespace}.svc.cluster.local"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExternalHost:
    """Where a route leads that leaves the mesh: a ServiceEntry's host, under the path that the pattern makes of it."""

    host: str
    path_pattern: str | None = None
    path_substitution: str = ""

    @property
    def authority(self) -> str:
        return self.host


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpRoute:
    """`timeout_s` None: the function's own. `node` is where the route stands, for checks against other manifests."""

    name: str
    matches: tuple[HttpMatch, ...]
    destination: KnativeRoute | ExternalHost
    timeout_s: float | None
    retries: Retries
    cors_policy: CorsPolicy | None
    headers: HeaderOperations
    node: Node


def read_http_route(node: Node, complaints: Complaints) -> HttpRoute | None:
    """A route, or None where so much is wrong with it that nothing else can be said about it."""
    complaints.only(node, ("name", "match", "rewrite", "route", "timeout", "retries", "headers", "corsPolicy"))
    name = complaints.string(require(node, "name", complaints))
    host = _read_host(node, complaints)
    require(node, "match", complaints)
    matches = [read_http_match(item, complaints) for item in items_of(node, "match")]
    timeout_s = read_duration_s(node.get("timeout"), complaints)
    retries = read_retries(node, complaints)
    cors = node.get("corsPolicy")
    cors_policy = read_cors_policy(cors, complaints) if cors else None
    headers = read_header_operations(node.get("headers"), complaints)
    destination = _read_service(node, complaints) if host == LOCAL_GATEWAY else _read_external(node, host, complaints)
    if destination is None:
        return None
    return HttpRoute(
        name=name,
        matches=tuple(match for match in matches if match),
        destination=destination,
        timeout_s=timeout_s,
        retries=retries,
        cors_policy=cors_policy,
        headers=headers,
        node=node,
    )


def _read_external(node: Node, host: str, complaints: Complaints) -> ExternalHost | None:
    if not host:
        return None
    if (rewrite := node.get("rewrite")) is None:
        return ExternalHost(host=host)
    complaints.only(rewrite, ("authority", "uriRegexRewrite"))
    authority = rewrite.get("authority")
    if authority and authority.value != host:
        complaints.add(authority, f"must be {host}, where the route leads, or left out")
    if (path := rewrite.get("uriRegexRewrite")) is None:
        return ExternalHost(host=host)
    complaints.only(path, ("match", "rewrite"))
    pattern = require(path, "match", complaints)
    return ExternalHost(
        host=host,
        path_pattern=read_regex(pattern, complaints) if pattern else None,
        path_substitution=complaints.string(require(path, "rewrite", complaints)),
    )


def _read_service(node: Node, complaints: Complaints) -> KnativeRoute | None:
    rewrite = require(node, "rewrite", complaints)
    if rewrite is None:
        return None
    complaints.only(rewrite, ("authority",))
    authority = require(rewrite, "authority", complaints)
    found = _authority.fullmatch(complaints.string(authority)) if authority else None
    if found is None:
        if authority and isinstance(authority.value, str):
            complaints.add(authority, "must be <service>.<namespace>.svc.cluster.local")
        return None
    return KnativeRoute(name=RouteName(found[1]), namespace=Namespace(found[3]))


def _read_host(node: Node, complaints: Complaints) -> str:
    """Where the route leads. What is left open is a function's: most are."""
    route = require(node, "route", complaints)
    if route is None:
        return LOCAL_GATEWAY
    found = LOCAL_GATEWAY
    if len(route.items) != 1:
        rule = "must have one destination: traffic is split in the Knative Service, by its revisions"
        complaints.add(route, rule, show_value=False)
    for item in route.items:
        complaints.only(item, ("destination",))
        if (destination := require(item, "destination", complaints)) is None:
            continue
        complaints.only(destination, ("host", "port"))
        found = complaints.string(require(destination, "host", complaints)) or LOCAL_GATEWAY
        port = destination.get("port", "number")
        if found == LOCAL_GATEWAY and port and port.value != 80:
            complaints.add(port, "must be 80, where knative-local-gateway listens")
    return found
