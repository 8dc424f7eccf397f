"""The two route configurations: the front door's, and the one for calls between functions."""

from gateway.envoy.edge import Edge
from gateway.envoy.patch import patch_route_configuration
from gateway.envoy.resource import Resource
from gateway.envoy.upstreams import Upstreams
from gateway.envoy.virtual_host import front_door_hosts, knative_hosts, mesh_hosts
from gateway.istio import Mesh

FRONT = "front"
MESH = "mesh"
_http_port = 80  # the Gateway's, where no Gateway is
# RFC 7239, a must of Knative's runtime contract; there queue-proxy makes it of the X-Forwarded headers. One that is
# there is left as it is, as there: the front door has dropped a client's own.
_forwarded: Resource = {
    "header": {
        "key": "forwarded",
        "value": 'for=%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%;host="%REQ(:AUTHORITY)%";proto=%REQ(X-FORWARDED-PROTO)%',
    },
    "append_action": "ADD_IF_ABSENT",
}


def front_routes(mesh: Mesh, upstreams: Upstreams, edge: Edge) -> Resource:
    """What comes from outside: the VirtualServices on any host, and each Knative host."""
    port = next((server.port for gateway in mesh.gateways for server in gateway.servers), _http_port)
    own = {host for service in mesh.virtual_services for host in service.hosts}
    hosts = [*front_door_hosts(mesh, upstreams, port), *knative_hosts(upstreams, edge.domain, own)]
    return patch_route_configuration(_route_configuration(FRONT, hosts), mesh, port)


def mesh_routes(mesh: Mesh, upstreams: Upstreams) -> Resource:
    """What functions call. It is no port of a Gateway, so patches for one leave it alone."""
    return patch_route_configuration(_route_configuration(MESH, mesh_hosts(upstreams)), mesh, None)


def _route_configuration(name: str, hosts: list[Resource]) -> Resource:
    return {
        "name": name,
        "ignore_port_in_host_matching": True,
        "virtual_hosts": hosts,
        "request_headers_to_add": [_forwarded],
    }
