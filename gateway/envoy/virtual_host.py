"""Envoy's virtual hosts: the front door's, one for each Knative host and tag, and those of the mesh.

Ports are no part of a domain: the route configurations ignore them in Host. Names are unique and so are domains, or
Envoy would refuse the whole: a Service's own host wins over a tag that spells the same, and both over one that is
mapped to a Service.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from gateway.envoy.resource import Resource
from gateway.envoy.route import NOT_FOUND, knative_route, virtual_service_routes
from gateway.envoy.upstreams import Upstreams
from gateway.istio import Mesh
from knative.local.model import Destination, Namespace, RouteTarget


@dataclass(frozen=True, slots=True, kw_only=True)
class KnativeHost:
    """A host that leads to the revisions of a Service: by its name, by a tag, or by a domain that is mapped to it.

    Args:
        name: of the virtual host, unique in a route configuration.
        route: the name of its one route.
    """

    name: str
    domains: tuple[str, ...]
    route: str
    namespace: Namespace
    targets: tuple[RouteTarget, ...]

    def backends(self, upstreams: Upstreams) -> tuple[object, ...]:
        """All that the virtual host depends on beside what the host itself says."""
        return tuple(upstreams.backends.get((self.namespace, target.revision)) for target in self.targets)


def front_door_hosts(mesh: Mesh, upstreams: Upstreams, port: int) -> list[Resource]:
    """The VirtualServices' hosts, named as Istio names them: `<host>:<port of the Gateway's server>`."""
    routes: dict[str, list[Resource]] = {}
    for service in mesh.virtual_services:
        for host in service.hosts:
            for route in service.http:
                routes.setdefault(host, []).extend(virtual_service_routes(route, upstreams))
    routes.setdefault("*", [])
    return [
        {"name": f"{host}:{port}", "domains": [host], "routes": [*of_host, NOT_FOUND]}
        for host, of_host in routes.items()
    ]


def virtual_host(host: KnativeHost, upstreams: Upstreams) -> Resource:
    route = knative_route(host.namespace, host.targets, upstreams, name=host.route)
    return {"name": host.name, "domains": [*host.domains], "routes": [route]}


def nowhere(name: str) -> Resource:
    """Any other host of a domain is not found."""
    return {"name": name, "domains": [name], "routes": [NOT_FOUND]}


def knative_hosts(destinations: Sequence[Destination], domain: str, taken: Collection[str]) -> list[KnativeHost]:
    """`<service>.<namespace>.<domain>` and its tags from outside, and what is mapped to a Service."""
    made = {}
    for name, destination, targets in _by_name(destinations):
        host = f"{name}.{destination.namespace}.{domain}"
        if not destination.cluster_local and host not in made:
            made[host] = _host(host, (host,), name, destination, targets)
    for destination in destinations:
        for host in destination.domains:
            if host not in made and host not in taken:
                made[host] = _host(host, (host,), host, destination, destination.targets)
    return [*made.values()]


def mesh_hosts(destinations: Sequence[Destination]) -> list[KnativeHost]:
    """`<service>.<namespace>.svc.cluster.local` and its short forms, as functions call one another."""
    made = {}
    for name, destination, targets in _by_name(destinations):
        short = f"{name}.{destination.namespace}"
        if short not in made:
            domains = (f"{short}.svc.cluster.local", f"{short}.svc", short)
            made[short] = _host(domains[0], domains, name, destination, targets)
    return [*made.values()]


def _host(
    name: str, domains: tuple[str, ...], route: str, destination: Destination, targets: tuple[RouteTarget, ...]
) -> KnativeHost:
    return KnativeHost(name=name, domains=domains, route=route, namespace=destination.namespace, targets=targets)


def _by_name(destinations: Iterable[Destination]) -> Iterator[tuple[str, Destination, tuple[RouteTarget, ...]]]:
    """Every name that a Service goes by, with what it leads to: its own first, then its tags."""
    ordered = sorted(destinations, key=lambda item: (item.namespace, item.route))
    for destination in ordered:
        yield destination.route, destination, destination.targets
    for destination in ordered:
        for tag, revision in sorted(destination.tags.items()):
            yield f"{tag}-{destination.route}", destination, (RouteTarget(revision=revision, percent=100),)
