"""Istio's AuthorizationPolicy: which requests are denied, or alone allowed, by who asks for what."""

import re
from dataclasses import dataclass
from typing import Literal

from gateway.istio.metadata import Metadata, check_for_ingress_gateway, read_metadata, spec_of
from gateway.istio.values import items_of, require
from shared.yaml_documents import Complaints, Node

_claim_key = re.compile(r"request\.auth\.claims((?:\[[^\[\]]+\])+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Values:
    """Any of `values`, and none of `not_values`; both empty: whatever."""

    values: tuple[str, ...] = ()
    not_values: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.values or self.not_values)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Who asks: `request_principals` are `<issuer>/<subject>` of a checked token."""

    request_principals: Values


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    paths: Values
    methods: Values
    hosts: Values


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """What a claim of the checked token says; `claim` is its path of keys."""

    claim: tuple[str, ...]
    values: Values


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Any of `sources` (if any), any of `operations` (if any), and all of `conditions`."""

    sources: tuple[Source, ...]
    operations: tuple[Operation, ...]
    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorizationPolicy:
    metadata: Metadata
    action: Literal["ALLOW", "DENY"]
    rules: tuple[Rule, ...]


def read_authorization_policy(document: Node, complaints: Complaints) -> AuthorizationPolicy:
    metadata = read_metadata(document, complaints, api_version="security.istio.io/v1")
    check_for_ingress_gateway(document, ("spec", "selector", "matchLabels"), metadata, complaints)
    spec = spec_of(document, complaints, ("selector", "action", "rules"))
    action = spec.get("action")
    if action and action.value not in {"ALLOW", "DENY"}:
        complaints.add(action, "must be ALLOW or DENY")
    return AuthorizationPolicy(
        metadata=metadata,
        action="DENY" if action and action.value == "DENY" else "ALLOW",
        rules=tuple(_read_rule(item, complaints) for item in items_of(spec, "rules")),
    )


def _read_rule(node: Node, complaints: Complaints) -> Rule:
    complaints.only(node, ("from", "to", "when"))
    sources = [_read_source(item, complaints) for item in items_of(node, "from")]
    operations = [_read_operation(item, complaints) for item in items_of(node, "to")]
    conditions = [_read_condition(item, complaints) for item in items_of(node, "when")]
    return Rule(
        sources=tuple(sources),
        operations=tuple(operations),
        conditions=tuple(condition for condition in conditions if condition),
    )


def _read_source(node: Node, complaints: Complaints) -> Source:
    complaints.only(node, ("source",))
    source = require(node, "source", complaints) or node
    complaints.only(source, ("requestPrincipals", "notRequestPrincipals"))
    principals = _values(source, "requestPrincipals", "notRequestPrincipals", complaints)
    for key in ("requestPrincipals", "notRequestPrincipals"):
        for item in items_of(source, key):
            text = str(item.value)
            if text != "*" and ("/" not in text or "*" in text.removesuffix("/*")):
                complaints.add(item, 'must be "*", "<issuer>/*" or "<issuer>/<subject>"')
    return Source(request_principals=principals)


def _read_operation(node: Node, complaints: Complaints) -> Operation:
    complaints.only(node, ("operation",))
    operation = require(node, "operation", complaints) or node
    complaints.only(operation, ("paths", "notPaths", "methods", "notMethods", "hosts", "notHosts"))
    for key in ("paths", "notPaths"):
        for item in items_of(operation, key):
            if "*" in str(item.value).removeprefix("*").removesuffix("*") or "{" in str(item.value):
                complaints.add(item, "must have its * at the start or at the end")
    return Operation(
        paths=_values(operation, "paths", "notPaths", complaints),
        methods=_values(operation, "methods", "notMethods", complaints),
        hosts=_values(operation, "hosts", "notHosts", complaints),
    )


def _read_condition(node: Node, complaints: Complaints) -> Condition | None:
    complaints.only(node, ("key", "values", "notValues"))
    key = require(node, "key", complaints)
    found = _claim_key.fullmatch(complaints.string(key)) if key else None
    values = _values(node, "values", "notValues", complaints)
    if key and found is None:
        complaints.add(key, "must be request.auth.claims[<claim>]")
    if not values:
        complaints.add(node, "must have values or notValues", show_value=False)
    return Condition(claim=tuple(found[1][1:-1].split("][")), values=values) if found else None


def _values(node: Node, key: str, not_key: str, complaints: Complaints) -> Values:
    return Values(values=complaints.strings(node.get(key)), not_values=complaints.strings(node.get(not_key)))
