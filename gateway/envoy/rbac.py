"""The filters that allow and deny, from the AuthorizationPolicies: those that deny come first, as in Istio."""

from collections.abc import Callable, Sequence
from typing import Literal

from gateway.envoy import jwt_authn
from gateway.envoy.resource import Resource, extension
from gateway.envoy.string_matcher import pattern_matcher
from gateway.istio import Mesh
from gateway.istio.authorization_policy import AuthorizationPolicy, Condition, Operation, Rule, Source, Values

NAME = "envoy.filters.http.rbac"


def rbac(mesh: Mesh) -> list[Resource]:
    """None, one or two filters. An ALLOW policy makes everything else forbidden, also one without rules."""
    return [*_filter(mesh, "DENY"), *_filter(mesh, "ALLOW")]


def _filter(mesh: Mesh, action: Literal["ALLOW", "DENY"]) -> list[Resource]:
    policies = [policy for policy in mesh.authorization_policies if policy.action == action]
    if not policies:
        return []
    rules = {"action": action, "policies": {name: made for policy in policies for name, made in _policies(policy)}}
    return [extension(NAME, "envoy.extensions.filters.http.rbac.v3.RBAC", rules=rules)]


def _policies(policy: AuthorizationPolicy) -> list[tuple[str, Resource]]:
    return [(f"{policy.metadata}[{index}]", _policy(rule)) for index, rule in enumerate(policy.rules)]


def _policy(rule: Rule) -> Resource:
    permissions = [_permission(operation) for operation in rule.operations] or [{"any": True}]
    conditions = [_condition(condition) for condition in rule.conditions]
    principals = [_all("ids", [_principal(source), *conditions]) for source in rule.sources]
    return {"permissions": permissions, "principals": principals or [_all("ids", conditions)]}


def _permission(operation: Operation) -> Resource:
    parts = [
        *_values(operation.paths, lambda value: {"url_path": {"path": pattern_matcher(value)}}, "rule"),
        *_values(operation.methods, lambda value: _header(":method", value), "rule"),
        *_values(operation.hosts, lambda value: _header(":authority", value), "rule"),
    ]
    return _all("rules", parts)


def _principal(source: Source) -> Resource:
    return _all("ids", _values(source.request_principals, _request_principal, "id"))


def _request_principal(value: str) -> Resource:
    """`<issuer>/<subject>`; an issuer has slashes of its own, so the subject is what follows the last one."""
    issuer, _, subject = ("*", "", "*") if value == "*" else value.rpartition("/")
    return _all("ids", [_claim(("iss",), issuer), _claim(("sub",), subject)])


def _condition(condition: Condition) -> Resource:
    """A claim that is a text has the value, or one that is a list has it among its items."""

    def has(value: str) -> Resource:
        return {"or_ids": {"ids": [_claim(condition.claim, value), _claim(condition.claim, value, in_list=True)]}}

    return _all("ids", _values(condition.values, has, "id"))


def _claim(claim: Sequence[str], value: str, *, in_list: bool = False) -> Resource:
    matcher: Resource = {"string_match": pattern_matcher(value)}
    if in_list:
        matcher = {"list_match": {"one_of": matcher}}
    path = [{"key": key} for key in (jwt_authn.PAYLOAD, *claim)]
    return {"sourced_metadata": {"metadata_matcher": {"filter": jwt_authn.NAME, "path": path, "value": matcher}}}


def _header(name: str, value: str) -> Resource:
    return {"header": {"name": name, "string_match": {**pattern_matcher(value), "ignore_case": name == ":authority"}}}


def _values(values: Values, has: Callable[[str], Resource], noun: Literal["id", "rule"]) -> list[Resource]:
    """That any of the values is there, and that none of the others is."""
    made = []
    if values.values:
        made.append(_any(noun, [has(value) for value in values.values]))
    if values.not_values:
        made.append({f"not_{noun}": _any(noun, [has(value) for value in values.not_values])})
    return made


def _any(noun: str, parts: Sequence[Resource]) -> Resource:
    return parts[0] if len(parts) == 1 else {f"or_{noun}s": {f"{noun}s": list(parts)}}


def _all(nouns: Literal["ids", "rules"], parts: Sequence[Resource]) -> Resource:
    if not parts:
        return {"any": True}
    return parts[0] if len(parts) == 1 else {f"and_{nouns}": {nouns: list(parts)}}
