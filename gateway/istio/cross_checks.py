"""What one manifest says about another: names that must exist, and things that may not stand twice."""

from collections.abc import Collection, MutableMapping

from gateway.istio.http_route import LOCAL_GATEWAY, ExternalHost, KnativeRoute
from gateway.istio.mesh import Mesh
from gateway.istio.values import items_of
from knative.local.model import Namespace, RouteName
from shared.yaml_documents import Complaints, Node

# The filters that every connection manager has; EnvoyFilters may name them, and those that were inserted before.
BUILT_IN_FILTERS = (
    "envoy.filters.http.cors", "envoy.filters.http.jwt_authn", "envoy.filters.http.rbac", "envoy.filters.http.router",
)  # fmt: skip


def check(mesh: Mesh, complaints: Complaints, known_routes: Collection[tuple[Namespace, RouteName]] | None) -> None:
    """All checks that need more than one manifest."""
    _check_one_port(mesh, complaints)
    _check_gateways(mesh, complaints)
    _check_routes(mesh, complaints)
    _check_hosts(mesh, complaints)
    _check_filters(mesh, complaints)
    _check_issuers(mesh, complaints)
    if known_routes is not None:
        check_knative_routes(mesh, complaints, known_routes)


def check_unique(document: Node, seen: MutableMapping[tuple[str, str, str], Node], complaints: Complaints) -> None:
    """Refuse a second manifest of the same kind, namespace and name; `seen` has those before it."""
    key = (document.text("kind"), document.text("metadata", "namespace"), document.text("metadata", "name"))
    if key in seen:
        name = document.get("metadata", "name") or document
        complaints.add(name, f"stands twice, also at {seen[key].file}:{seen[key].line}")
    else:
        seen[key] = document


def _check_one_port(mesh: Mesh, complaints: Complaints) -> None:
    ports = [(server.port, gateway.node) for gateway in mesh.gateways for server in gateway.servers]
    for port, node in ports[1:]:
        if port != ports[0][0]:
            where = node.get("servers") or node
            complaints.add(where, f"has the port {port} beside {ports[0][0]}: here is one front door", show_value=False)


def _check_gateways(mesh: Mesh, complaints: Complaints) -> None:
    hosts_of = {str(gateway.metadata): gateway.hosts for gateway in mesh.gateways}
    for service in mesh.virtual_services:
        for name, node in zip(service.gateways, items_of(service.node, "gateways"), strict=True):
            if name not in hosts_of and node.value != "mesh":
                complaints.add(node, f"there is no Gateway {name}")
        served = {host for name in service.gateways for host in hosts_of.get(name, ())}
        for host, node in zip(service.hosts, items_of(service.node, "hosts"), strict=True):
            if served and "*" not in served and host not in served:
                complaints.add(node, "must be a host of one of the Gateways")


def _check_routes(mesh: Mesh, complaints: Complaints) -> None:
    names: dict[tuple[str, str], Node] = {}
    matches: dict[tuple[str, object], Node] = {}
    for service in mesh.virtual_services:
        for host in service.hosts:
            for route in service.http:
                if (other := names.setdefault((host, route.name), route.node)) is not route.node:
                    name = route.node.get("name") or route.node
                    complaints.add(name, f"is the name of another route, {other.file}:{other.line}")
                for match in route.matches:
                    if (other := matches.setdefault((host, match), route.node)) is not route.node:
                        where = route.node.get("match") or route.node
                        rule = f"matches what {other.text('name')} matches, {other.file}:{other.line}"
                        complaints.add(where, rule, hint="the first would take all of it", show_value=False)


def _check_hosts(mesh: Mesh, complaints: Complaints) -> None:
    known = {entry.host for entry in mesh.service_entries}
    for service in mesh.virtual_services:
        for route in service.http:
            if isinstance(route.destination, ExternalHost) and route.destination.host not in known:
                (item, *_) = items_of(route.node, "route")
                host = item.get("destination", "host") or item
                rule = f"must be {LOCAL_GATEWAY}, or the host of a ServiceEntry"
                complaints.add(host, rule, hint="a function's name goes into rewrite.authority")


def _check_filters(mesh: Mesh, complaints: Complaints) -> None:
    names = list(BUILT_IN_FILTERS)
    routes = {route.name for service in mesh.virtual_services for route in service.http}
    for envoy_filter in mesh.envoy_filters:
        for patch in envoy_filter.patches:
            if patch.sub_filter and patch.sub_filter not in names:
                where = patch.node.get("match", "listener", "filterChain", "filter", "subFilter", "name") or patch.node
                complaints.add(where, f"must be a filter that is there by then: {', '.join(names)}")
            if patch.apply_to == "HTTP_FILTER":
                names.append(str(patch.value.get("name", "")))
            if patch.route and patch.route not in routes:
                where = patch.node.get("match", "routeConfiguration", "vhost", "route", "name") or patch.node
                complaints.add(where, "must be the name of a VirtualService's route")
            _check_virtual_host(mesh, complaints, patch.virtual_host, patch.node)


def _check_virtual_host(mesh: Mesh, complaints: Complaints, name: str, patch: Node) -> None:
    """Istio calls a virtual host `<host>:<port of the Gateway's server>`."""
    ports = {server.port for gateway in mesh.gateways for server in gateway.servers}
    known = sorted(f"{host}:{port}" for service in mesh.virtual_services for host in service.hosts for port in ports)
    if name and name not in known:
        where = patch.get("match", "routeConfiguration", "vhost", "name") or patch
        complaints.add(where, f"must be one of {', '.join(known) or 'none'}")


def _check_issuers(mesh: Mesh, complaints: Complaints) -> None:
    seen: dict[str, Node] = {}
    for authentication in mesh.request_authentications:
        for rule in authentication.jwt_rules:
            if (other := seen.setdefault(rule.issuer, rule.node)) is not rule.node:
                where = rule.node.get("issuer") or rule.node
                complaints.add(where, f"has another rule already, {other.file}:{other.line}")


def check_knative_routes(
    mesh: Mesh, complaints: Complaints, known_routes: Collection[tuple[Namespace, RouteName]]
) -> None:
    """Refuse what names a Knative Route that there is not: a Service has one of its name."""
    for service in mesh.virtual_services:
        for route in service.http:
            match route.destination:
                case KnativeRoute(name=name, namespace=namespace) if (namespace, name) not in known_routes:
                    where = route.node.get("rewrite", "authority") or route.node
                    hint = f"add functions/{name.replace('-', '_')}/service.yaml, or remove the route"
                    complaints.add(where, f"there is no Service {name} in {namespace}", hint=hint)
    for authentication in mesh.request_authentications:
        for rule in authentication.jwt_rules:
            if rule.jwks_route and rule.jwks_route[::-1] not in known_routes:
                where = rule.node.get("jwksUri") or rule.node
                name, namespace = rule.jwks_route
                complaints.add(where, f"there is no Service {name} in {namespace}")
