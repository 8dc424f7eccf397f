"""One Envoy cluster per revision: the Unix socket on which the revision's instances accept.

Each request has a connection of its own (`max_requests_per_connection: 1`), so that it is an instance with a free slot
that takes it: the socket's accept queue is the one queue of a revision. Statistics are named after the revision.
"""

from collections.abc import Sequence
from pathlib import Path

from gateway.envoy.resource import Resource, duration, typed
from gateway.envoy.upstreams import cluster_name
from gateway.istio.destination_rule import ConnectionPool, DestinationRule, OutlierDetection
from knative.local.model import Backend

# Where no DestinationRule sets a bound. A bound there is: without, an overload is a hang and not a 503.
_default_pool = ConnectionPool(
    max_connections=2048, connect_timeout_s=1.0, max_pending_requests=1024, max_requests=4096, max_retries=64
)
_protocols: dict[str, Resource] = {
    "http1": {"http_protocol_options": {}},
    "h2c": {"http2_protocol_options": {"max_concurrent_streams": 1}},
}


def cluster(backend: Backend, rules: Sequence[DestinationRule]) -> Resource:
    """The cluster of a revision, under the DestinationRule that names it or its Configuration."""
    suffix = f"{backend.namespace}.svc.cluster.local"
    hosts = (f"{backend.revision}.{suffix}", f"{backend.configuration}.{suffix}")
    # As in Istio: the rule that names a host goes before one for many.
    named_first = sorted(rules, key=lambda rule: rule.host.startswith("*"))
    rule = next((rule for rule in named_first if any(map(rule.applies_to, hosts))), None)
    pool = rule.connection_pool if rule else _default_pool
    name = cluster_name(backend.namespace, backend.revision)
    made: Resource = {
        "name": name,
        "alt_stat_name": backend.revision,
        "type": "STATIC",
        "connect_timeout": duration(pool.connect_timeout_s or _default_pool.connect_timeout_s or 0),
        "circuit_breakers": {"thresholds": [_thresholds(pool, backend.most_requests)]},
        "typed_extension_protocol_options": {
            "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": typed(
                "envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
                common_http_protocol_options={"max_requests_per_connection": 1},
                explicit_http_config=_protocols[backend.protocol],
            )
        },
        "load_assignment": {
            "cluster_name": name,
            "endpoints": [{"lb_endpoints": [{"endpoint": {"address": {"pipe": {"path": backend.socket_path}}}}]}],
        },
    }
    if rule and rule.outlier_detection:
        made["outlier_detection"] = _outlier_detection(rule.outlier_detection)
        made["common_lb_config"] = {"healthy_panic_threshold": {"value": rule.outlier_detection.min_health_percent}}
    return made


def external_cluster(host: str, socket_path: Path, rules: Sequence[DestinationRule]) -> Resource:
    """The cluster of a ServiceEntry's host, which is a server like any other: connections are kept and used again."""
    rule = next((rule for rule in rules if rule.host == host), None)
    pool = rule.connection_pool if rule else _default_pool
    return {
        "name": host,
        "alt_stat_name": host.replace(".", "_"),
        "type": "STATIC",
        "connect_timeout": duration(pool.connect_timeout_s or _default_pool.connect_timeout_s or 0),
        "circuit_breakers": {"thresholds": [_thresholds(pool, None)]},
        "load_assignment": {
            "cluster_name": host,
            "endpoints": [{"lb_endpoints": [{"endpoint": {"address": {"pipe": {"path": str(socket_path)}}}}]}],
        },
    }


def _thresholds(pool: ConnectionPool, most_requests: int | None) -> Resource:
    """The rule's bounds, or what the revision may have in all, half of it waiting in Envoy: whichever is less.

    Some must be allowed to wait there, for a request waits while its connection is made.
    """
    connections = pool.max_connections or _default_pool.max_connections or 0
    pending = pool.max_pending_requests or _default_pool.max_pending_requests or 0
    if most_requests is not None:
        pending = min(pending, most_requests // 2)
        connections = min(connections, most_requests - pending)
    return {
        "max_connections": connections,
        "max_pending_requests": pending,
        "max_requests": pool.max_requests or _default_pool.max_requests,
        "max_retries": pool.max_retries or _default_pool.max_retries,
    }


def _outlier_detection(detection: OutlierDetection) -> Resource:
    made: Resource = {
        "enforcing_success_rate": 0,
        "enforcing_consecutive_5xx": 100 if detection.consecutive_5xx_errors else 0,
        "enforcing_consecutive_gateway_failure": 100 if detection.consecutive_gateway_errors else 0,
        "max_ejection_percent": detection.max_ejection_percent,
    }
    if detection.consecutive_5xx_errors:
        made["consecutive_5xx"] = detection.consecutive_5xx_errors
    if detection.consecutive_gateway_errors:
        made["consecutive_gateway_failure"] = detection.consecutive_gateway_errors
    if detection.interval_s is not None:
        made["interval"] = duration(detection.interval_s)
    if detection.base_ejection_time_s is not None:
        made["base_ejection_time"] = duration(detection.base_ejection_time_s)
    return made
