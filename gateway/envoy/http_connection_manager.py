"""The filter that speaks HTTP: who may come, what is done on the way in, and where its routes are."""

from collections.abc import Mapping

from gateway.envoy.access_log import access_log
from gateway.envoy.edge import Edge
from gateway.envoy.jwt_authn import jwt_authn
from gateway.envoy.patch import ROUTER, patch_connection_manager, patch_http_filters
from gateway.envoy.rbac import rbac
from gateway.envoy.resource import Resource, extension, typed
from gateway.envoy.tracing import tracing
from gateway.istio import Mesh

_type = "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager"


def http_connection_manager(mesh: Mesh, key_sets: Mapping[str, str], edge: Edge, name: str, routes: str) -> Resource:
    """The connection manager of one listener; its routes, in the file `routes`, and its statistics have its name.

    The order of filters is Istio's: tokens, policies, CORS, the router last, and what EnvoyFilters insert.
    """
    filters = [
        *jwt_authn(mesh, key_sets),
        *rbac(mesh),
        extension("envoy.filters.http.cors", "envoy.extensions.filters.http.cors.v3.Cors"),
        extension(ROUTER, "envoy.extensions.filters.http.router.v3.Router"),
    ]
    config = typed(
        _type,
        stat_prefix=name,
        codec_type="AUTO",
        rds={"route_config_name": name, "config_source": file_source(edge, routes)},
        # As Istio's ingress gateway: the peer is the client, and what it says about itself is not believed.
        use_remote_address=True,
        normalize_path=True,
        # Only where a route allows it.
        upgrade_configs=[{"upgrade_type": "websocket", "enabled": False}],
        tracing=tracing(mesh, edge),
        access_log=access_log(mesh, edge),
        http_filters=patch_http_filters(filters, mesh),
    )
    return {
        "name": "envoy.filters.network.http_connection_manager",
        "typed_config": patch_connection_manager(config, mesh),
    }


def file_source(edge: Edge, file_name: str) -> Resource:
    """A file that Envoy watches: replaced by rename, it is read again."""
    return {"path_config_source": {"path": str(edge.folder / file_name)}, "resource_api_version": "V3"}
