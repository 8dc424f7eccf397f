"""Traces: each request has an id, W3C's traceparent goes to the function, and spans go to the collector by OTLP."""

from urllib.parse import urlsplit

from gateway.envoy.edge import Edge
from gateway.envoy.resource import Resource, extension
from gateway.istio import Mesh

CLUSTER = "otlp"
COLLECTOR = "otel-collector.observability.svc.cluster.local"  # as routes call it


def tracing(mesh: Mesh, edge: Edge) -> Resource:
    """The connection manager's `tracing`.

    Without a collector nothing is sampled: ids are made and passed on all the same (the flag in traceparent then says
    that nobody records), and there is nothing to export.
    """
    percents = [item.sampling_percent for item in mesh.telemetries if item.sampling_percent is not None]
    percent = percents[-1] if percents and edge.otlp_endpoint else 0.0
    endpoint = (edge.otlp_endpoint or "http://127.0.0.1:4318").rstrip("/")
    provider = extension(
        "envoy.tracers.opentelemetry",
        "envoy.config.trace.v3.OpenTelemetryConfig",
        service_name="gateway",
        http_service={"http_uri": {"uri": f"{endpoint}/v1/traces", "cluster": CLUSTER, "timeout": "1s"}},
    )
    return {"random_sampling": {"value": percent}, "provider": provider}


def collector_cluster(edge: Edge) -> Resource:
    """The collector's address; a cluster without one where there is no collector, for the tracer must name one."""
    made: Resource = {"name": CLUSTER, "type": "STATIC", "connect_timeout": "1s"}
    if edge.otlp_endpoint:
        url = urlsplit(edge.otlp_endpoint)
        address = {"address": url.hostname, "port_value": url.port or 80}
        made |= {
            "type": "STRICT_DNS",
            "load_assignment": {
                "cluster_name": CLUSTER,
                "endpoints": [{"lb_endpoints": [{"endpoint": {"address": {"socket_address": address}}}]}],
            },
        }
    return made
