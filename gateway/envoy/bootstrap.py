"""What Envoy starts with, and never changes: where to be asked, and which files to watch."""

from gateway.envoy.edge import CLUSTERS, LISTENERS, Edge
from gateway.envoy.http_connection_manager import file_source
from gateway.envoy.resource import Resource, extension
from gateway.envoy.tracing import collector_cluster

_max_connections = 10_000  # of clients; beyond, a new one is closed at once


def bootstrap(edge: Edge) -> Resource:
    limit = extension(
        "envoy.resource_monitors.global_downstream_max_connections",
        "envoy.extensions.resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig",
        max_active_downstream_connections=_max_connections,
    )
    return {
        "node": {"id": "gateway", "cluster": "zerocart"},
        "admin": {"address": {"pipe": {"path": str(edge.admin_socket), "mode": 0o600}}},
        "dynamic_resources": {
            "cds_config": file_source(edge, CLUSTERS),
            "lds_config": file_source(edge, LISTENERS),
        },
        "static_resources": {"clusters": [collector_cluster(edge)]},
        "overload_manager": {"resource_monitors": [limit]},
    }
