"""The filter that checks tokens, from the RequestAuthentications.

As istiod does, the keys are fetched by us and given inline: Envoy asks nobody. A request without a token passes; what
a checked token says lies in the request's metadata, where the RBAC filter reads it.
"""

import json
from collections.abc import Mapping

from gateway.envoy.resource import Resource, extension
from gateway.istio import Mesh
from gateway.istio.request_authentication import JwtRule

NAME = "envoy.filters.http.jwt_authn"
PAYLOAD = "payload"

# Envoy refuses a set without keys, and until a set is known no token may pass. These are the bytes of
# sha256("no key is known yet"); they are no point of the curve, so no signature can be right under them.
NO_KEYS = json.dumps(
    {"keys": [{"kty": "OKP", "crv": "Ed25519", "kid": "none", "x": "QOmspyWU9C9zFEXG8W-apYmyHi04QndC7udx2Fpy7vk"}]}
)


def jwt_authn(mesh: Mesh, key_sets: Mapping[str, str]) -> list[Resource]:
    """The filter, or none where no RequestAuthentication asks for one."""
    providers: Resource = {}
    for authentication in mesh.request_authentications:
        for index, rule in enumerate(authentication.jwt_rules):
            providers[f"{authentication.metadata}[{index}]"] = _provider(rule, key_sets)
    if not providers:
        return []
    requirements: list[Resource] = [{"provider_name": name} for name in providers]
    filter_ = extension(
        NAME,
        "envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication",
        providers=providers,
        rules=[
            {
                "match": {"prefix": "/"},
                "requires": {"requires_any": {"requirements": [*requirements, {"allow_missing": {}}]}},
            }
        ],
        bypass_cors_preflight=True,
    )
    return [filter_]


def _provider(rule: JwtRule, key_sets: Mapping[str, str]) -> Resource:
    made: Resource = {
        "issuer": rule.issuer,
        "audiences": list(rule.audiences),
        "local_jwks": {"inline_string": key_sets.get(rule.jwks_uri, NO_KEYS)},
        "payload_in_metadata": PAYLOAD,
        # As Istio: these two claims are lists written as words.
        "normalize_payload_in_metadata": {"space_delimited_claims": ["scope", "permission"]},
        "forward": rule.forward_original_token,
    }
    if rule.from_headers:
        made["from_headers"] = [{"name": item.name, "value_prefix": item.prefix} for item in rule.from_headers]
    if rule.from_params:
        made["from_params"] = list(rule.from_params)
    return made
