"""Istio's DestinationRule: how much is sent at once to an address, and when it is left alone for a while."""

from dataclasses import dataclass

from gateway.istio.metadata import Metadata, read_metadata, spec_of
from gateway.istio.values import read_duration_s, require
from shared.yaml_documents import Complaints, Node


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionPool:
    """None: Envoy's default, or the bound that the translation sets instead of none."""

    max_connections: int | None = None
    connect_timeout_s: float | None = None
    max_pending_requests: int | None = None
    max_requests: int | None = None
    max_retries: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OutlierDetection:
    """`consecutive_…` 0: does not count. Seconds None: Envoy's default of 10 s and 30 s."""

    consecutive_5xx_errors: int
    consecutive_gateway_errors: int
    interval_s: float | None
    base_ejection_time_s: float | None
    max_ejection_percent: int
    min_health_percent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DestinationRule:
    metadata: Metadata
    host: str
    connection_pool: ConnectionPool
    outlier_detection: OutlierDetection | None

    def applies_to(self, host: str) -> bool:
        return host == self.host or (self.host.startswith("*.") and host.endswith(self.host[1:]))


def read_destination_rule(document: Node, complaints: Complaints) -> DestinationRule:
    metadata = read_metadata(document, complaints, api_version="networking.istio.io/v1")
    spec = spec_of(document, complaints, ("host", "trafficPolicy"))
    policy = spec.get("trafficPolicy")
    if policy:
        complaints.only(policy, ("connectionPool", "outlierDetection"))
    outliers = policy.get("outlierDetection") if policy else None
    return DestinationRule(
        metadata=metadata,
        host=complaints.string(require(spec, "host", complaints)),
        connection_pool=_read_pool(policy.get("connectionPool") if policy else None, complaints),
        outlier_detection=_read_outliers(outliers, complaints) if outliers else None,
    )


def _read_pool(node: Node | None, complaints: Complaints) -> ConnectionPool:
    if node is None:
        return ConnectionPool()
    complaints.only(node, ("tcp", "http"))
    if tcp := node.get("tcp"):
        complaints.only(tcp, ("maxConnections", "connectTimeout"))
    if http := node.get("http"):
        complaints.only(http, ("http1MaxPendingRequests", "http2MaxRequests", "maxRetries", "maxRequestsPerConnection"))
    per_connection = node.get("http", "maxRequestsPerConnection")
    if per_connection and per_connection.value != 1:
        rule = "must be 1 or left out: on one machine each request has a connection of its own, so that instances pull"
        complaints.add(per_connection, rule)
    return ConnectionPool(
        max_connections=_count(node.get("tcp", "maxConnections"), complaints),
        connect_timeout_s=read_duration_s(node.get("tcp", "connectTimeout"), complaints),
        max_pending_requests=_count(node.get("http", "http1MaxPendingRequests"), complaints),
        max_requests=_count(node.get("http", "http2MaxRequests"), complaints),
        max_retries=_count(node.get("http", "maxRetries"), complaints),
    )


def _read_outliers(node: Node, complaints: Complaints) -> OutlierDetection:
    known = (
        "consecutive5xxErrors", "consecutiveGatewayErrors", "interval", "baseEjectionTime", "maxEjectionPercent",
        "minHealthPercent",
    )  # fmt: skip
    complaints.only(node, known)
    return OutlierDetection(
        # Istio's own defaults: five answers of 5xx in a row count, gateway errors do not count by themselves.
        consecutive_5xx_errors=complaints.integer(node.get("consecutive5xxErrors"), 5),
        consecutive_gateway_errors=complaints.integer(node.get("consecutiveGatewayErrors"), 0),
        interval_s=read_duration_s(node.get("interval"), complaints),
        base_ejection_time_s=read_duration_s(node.get("baseEjectionTime"), complaints),
        max_ejection_percent=_percent(node.get("maxEjectionPercent"), 10, complaints),
        min_health_percent=_percent(node.get("minHealthPercent"), 0, complaints),
    )


def _count(node: Node | None, complaints: Complaints) -> int | None:
    if node is None:
        return None
    count = complaints.integer(node, 1)
    if count < 1:
        complaints.add(node, "must be 1 or more")
    return count


def _percent(node: Node | None, default: int, complaints: Complaints) -> int:
    percent = complaints.integer(node, default)
    if node and not 0 <= percent <= 100:
        complaints.add(node, "must be 0 to 100")
    return percent
