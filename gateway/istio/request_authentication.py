"""Istio's RequestAuthentication: whose tokens are right. A token that is there must be; none is no error here."""

import re
from dataclasses import dataclass

from gateway.istio.metadata import Metadata, check_for_ingress_gateway, read_metadata, spec_of
from gateway.istio.values import items_of, require
from knative.local.model import Namespace, RouteName
from shared.yaml_documents import Complaints, Node

_jwks_uri = re.compile(r"http://([a-z0-9-]+)\.([a-z0-9-]+)\.svc\.cluster\.local(:80)?/\S*")


@dataclass(frozen=True, slots=True, kw_only=True)
class HeaderLocation:
    name: str
    prefix: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class JwtRule:
    """`jwks_route` serves the keys; `from_headers` and `from_params` empty: Authorization Bearer and access_token."""

    issuer: str
    audiences: tuple[str, ...]
    jwks_uri: str
    jwks_route: tuple[RouteName, Namespace] | None
    forward_original_token: bool
    from_headers: tuple[HeaderLocation, ...]
    from_params: tuple[str, ...]
    node: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestAuthentication:
    metadata: Metadata
    jwt_rules: tuple[JwtRule, ...]


def read_request_authentication(document: Node, complaints: Complaints) -> RequestAuthentication:
    metadata = read_metadata(document, complaints, api_version="security.istio.io/v1")
    check_for_ingress_gateway(document, ("spec", "selector", "matchLabels"), metadata, complaints)
    spec = spec_of(document, complaints, ("selector", "jwtRules"))
    return RequestAuthentication(
        metadata=metadata, jwt_rules=tuple(_read_rule(item, complaints) for item in items_of(spec, "jwtRules"))
    )


def _read_rule(node: Node, complaints: Complaints) -> JwtRule:
    known = ("issuer", "audiences", "jwksUri", "forwardOriginalToken", "fromHeaders", "fromParams")
    complaints.only(node, known)
    uri = require(node, "jwksUri", complaints)
    found = _jwks_uri.fullmatch(complaints.string(uri)) if uri else None
    if uri and isinstance(uri.value, str) and found is None:
        complaints.add(uri, "must be http://<service>.<namespace>.svc.cluster.local/<path>")
    audiences = complaints.strings(require(node, "audiences", complaints))
    if "audiences" in node.children and node.children["audiences"].value == []:
        complaints.add(node.children["audiences"], "must name an audience: without, a token meant for others is taken")
    return JwtRule(
        issuer=complaints.string(require(node, "issuer", complaints)),
        audiences=audiences,
        jwks_uri=str(uri.value) if uri else "",
        jwks_route=(RouteName(found[1]), Namespace(found[2])) if found else None,
        forward_original_token=complaints.boolean(node.get("forwardOriginalToken")),
        from_headers=tuple(_read_header(item, complaints) for item in items_of(node, "fromHeaders")),
        from_params=complaints.strings(node.get("fromParams")),
        node=node,
    )


def _read_header(node: Node, complaints: Complaints) -> HeaderLocation:
    complaints.only(node, ("name", "prefix"))
    return HeaderLocation(
        name=complaints.string(require(node, "name", complaints)), prefix=complaints.string(node.get("prefix"))
    )
