"""All of Envoy's configuration, as the files that it watches: `translate` makes them, `write` puts them there.

Envoy reads a file again when another one is renamed onto it, so it never sees half of one. Files that did not change
are not touched, so an autoscaler's every turn may write. Envoy watches each file apart, and one that wakes late reads
several in any order: so clusters and what names them are two writes, and who runs Envoy waits in between.
"""

import contextlib
import functools
import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from gateway.envoy.bootstrap import bootstrap
from gateway.envoy.cluster import cluster, external_cluster
from gateway.envoy.edge import BOOTSTRAP, CLUSTERS, FRONT_ROUTES, LISTENERS, MESH_ROUTES, Edge
from gateway.envoy.listener import listeners
from gateway.envoy.patch import patch_cluster
from gateway.envoy.resource import Resource, encoded, typed
from gateway.envoy.route_configuration import front_routes, mesh_routes
from gateway.envoy.upstreams import Upstreams
from gateway.istio import Mesh
from knative.local.model import Backend, Destination
from shared.remembered import Remembered

# What Envoy's admin interface says under `/stats?type=TextReadouts` when it has taken a write over, by statistic.
Versions = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """A discovery response: resources of one kind as JSON, and a version that is that of its content."""

    resources: tuple[str, ...]
    version: str

    @classmethod
    def of(cls, resources: Iterable[str]) -> "Response":
        found = tuple(resources)
        return cls(resources=found, version=hashlib.sha256("\n".join(found).encode()).hexdigest()[:16])

    @property
    def text(self) -> str:
        """What is in the file: a line for each resource, so that one can be told from another without reading it."""
        lines = ",\n".join(self.resources)
        return f'{{"version_info": "{self.version}", "resources": [\n{lines}\n]}}\n'

    def read(self) -> list[Resource]:
        return [json.loads(resource) for resource in self.resources]


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvoyFiles:
    """What is in each file: the bootstrap, and one discovery response for each kind of resource."""

    bootstrap: Resource
    clusters: Response
    front_routes: Response
    mesh_routes: Response
    listeners: Response


class Translator:
    """Translates again and again: what a Service comes to is kept while that, and the mesh, are the same."""

    def __init__(self) -> None:
        self._around: tuple[Mesh, Edge] | None = None
        self._made: Remembered[str] = Remembered()

    def translate(
        self,
        mesh: Mesh,
        destinations: Sequence[Destination],
        backends: Sequence[Backend],
        key_sets: Mapping[str, str],
        edge: Edge,
    ) -> EnvoyFiles:
        """As the function of this name."""
        if self._around != (mesh, edge):
            self._around, self._made = (mesh, edge), Remembered()
        made = self._made
        upstreams = Upstreams.of(destinations, backends, edge.hosts, edge.otlp_endpoint)
        files = EnvoyFiles(
            bootstrap=bootstrap(edge),
            clusters=Response.of(_clusters(mesh, backends, edge, made)),
            front_routes=Response.of([front_routes(mesh, destinations, upstreams, edge, made)]),
            mesh_routes=Response.of([mesh_routes(mesh, destinations, upstreams, made)]),
            listeners=Response.of(
                encoded(typed("envoy.config.listener.v3.Listener", **listener))
                for listener in listeners(mesh, key_sets, edge)
            ),
        )
        made.sweep()
        return files


def translate(
    mesh: Mesh,
    destinations: Sequence[Destination],
    backends: Sequence[Backend],
    key_sets: Mapping[str, str],
    edge: Edge,
) -> EnvoyFiles:
    """The manifests and the Routes as Envoy's configuration. The same input gives the same output, byte for byte.

    Args:
        destinations: every Knative Route, also those that no route names.
        backends: every revision with a socket, also one that no destination names now.
        key_sets: JWKS by jwksUri. While a set is missing, every token of its issuer is refused with 401.
    """
    return Translator().translate(mesh, destinations, backends, key_sets, edge)


def _clusters(mesh: Mesh, backends: Sequence[Backend], edge: Edge, made: Remembered[str]) -> Iterator[str]:
    def patched(resource: Resource, host: str) -> str:
        return encoded(typed("envoy.config.cluster.v3.Cluster", **patch_cluster(resource, host, mesh)))

    def of_backend(backend: Backend) -> str:
        host = f"{backend.configuration}.{backend.namespace}.svc.cluster.local"
        return patched(cluster(backend, mesh.destination_rules), host)

    for backend in sorted(backends, key=lambda backend: (backend.namespace, backend.revision)):
        key = "cluster", backend.namespace, backend.revision
        yield made.of(key, (backend,), functools.partial(of_backend, backend))
    for entry in sorted(mesh.service_entries, key=lambda entry: entry.host):
        if entry.host in edge.hosts:
            resource = external_cluster(entry.host, edge.hosts[entry.host], mesh.destination_rules)
            yield patched(resource, entry.host)


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
    _replace(folder / BOOTSTRAP, encoded(files.bootstrap))
    _replace(folder / CLUSTERS, clusters.text)
    return {"cluster_manager.cds.version_text": clusters.version}


def write_routes(files: EnvoyFiles, folder: Path) -> Versions:
    """Replace what names the clusters, where it changed: only when Envoy knows those, or it answers 503 for a while."""
    contents = {FRONT_ROUTES: files.front_routes, MESH_ROUTES: files.mesh_routes, LISTENERS: files.listeners}
    for name, content in contents.items():
        _replace(folder / name, content.text)
    return {
        "http.front.rds.front.version_text": files.front_routes.version,
        "http.mesh.rds.mesh.version_text": files.mesh_routes.version,
        "listener_manager.lds.version_text": files.listeners.version,
    }


def _with_clusters_in_use(clusters: Response, folder: Path) -> Response:
    """The clusters, and those of the last write that its routes name."""
    try:
        lines = (folder / CLUSTERS).read_text(encoding="utf-8").splitlines()[1:-1]
        routes = "".join((folder / name).read_text(encoding="utf-8") for name in (FRONT_ROUTES, MESH_ROUTES))
    except FileNotFoundError:
        return clusters
    before = {line.removesuffix(",") for line in lines}
    gone = {json.loads(line)["name"]: line for line in sorted(before.difference(clusters.resources))}
    if gone:
        names = {resource["name"] for resource in clusters.read()}
        in_use = [line for name, line in gone.items() if name not in names and json.dumps(name) in routes]
        return Response.of([*clusters.resources, *in_use])
    return clusters


def put_again(folder: Path) -> None:
    """Put what Envoy watches in its place once more, as it is: Envoy looks at a file when it is moved there."""
    for name in (CLUSTERS, FRONT_ROUTES, MESH_ROUTES, LISTENERS):
        with contextlib.suppress(FileNotFoundError):
            _put(folder / name, (folder / name).read_bytes())


def _replace(file: Path, text: str) -> None:
    content = text.encode()
    try:
        if file.read_bytes() == content:
            return
    except FileNotFoundError:
        pass
    _put(file, content)


def _put(file: Path, content: bytes) -> None:
    """By rename. Not durable: after a loss of power all of them are written anew before an Envoy starts."""
    temporary = file.with_name(f".{file.name}.new")
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as stream:
        stream.write(content)
    temporary.replace(file)
