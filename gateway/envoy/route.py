"""One Envoy route: what it matches, and the revisions that it goes to.

Envoy's own answers (404, 503) are made here without a body: the manifests' local replies give them one.
"""

from collections.abc import Sequence
from urllib.parse import urlsplit

from gateway.envoy.cors import cors_policy
from gateway.envoy.resource import Resource, duration, typed
from gateway.envoy.string_matcher import string_matcher
from gateway.envoy.tracing import CLUSTER, COLLECTOR
from gateway.envoy.upstreams import Upstreams, cluster_name
from gateway.istio.header_operations import HeaderOperations
from gateway.istio.http_match import HttpMatch
from gateway.istio.http_route import ExternalHost, HttpRoute, KnativeRoute
from gateway.istio.retries import Retries
from knative.local.model import Namespace, RouteTarget

_idle_beyond_timeout_s = 5.0
# So long a stream of a Knative host may be idle at least. Knative itself sets no bound, once an answer has begun.
_least_idle_s = 60.0

NOT_FOUND: Resource = {"name": "not-found", "match": {"prefix": "/"}, "direct_response": {"status": 404}}


def virtual_service_routes(route: HttpRoute, upstreams: Upstreams) -> list[Resource]:
    """The routes of one `http` block: one a match, all of the same name."""
    match route.destination:
        case KnativeRoute() as service:
            action, per_try_s = _service_action(service, upstreams, route)
        case ExternalHost() as external:
            action = _external_action(external, upstreams, timeout_s=route.timeout_s)
            per_try_s = route.retries.per_try_timeout_s
    if "route" in action:
        action["route"] |= {"host_rewrite_literal": route.destination.authority}
        action["route"] |= _retry_policy(route.retries, per_try_s)
    action |= _header_operations(route.headers)
    if route.cors_policy:
        action["typed_per_filter_config"] = {"envoy.filters.http.cors": cors_policy(route.cors_policy)}
    return [{"name": route.name, "match": _match(match), **action} for match in route.matches]


def knative_route(namespace: Namespace, targets: Sequence[RouteTarget], upstreams: Upstreams, *, name: str) -> Resource:
    """Everything of a Knative host, to its revisions.

    Like Knative's own routes it is never retried. A revision's timeout is how long its answer may take to begin, as
    it is with Knative; Envoy's timeout of a try is just that, while the one of a route is for all of the answer. A
    stream may be idle for as long as the function may think, and a little more so that it is the timeout that ends it:
    the connection manager's bound is for the front door.
    """
    action = _action(namespace, targets, upstreams, timeout_s=None)
    sharing = [target.revision for target in targets if target.percent > 0]
    own_s = upstreams.timeout_s(namespace, sharing)
    start_s = upstreams.response_start_s(namespace, sharing)
    if own_s is not None and start_s is not None:
        idle_s = upstreams.idle_timeout_s(namespace, sharing)
        action["route"] |= {
            "timeout": "0s",
            "retry_policy": {"num_retries": 0, "per_try_timeout": duration(start_s)},
            "idle_timeout": duration(idle_s or max(own_s, _least_idle_s) + _idle_beyond_timeout_s),
        }
    if upstreams.stream(namespace, sharing):
        action["route"]["upgrade_configs"] = [{"upgrade_type": "websocket"}]
        # The shop's bound of a body holds a request back until it is whole.
        action["typed_per_filter_config"] = {
            "envoy.filters.http.buffer": typed("envoy.extensions.filters.http.buffer.v3.BufferPerRoute", disabled=True)
        }
    return {"name": name, "match": {"prefix": "/"}, **action}


def _service_action(service: KnativeRoute, upstreams: Upstreams, route: HttpRoute) -> tuple[Resource, float | None]:
    """Where it goes, and how long the beginning of an answer may take where the timeout does not say it.

    The gateway's bounds hold as the route has them, and so do the revisions' own, which are queue-proxy's.
    """
    per_try_s = route.retries.per_try_timeout_s
    destination = upstreams.destinations.get((service.namespace, service.name))
    if destination is None:
        return {"direct_response": {"status": 404}}, per_try_s
    action = _action(destination.namespace, destination.targets, upstreams, timeout_s=route.timeout_s)
    if "route" in action:
        sharing = [target.revision for target in destination.targets if target.percent > 0]
        start_s = upstreams.response_start_s(destination.namespace, sharing)
        if start_s != upstreams.timeout_s(destination.namespace, sharing):
            per_try_s = min(filter(None, (per_try_s, start_s)), default=None)
        if idle_s := upstreams.idle_timeout_s(destination.namespace, sharing):
            action["route"]["idle_timeout"] = duration(idle_s)
    return action, per_try_s


def _external_action(external: ExternalHost, upstreams: Upstreams, *, timeout_s: float | None) -> Resource:
    if external.host == COLLECTOR:
        return _collector_action(external, upstreams.collector_url, timeout_s=timeout_s)
    if external.host not in upstreams.hosts:
        return {"direct_response": {"status": 503}}
    route: Resource = {"cluster": external.host, "timeout": duration(timeout_s or 0)}  # 0: as in Istio, none
    if external.path_pattern is not None:
        pattern = {"regex": external.path_pattern}
        route["regex_rewrite"] = {"pattern": pattern, "substitution": external.path_substitution}
    return {"route": route}


def _collector_action(external: ExternalHost, url: str | None, *, timeout_s: float | None) -> Resource:
    """Without a collector: 204, which is no error to a browser, and tells it that nobody collects."""
    if url is None:
        return {"direct_response": {"status": 204}}
    rewrite = {
        "pattern": {"regex": external.path_pattern or "^$"},
        "substitution": urlsplit(url).path.rstrip("/") + external.path_substitution,
    }
    return {"route": {"cluster": CLUSTER, "timeout": duration(timeout_s or 0), "regex_rewrite": rewrite}}


def _header_operations(headers: HeaderOperations) -> Resource:
    made: Resource = {}
    if headers.request_remove:
        made["request_headers_to_remove"] = list(headers.request_remove)
    if headers.response_set:
        made["response_headers_to_add"] = [
            {"header": {"key": key, "value": value}, "append_action": "OVERWRITE_IF_EXISTS_OR_ADD"}
            for key, value in headers.response_set.items()
        ]
    if headers.response_remove:
        made["response_headers_to_remove"] = list(headers.response_remove)
    return made


def _action(
    namespace: Namespace, targets: Sequence[RouteTarget], upstreams: Upstreams, *, timeout_s: float | None
) -> Resource:
    """Where it goes, for the shorter of `timeout_s` and the revisions' own; 503 while no revision is there."""
    sharing = [target for target in targets if target.percent > 0]
    own_s = upstreams.timeout_s(namespace, [target.revision for target in sharing])
    if own_s is None:
        return {"direct_response": {"status": 503}}
    timeout = duration(min(own_s, timeout_s or own_s))
    if len(sharing) == 1:
        return {"route": {"cluster": cluster_name(namespace, sharing[0].revision), "timeout": timeout}}
    weights = [
        {"name": cluster_name(namespace, target.revision), "weight": target.percent}
        for target in sharing
        if (namespace, target.revision) in upstreams.backends
    ]
    return {"route": {"weighted_clusters": {"clusters": weights}, "timeout": timeout}}


def _match(match: HttpMatch) -> Resource:
    names = {"exact": "path", "prefix": "prefix"}
    if match.uri.kind == "regex":
        made: Resource = {"safe_regex": {"regex": match.uri.value}}
    else:
        made = {names[match.uri.kind]: match.uri.value}
    headers: list[Resource] = []
    if match.method:
        headers.append({"name": ":method", "string_match": string_matcher(match.method)})
    headers += [{"name": name, "string_match": string_matcher(value)} for name, value in match.headers]
    headers += [
        {"name": name, "string_match": string_matcher(value), "invert_match": True}
        for name, value in match.without_headers
    ]
    return {**made, "headers": headers} if headers else made


def _retry_policy(retries: Retries, per_try_timeout_s: float | None) -> Resource:
    policy: Resource = {}
    if retries.attempts:
        policy = {"retry_on": ",".join(retries.retry_on), "num_retries": retries.attempts}
    elif per_try_timeout_s is None:
        return {}
    if per_try_timeout_s is not None:
        policy["per_try_timeout"] = duration(per_try_timeout_s)
    return {"retry_policy": policy}
