"""Applies EnvoyFilters: what Istio does with them, to the resources that were translated from everything else."""

from collections.abc import Iterator, Sequence

from gateway.envoy.resource import Resource, merge
from gateway.istio import Mesh
from gateway.istio.envoy_filter import ApplyTo, ConfigPatch

ROUTER = "envoy.filters.http.router"


def patch_http_filters(filters: Sequence[Resource], mesh: Mesh) -> list[Resource]:
    """Insert filters, one patch after the other, each where it says."""
    patched = list(filters)
    for patch in _patches(mesh, "HTTP_FILTER"):
        patched.insert(_place(patched, patch), dict(patch.value))
    return patched


def patch_connection_manager(config: Resource, mesh: Mesh) -> Resource:
    """Merge into the connection manager; `config` is its typed_config."""
    for patch in _patches(mesh, "NETWORK_FILTER"):
        value = patch.value.get("typed_config")
        if isinstance(value, dict):
            config = merge(config, value)
    return config


def patch_cluster(cluster: Resource, service_host: str, mesh: Mesh) -> Resource:
    for patch in _patches(mesh, "CLUSTER"):
        if patch.cluster in {"", service_host}:
            cluster = merge(cluster, patch.value)
    return cluster


def patch_route_configuration(configuration: Resource, mesh: Mesh, port: int | None) -> Resource:
    """Merge into what is around the virtual hosts.

    Args:
        port: the Gateway's port that the configuration is for, which patches may name. None: of no Gateway.
    """
    for patch in _patches(mesh, "ROUTE_CONFIGURATION"):
        if patch.port in {0, port}:
            configuration = merge(configuration, patch.value)
    return configuration


def patch_virtual_host(host: Resource, mesh: Mesh, port: int | None) -> Resource:
    """Merge into a virtual host and its routes; `port` as above."""
    host = {**host, "routes": [_patch_route(route, host["name"], mesh, port) for route in host["routes"]]}
    for patch in _patches(mesh, "VIRTUAL_HOST"):
        if patch.port in {0, port} and patch.virtual_host in {"", host["name"]}:
            host = merge(host, patch.value)
    return host


def _patch_route(route: Resource, host_name: str, mesh: Mesh, port: int | None) -> Resource:
    for patch in _patches(mesh, "HTTP_ROUTE"):
        matches = patch.virtual_host in {"", host_name} and patch.route in {"", route["name"]}
        if patch.port in {0, port} and matches:
            # What we answer ourselves goes to nobody, so how it goes there is not said of it.
            value = {name: said for name, said in patch.value.items() if name != "route" or "route" in route}
            route = merge(route, value)
    return route


def _place(filters: Sequence[Resource], patch: ConfigPatch) -> int:
    """The index to insert at; the router's where the named filter was left out, for no policy needs it."""
    if patch.operation == "INSERT_FIRST" or not patch.sub_filter:
        return 0
    names = [item["name"] for item in filters]
    if patch.sub_filter not in names:
        return names.index(ROUTER)
    return names.index(patch.sub_filter) + (patch.operation == "INSERT_AFTER")


def _patches(mesh: Mesh, apply_to: ApplyTo) -> Iterator[ConfigPatch]:
    for envoy_filter in mesh.envoy_filters:
        yield from (patch for patch in envoy_filter.patches if patch.apply_to == apply_to)
