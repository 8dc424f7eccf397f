"""The two listeners, on loopback only: the front door, and the mesh that functions call one another through."""

from collections.abc import Mapping

from gateway.envoy.edge import FRONT_ROUTES, MESH_ROUTES, Edge
from gateway.envoy.http_connection_manager import http_connection_manager
from gateway.envoy.resource import Resource
from gateway.envoy.route_configuration import FRONT, MESH
from gateway.istio import Mesh


def listeners(mesh: Mesh, key_sets: Mapping[str, str], edge: Edge) -> list[Resource]:
    """Both have the same filters: on a cluster, too, one gateway serves as ingress and as knative-local-gateway."""
    return [
        {
            "name": name,
            "address": {"socket_address": {"address": "127.0.0.1", "port_value": port}},
            # Whoever accepts first would take most of the connections: one worker busy, the other idle.
            "connection_balance_config": {"exact_balance": {}},
            "filter_chains": [{"filters": [http_connection_manager(mesh, key_sets, edge, name, routes)]}],
        }
        for name, port, routes in ((FRONT, edge.port, FRONT_ROUTES), (MESH, edge.mesh_port, MESH_ROUTES))
    ]
