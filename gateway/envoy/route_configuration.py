"""The two route configurations: the front door's, and the one for calls between functions."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from gateway.envoy.edge import Edge
from gateway.envoy.patch import patch_route_configuration, patch_virtual_host
from gateway.envoy.resource import Resource, encoded, typed
from gateway.envoy.upstreams import Upstreams
from gateway.envoy.virtual_host import (
    KnativeHost,
    front_door_hosts,
    knative_hosts,
    mesh_hosts,
    nowhere,
    virtual_host,
)
from gateway.istio import Mesh
from knative.local.model import Destination
from shared.remembered import Remembered

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


def front_routes(
    mesh: Mesh, destinations: Sequence[Destination], upstreams: Upstreams, edge: Edge, made: Remembered[str]
) -> str:
    """What comes from outside: the VirtualServices on any host, and each Knative host. As JSON, like `mesh_routes`."""
    port = next((server.port for gateway in mesh.gateways for server in gateway.servers), _http_port)
    own = {host for service in mesh.virtual_services for host in service.hosts}
    hosts = knative_hosts(destinations, edge.domain, own)
    patched = partial(patch_virtual_host, mesh=mesh, port=port)
    texts = [
        *map(encoded, map(patched, front_door_hosts(mesh, upstreams, port))),
        *_of_services(FRONT, hosts, upstreams, patched, made),
        encoded(patched(nowhere(f"*.{edge.domain}"))),
    ]
    return _configuration(FRONT, texts, mesh, port)


def mesh_routes(mesh: Mesh, destinations: Sequence[Destination], upstreams: Upstreams, made: Remembered[str]) -> str:
    """What functions call. It is no port of a Gateway, so patches for one leave it alone."""
    patched = partial(patch_virtual_host, mesh=mesh, port=None)
    of_services = _of_services(MESH, mesh_hosts(destinations), upstreams, patched, made)
    return _configuration(MESH, [*of_services, encoded(patched(nowhere("*")))], mesh, None)


def _of_services(
    name: str,
    hosts: Sequence[KnativeHost],
    upstreams: Upstreams,
    patched: Callable[[Resource], Resource],
    made: Remembered[str],
) -> Iterator[str]:
    def text(host: KnativeHost) -> str:
        return encoded(patched(virtual_host(host, upstreams)))

    for host in hosts:
        yield made.of((name, host.name), (host, host.backends(upstreams)), partial(text, host))


def _configuration(name: str, hosts: Sequence[str], mesh: Mesh, port: int | None) -> str:
    around = patch_route_configuration(_route_configuration(name), mesh, port)
    return encoded(around, virtual_hosts=[*hosts, *map(encoded, around["virtual_hosts"])])


def _route_configuration(name: str) -> Resource:
    return typed(
        "envoy.config.route.v3.RouteConfiguration",
        name=name,
        ignore_port_in_host_matching=True,
        virtual_hosts=[],
        request_headers_to_add=[_forwarded],
    )
