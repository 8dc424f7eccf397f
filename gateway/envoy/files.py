"""All of Envoy's configuration, as the files that it watches: `translate` makes them, `write` puts them there.

Envoy reads a file again when another one is renamed onto it, so it never sees half of one. Files that did not change
are not touched, so an autoscaler's every turn may write. Envoy watches each file apart, and one that wakes late reads
several in any order: so clusters and what names them are two writes, and who runs Envoy waits in between.
"""

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from gateway.envoy.bootstrap import bootstrap
from gateway.envoy.cluster import cluster, external_cluster
from gateway.envoy.edge import BOOTSTRAP, CLUSTERS, FRONT_ROUTES, LISTENERS, MESH_ROUTES, Edge
from gateway.envoy.listener import listeners
from gateway.envoy.patch import patch_cluster
from gateway.envoy.resource import Resource, typed
from gateway.envoy.route_configuration import front_routes, mesh_routes
from gateway.envoy.upstreams import Upstreams
from gateway.istio import Mesh
from knative.local.model import Backend, Destination

# What Envoy's admin interface says under `/stats?type=TextReadouts` when it has taken a write over, by statistic.
Versions = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvoyFiles:
    """What is in each file: the bootstrap, and one discovery response for each kind of resource."""

    bootstrap: Resource
    clusters: Resource
    front_routes: Resource
    mesh_routes: Resource
    listeners: Resource


def translate(
    mesh: Mesh,
    destinations: Sequence[Destination],
    backends: Sequence[Backend],
    key_sets: Mapping[str, str],
    edge: Edge,
) -> EnvoyFiles:
    """The manifests and the Services as Envoy's configuration. The same input gives the same output, byte for byte.

    Args:
        destinations: every Knative Service, also those that no route names.
        backends: every revision with a socket, also one that no destination names now.
        key_sets: JWKS by jwksUri. While a set is missing, every token of its issuer is refused with 401.
    """
    upstreams = Upstreams.of(destinations, backends, edge.hosts, edge.otlp_endpoint)
    ordered = sorted(backends, key=lambda backend: (backend.namespace, backend.revision))
    clusters = [
        patch_cluster(
            cluster(backend, mesh.destination_rules), f"{backend.service}.{backend.namespace}.svc.cluster.local", mesh
        )
        for backend in ordered
    ]
    for entry in sorted(mesh.service_entries, key=lambda entry: entry.host):
        if entry.host in edge.hosts:
            made = external_cluster(entry.host, edge.hosts[entry.host], mesh.destination_rules)
            clusters.append(patch_cluster(made, entry.host, mesh))
    route_type = "envoy.config.route.v3.RouteConfiguration"
    return EnvoyFiles(
        bootstrap=bootstrap(edge),
        clusters=_response("envoy.config.cluster.v3.Cluster", clusters),
        front_routes=_response(route_type, [front_routes(mesh, upstreams, edge)]),
        mesh_routes=_response(route_type, [mesh_routes(mesh, upstreams)]),
        listeners=_response("envoy.config.listener.v3.Listener", listeners(mesh, key_sets, edge)),
    )


def write(files: EnvoyFiles, folder: Path) -> Versions:
    """Both writes at once, for an Envoy that is not running yet: it reads the clusters first."""
    return {**write_clusters(files, folder), **write_routes(files, folder)}


def write_clusters(files: EnvoyFiles, folder: Path) -> Versions:
    """Replace the bootstrap and the clusters, where they changed. Gives what Envoy says once it knows the clusters.

    A cluster that goes is kept while the routes on disk name it, for Envoy may still follow those: it goes with the
    next write. Requests that are on their way to it end as they would have.
    """
    folder.mkdir(parents=True, exist_ok=True)
    clusters = _with_clusters_in_use(files.clusters, folder)
    _replace(folder / BOOTSTRAP, files.bootstrap)
    _replace(folder / CLUSTERS, clusters)
    return {"cluster_manager.cds.version_text": str(clusters["version_info"])}


def write_routes(files: EnvoyFiles, folder: Path) -> Versions:
    """Replace what names the clusters, where it changed: only when Envoy knows those, or it answers 503 for a while."""
    contents = {FRONT_ROUTES: files.front_routes, MESH_ROUTES: files.mesh_routes, LISTENERS: files.listeners}
    for name, content in contents.items():
        _replace(folder / name, content)
    return {
        "http.front.rds.front.version_text": str(files.front_routes["version_info"]),
        "http.mesh.rds.mesh.version_text": str(files.mesh_routes["version_info"]),
        "listener_manager.lds.version_text": str(files.listeners["version_info"]),
    }


def _response(type_name: str, resources: Sequence[Resource]) -> Resource:
    return _versioned([typed(type_name, **resource) for resource in resources])


def _versioned(resources: Sequence[Resource]) -> Resource:
    """A discovery response, whose version is that of its content."""
    version = hashlib.sha256(json.dumps(resources, sort_keys=True).encode()).hexdigest()[:16]
    return {"version_info": version, "resources": list(resources)}


def _with_clusters_in_use(clusters: Resource, folder: Path) -> Resource:
    """The clusters, and those of the last write that its routes name."""
    try:
        before = json.loads((folder / CLUSTERS).read_bytes())["resources"]
        routes = "".join((folder / name).read_text(encoding="utf-8") for name in (FRONT_ROUTES, MESH_ROUTES))
    except FileNotFoundError:
        return clusters
    names = {resource["name"] for resource in clusters["resources"]}
    in_use = [item for item in before if item["name"] not in names and json.dumps(item["name"]) in routes]
    return _versioned([*clusters["resources"], *in_use]) if in_use else clusters


def _replace(file: Path, content: Resource) -> None:
    # Without indentation: with it, JSON is written by Python's own slow encoder, and hundreds of Services take long.
    text = json.dumps(content).encode()
    try:
        if file.read_bytes() == text:
            return
    except FileNotFoundError:
        pass
    temporary = file.with_name(f".{file.name}.new")
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    temporary.replace(file)
