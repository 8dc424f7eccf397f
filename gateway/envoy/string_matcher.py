"""Envoy's StringMatcher, from Istio's two ways of writing one."""

from gateway.envoy.resource import Resource
from gateway.istio.values import StringMatch


def string_matcher(match: StringMatch) -> Resource:
    """Of a StringMatch, as VirtualServices have it."""
    return {"safe_regex": {"regex": match.value}} if match.kind == "regex" else {match.kind: match.value}


def pattern_matcher(pattern: str) -> Resource:
    """Of a value with a star at its start or end, as AuthorizationPolicies have it; a star alone is anything at all."""
    if pattern == "*":
        return {"safe_regex": {"regex": ".+"}}
    if pattern.startswith("*"):
        return {"suffix": pattern[1:]}
    if pattern.endswith("*"):
        return {"prefix": pattern[:-1]}
    return {"exact": pattern}
