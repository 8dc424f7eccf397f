"""Envoy's virtual hosts: the front door's, one for each Knative host and tag, and those of the mesh.

Ports are no part of a domain: the route configurations ignore them in Host. Names are unique and so are domains, or
Envoy would refuse the whole: a Service's own host wins over a tag that spells the same, and both over one that is
mapped to a Service.
"""

from collections.abc import Collection, Iterable, Iterator

from gateway.envoy.resource import Resource
from gateway.envoy.route import NOT_FOUND, knative_route, virtual_service_routes
from gateway.envoy.upstreams import Upstreams
from gateway.istio import Mesh
from knative.local.model import Destination, RouteTarget


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


def knative_hosts(upstreams: Upstreams, domain: str, taken: Collection[str]) -> list[Resource]:
    """`<service>.<namespace>.<domain>` and its tags from outside, and what is mapped to a Service.

    Any other host of the domain is not found.
    """
    made = {}
    for name, destination, targets in _by_name(upstreams.destinations.values()):
        host = f"{name}.{destination.namespace}.{domain}"
        if not destination.cluster_local and host not in made:
            route = knative_route(destination, targets, upstreams, name=name)
            made[host] = {"name": host, "domains": [host], "routes": [route]}
    for destination in upstreams.destinations.values():
        for host in destination.domains:
            if host not in made and host not in taken:
                route = knative_route(destination, destination.targets, upstreams, name=host)
                made[host] = {"name": host, "domains": [host], "routes": [route]}
    unknown = {"name": f"*.{domain}", "domains": [f"*.{domain}"], "routes": [NOT_FOUND]}
    return [*made.values(), unknown]


def mesh_hosts(upstreams: Upstreams) -> list[Resource]:
    """`<service>.<namespace>.svc.cluster.local` and its short forms, as functions call one another."""
    made = {}
    for name, destination, targets in _by_name(upstreams.destinations.values()):
        short = f"{name}.{destination.namespace}"
        if short not in made:
            route = knative_route(destination, targets, upstreams, name=name)
            domains = [f"{short}.svc.cluster.local", f"{short}.svc", short]
            made[short] = {"name": domains[0], "domains": domains, "routes": [route]}
    return [*made.values(), {"name": "*", "domains": ["*"], "routes": [NOT_FOUND]}]


def _by_name(destinations: Iterable[Destination]) -> Iterator[tuple[str, Destination, tuple[RouteTarget, ...]]]:
    """Every name that a Service goes by, with what it leads to: its own first, then its tags."""
    ordered = sorted(destinations, key=lambda item: (item.namespace, item.service))
    for destination in ordered:
        yield destination.service, destination, destination.targets
    for destination in ordered:
        for tag, revision in sorted(destination.tags.items()):
            yield f"{tag}-{destination.service}", destination, (RouteTarget(revision=revision, percent=100),)
