"""Which other origins' pages may call a route, and what they may send and see."""

from dataclasses import dataclass

from gateway.istio.values import StringMatch, items_of, read_duration_s, read_string_match
from shared.yaml_documents import Complaints, Node


@dataclass(frozen=True, slots=True, kw_only=True)
class CorsPolicy:
    allow_origins: tuple[StringMatch, ...]
    allow_methods: tuple[str, ...]
    allow_headers: tuple[str, ...]
    expose_headers: tuple[str, ...]
    max_age_s: float | None
    allow_credentials: bool


def read_cors_policy(node: Node, complaints: Complaints) -> CorsPolicy:
    complaints.only(
        node, ("allowOrigins", "allowMethods", "allowHeaders", "exposeHeaders", "maxAge", "allowCredentials")
    )
    matches = [read_string_match(item, complaints) for item in items_of(node, "allowOrigins")]
    allow_credentials = complaints.boolean(node.get("allowCredentials"))
    if allow_credentials and any(match and match.value in {"*", ".*"} for match in matches):
        complaints.add(node, "must not allow credentials to every origin", show_value=False)
    return CorsPolicy(
        allow_origins=tuple(match for match in matches if match),
        allow_methods=complaints.strings(node.get("allowMethods")),
        allow_headers=complaints.strings(node.get("allowHeaders")),
        expose_headers=complaints.strings(node.get("exposeHeaders")),
        max_age_s=read_duration_s(node.get("maxAge"), complaints),
        allow_credentials=allow_credentials,
    )
