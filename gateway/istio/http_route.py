"""One route of a VirtualService, in Knative's documented form for several services behind one host.

The path is matched, the authority is rewritten to the Service's own name, and knative-local-gateway is where it
goes. On one machine that hop is not made: the authority says which Service, and Envoy goes straight to its sockets.
"""

import re
from dataclasses import dataclass

from gateway.istio.cors_policy import CorsPolicy, read_cors_policy
from gateway.istio.retries import Retries, read_retries
from gateway.istio.values import StringMatch, items_of, read_duration_s, read_string_match, require
from knative.local.model import Namespace, ServiceName
from shared.yaml_documents import Complaints, Node

LOCAL_GATEWAY = "knative-local-gateway.istio-system.svc.cluster.local"
_authority = re.compile(r"([a-z0-9]([a-z0-9-]*[a-z0-9])?)\.([a-z0-9]([a-z0-9-]*[a-z0-9])?)\.svc\.cluster\.local")


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpMatch:
    uri: StringMatch
    method: StringMatch | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpRoute:
    """`timeout_s` None: the function's own. `node` is where the route stands, for checks against other manifests."""

    name: str
    matches: tuple[HttpMatch, ...]
    service: ServiceName
    namespace: Namespace
    authority: str
    timeout_s: float | None
    retries: Retries
    cors_policy: CorsPolicy | None
    node: Node


def read_http_route(node: Node, complaints: Complaints) -> HttpRoute | None:
    """A route, or None where so much is wrong with it that nothing else can be said about it."""
    complaints.only(node, ("name", "match", "rewrite", "route", "timeout", "retries", "corsPolicy"))
    name = complaints.string(require(node, "name", complaints))
    _check_destination(node, complaints)
    require(node, "match", complaints)
    matches = [_read_match(item, complaints) for item in items_of(node, "match")]
    timeout_s = read_duration_s(node.get("timeout"), complaints)
    retries = read_retries(node, complaints)
    cors = node.get("corsPolicy")
    cors_policy = read_cors_policy(cors, complaints) if cors else None
    authority = _read_authority(node, complaints)
    if authority is None:
        return None
    service, namespace = authority
    return HttpRoute(
        name=name,
        matches=tuple(match for match in matches if match),
        service=service,
        namespace=namespace,
        authority=f"{service}.{namespace}.svc.cluster.local",
        timeout_s=timeout_s,
        retries=retries,
        cors_policy=cors_policy,
        node=node,
    )


def _read_match(node: Node, complaints: Complaints) -> HttpMatch | None:
    complaints.only(node, ("uri", "method"))
    method = node.get("method")
    method_match = read_string_match(method, complaints) if method else None
    uri = require(node, "uri", complaints)
    uri_match = read_string_match(uri, complaints) if uri else None
    if uri and uri_match and uri_match.kind != "regex" and not uri_match.value.startswith("/"):
        complaints.add(uri.children[uri_match.kind], "must start with /")
    return HttpMatch(uri=uri_match, method=method_match) if uri_match else None


def _read_authority(node: Node, complaints: Complaints) -> tuple[ServiceName, Namespace] | None:
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
    return ServiceName(found[1]), Namespace(found[3])


def _check_destination(node: Node, complaints: Complaints) -> None:
    route = require(node, "route", complaints)
    if route is None:
        return
    if len(route.items) != 1:
        rule = "must have one destination: traffic is split in the Knative Service, by its revisions"
        complaints.add(route, rule, show_value=False)
    for item in route.items:
        complaints.only(item, ("destination",))
        if (destination := require(item, "destination", complaints)) is None:
            continue
        complaints.only(destination, ("host", "port"))
        host = require(destination, "host", complaints)
        if host and host.value != LOCAL_GATEWAY:
            complaints.add(host, f"must be {LOCAL_GATEWAY}", hint="the function's name goes into rewrite.authority")
        port = destination.get("port", "number")
        if port and port.value != 80:
            complaints.add(port, "must be 80, where knative-local-gateway listens")
