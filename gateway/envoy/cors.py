"""A route's CORS policy. Envoy answers the preflights itself and adds the headers to what the function answered."""

from gateway.envoy.resource import Resource, typed
from gateway.envoy.string_matcher import string_matcher
from gateway.istio.cors_policy import CorsPolicy


def cors_policy(policy: CorsPolicy) -> Resource:
    made = typed(
        "envoy.extensions.filters.http.cors.v3.CorsPolicy",
        allow_origin_string_match=[string_matcher(match) for match in policy.allow_origins],
        allow_credentials=policy.allow_credentials,
    )
    lists = {
        "allow_methods": policy.allow_methods,
        "allow_headers": policy.allow_headers,
        "expose_headers": policy.expose_headers,
    }
    made |= {name: ",".join(values) for name, values in lists.items() if values}
    if policy.max_age_s is not None:
        made["max_age"] = f"{policy.max_age_s:.0f}"
    return made
