"""A golden case: manifests in, Envoy's files out. All that a case needs to say is in its `case.yaml`."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from gateway.envoy import Edge, EnvoyFiles, translate
from gateway.istio import Mesh, read
from knative.local.model import Backend, ConfigurationName, Destination, Namespace, RevisionName, RouteName, RouteTarget
from shared.yaml_documents import Complaints, Node, parse_documents, read_documents

root = Path(__file__).parents[3]
folder = Path(__file__).parent
outputs = ("listeners.yaml", "routes.yaml", "clusters.yaml")
_bounds = ("timeout_s", "response_start_timeout_s", "idle_timeout_s")
run_folder = Path("/run/zerocart")  # stands in the goldens for the folder of a real stack


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldenCase:
    mesh: Mesh
    destinations: tuple[Destination, ...]
    backends: tuple[Backend, ...]
    key_sets: dict[str, str]
    edge: Edge

    def translate(self) -> EnvoyFiles:
        return translate(self.mesh, self.destinations, self.backends, self.key_sets, self.edge)


def case_folders() -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.is_dir() and path.name != "__pycache__")


def read_case(case: Path) -> GoldenCase:
    """Raises ManifestErrors for a wrong manifest, and for a key in `case.yaml` that nothing would read."""
    complaints = Complaints()
    (document,) = parse_documents((case / "case.yaml").read_text(), f"{case.name}/case.yaml")
    complaints.only(document, ("what", "manifests", "destinations", "backends", "key_sets", "otlp_endpoint", "hosts"))
    if not document.text("what"):
        complaints.add(document, "what is missing: it says what the case shows", show_value=False)
    manifests = root / document.text("manifests") if document.get("manifests") else case / "in.yaml"
    mesh = read(read_documents([manifests], complaints, root), complaints)
    destinations = [_destination(item, complaints) for item in _items(document, "destinations")]
    backends = [_backend(item, complaints) for item in _items(document, "backends")]
    key_sets = complaints.string_map(document.get("key_sets"))
    hosts = complaints.string_map(document.get("hosts"))
    complaints.raise_if_any()
    edge = Edge(
        port=8080, mesh_port=8081, folder=run_folder, admin_socket=run_folder / "admin.sock",
        access_log=run_folder / "access.log", otlp_endpoint=document.text("otlp_endpoint") or None,
        hosts={host: run_folder / name for host, name in hosts.items()},
    )  # fmt: skip
    return GoldenCase(
        mesh=mesh, destinations=tuple(destinations), backends=tuple(backends), key_sets=key_sets, edge=edge
    )


def expected_texts(files: EnvoyFiles) -> dict[str, str]:
    """What each golden file must say. Versions are left out: they change with everything."""
    return {
        "listeners.yaml": dump(files.listeners.read()),
        "routes.yaml": dump([*files.front_routes.read(), *files.mesh_routes.read()]),
        "clusters.yaml": dump([*files.clusters.read(), *files.bootstrap["static_resources"]["clusters"]]),
    }


def dump(resources: list[Any]) -> str:
    return yaml.dump(resources, Dumper=_PlainDumper, sort_keys=False, width=120)


class _PlainDumper(yaml.SafeDumper):
    """Without anchors: what stands twice is written twice, so that a diff shows it where it is."""

    def ignore_aliases(self, data: object) -> bool:
        return True


def _destination(node: Node, complaints: Complaints) -> Destination:
    complaints.only(node, ("service", "namespace", "targets", "tags", "cluster_local", "domains"))
    targets = complaints.string_map(node.get("tags"))
    percents = node.get("targets")
    return Destination(
        route=RouteName(node.text("service")),
        namespace=Namespace(node.text("namespace", default="shop")),
        targets=tuple(
            RouteTarget(revision=RevisionName(name), percent=complaints.integer(percent))
            for name, percent in (percents.children if percents else {}).items()
        ),
        tags={tag: RevisionName(revision) for tag, revision in targets.items()},
        cluster_local=complaints.boolean(node.get("cluster_local")),
        domains=complaints.strings(node.get("domains")),
    )


def _backend(node: Node, complaints: Complaints) -> Backend:
    complaints.only(node, ("revision", "service", "namespace", *_bounds))
    revision = RevisionName(node.text("revision"))
    return Backend(
        revision=revision,
        configuration=ConfigurationName(node.text("service", default=revision.rpartition("-")[0])),
        namespace=Namespace(node.text("namespace", default="shop")),
        socket_path=str(run_folder / f"{revision}.sock"),
        timeout_s=complaints.number(node.get("timeout_s"), 300.0),
        response_start_timeout_s=complaints.number(node.get("response_start_timeout_s"), 0.0),
        idle_timeout_s=complaints.number(node.get("idle_timeout_s"), 0.0),
    )


def _items(document: Node, key: str) -> tuple[Node, ...]:
    child = document.get(key)
    return tuple(child.items) if child else ()
