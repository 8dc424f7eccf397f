"""From manifests to what the engine runs: read all, check all, and only then take anything over."""

import hashlib
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import gateway.istio
from knative.local import manifest
from knative.local.autoscaler.defaults import Defaults
from knative.local.eventing.bindings import bind, subjects
from knative.local.home import Home
from knative.local.model import (
    ConfigMap,
    DomainMapping,
    Namespace,
    PingSource,
    RevisionTemplate,
    Secret,
    Service,
    ServiceName,
    SinkBinding,
)
from shared.yaml_documents import Complaints, Node, read_documents, read_text

# Of a template whose function describes the others, so its code is theirs too. In an image all of them are there.
CODE_ANNOTATION = "zerocart.example/code"
_folder = re.compile(r"[a-z0-9._]+")
LOCAL_MANIFESTS = Path("knative/local/manifests")


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """Everything that is applied, as one checked whole; Services and manifests as their SinkBindings make them."""

    services: Mapping[ServiceName, Service]
    manifests: Mapping[ServiceName, Node]
    config_maps: tuple[ConfigMap, ...]
    secrets: tuple[Secret, ...]
    ping_sources: tuple[PingSource, ...]
    sink_bindings: tuple[SinkBinding, ...]
    domain_mappings: tuple[DomainMapping, ...]
    autoscaler_defaults: Defaults
    rollout_duration_s: int
    mesh: gateway.istio.Mesh

    def shop_setting(self, name: str) -> str | None:
        """A value of ConfigMap `shop-settings`: what the functions are told, the gateway goes by too."""
        return next((each.data.get(name) for each in self.config_maps if each.name == "shop-settings"), None)


def project_paths(home: Home) -> list[Path]:
    """Every manifest of the project: a function's is in its folder, and the folder is the list."""
    project = home.project
    return [
        *sorted(project.glob("functions/*/*.yaml")),
        project / "gateway" / "manifests",
        project / LOCAL_MANIFESTS,
    ]


def read_paths(paths: Iterable[Path], home: Home) -> list[Node]:
    """The documents of files and folders, each with a namespace. Raises ManifestErrors where one is no YAML."""
    complaints = Complaints()
    documents = read_documents(paths, complaints, home.project)
    _refuse_what_stands_twice(documents, complaints)
    complaints.raise_if_any()
    return documents


def parse_texts(files: Iterable[tuple[str, str]]) -> list[Node]:
    """The documents of some texts, given with their names. Raises ManifestErrors where one is no YAML."""
    complaints = Complaints()
    documents = [document for name, text in files for document in read_text(text, name, complaints)]
    _refuse_what_stands_twice(documents, complaints)
    complaints.raise_if_any()
    return documents


def _refuse_what_stands_twice(documents: Iterable[Node], complaints: Complaints) -> None:
    first: dict[tuple[str, str, str], Node] = {}
    for document in documents:
        name, namespace = document.text("metadata", "name"), document.text("metadata", "namespace", default="shop")
        before = first.setdefault((document.text("kind"), namespace, name), document)
        if before is not document:
            complaints.add(
                document.get("metadata", "name") or document,
                f"must be the only {document.text('kind')} of this name; {before.file}:{before.line} has one too",
            )


def check(documents: Sequence[Node], home: Home, absent: Collection[tuple[Namespace, ServiceName]] = ()) -> Deployment:
    """Read a whole set of documents. Raises ManifestErrors with everything that is wrong in any of them.

    Args:
        absent: Services that were deleted while others still refer to them, as a cluster allows.
    """
    complaints = Complaints()
    ours = manifest.read(documents, complaints)
    nodes = {
        ServiceName(each.text("metadata", "name")): each
        for each in documents
        if manifest.is_ours(each) and each.text("kind") == "Service"
    }
    services = {service.name: service for service in ours.services}
    for name, service in services.items():
        function = function_of(service)
        if not _folder.fullmatch(function):
            continue  # no image, or none that is a name: that has been reported
        if name in nodes and not (home.project / "functions" / function / "main.py").is_file():
            node = nodes[name].get("spec", "template", "spec", "containers") or nodes[name]
            complaints.add(
                node,
                f"the image {service.template.container.image} leads to functions/{function}/main.py, "
                "which is not there",
                hint=f"`make function NAME={function}` writes a new function",
                show_value=False,
            )
    others = [document for document in documents if not manifest.is_ours(document)]
    mesh = gateway.istio.read(
        others, complaints, frozenset({*((each.namespace, each.name) for each in services.values()), *absent})
    )
    _refuse_what_is_bound_twice(ours.sink_bindings, services, documents, complaints)
    complaints.raise_if_any()
    bound = bind(services, nodes, ours.sink_bindings)
    return Deployment(
        services=bound.services,
        manifests=bound.manifests,
        config_maps=ours.config_maps,
        secrets=ours.secrets,
        ping_sources=ours.ping_sources,
        sink_bindings=ours.sink_bindings,
        domain_mappings=ours.domain_mappings,
        autoscaler_defaults=ours.autoscaler_defaults,
        rollout_duration_s=ours.rollout_duration_s,
        mesh=mesh,
    )


def _refuse_what_is_bound_twice(
    bindings: Iterable[SinkBinding],
    services: Mapping[ServiceName, Service],
    documents: Iterable[Node],
    complaints: Complaints,
) -> None:
    nodes = {
        (each.text("metadata", "namespace", default="shop"), each.text("metadata", "name")): each
        for each in documents
        if each.text("kind") == "SinkBinding"
    }
    first: dict[ServiceName, SinkBinding] = {}
    for binding in bindings:
        for name in subjects(binding, services):
            before = first.setdefault(name, binding)
            node = nodes.get((binding.namespace, binding.name))
            if before is not binding and node is not None:
                rule = f"Service {name} is bound by SinkBinding {before.name} already, and has one K_SINK"
                complaints.add(node.get("spec", "subject") or node, rule, show_value=False)


def function_of(service: Service) -> str:
    """The folder in `functions/` that an image name stands for: `…/list-products:1` is `list_products`."""
    last = service.template.container.image.rpartition("/")[2]
    return last.partition("@")[0].partition(":")[0].replace("-", "_")


def code_folders(template: RevisionTemplate, function: str, home: Home) -> list[Path]:
    """The folders that a revision is a snapshot of: its function's, or all of them where its template asks for that."""
    functions = home.project / "functions"
    if template.annotations.get(CODE_ANNOTATION) == "all-functions":
        return sorted(file.parent for file in functions.glob("*/main.py"))
    return [functions / function]


def digest(service: Service, home: Home) -> str:
    """Of a Service's template and its function's code: two with the same are the same revision."""
    total = hashlib.sha256(repr(_plain(service)).encode())
    for folder in code_folders(service.template, function_of(service), home):
        for file in sorted(path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts):
            total.update(str(file.relative_to(folder.parent)).encode())
            total.update(file.read_bytes())
    return total.hexdigest()


def _plain(service: Service) -> tuple[object, ...]:
    template = service.template
    return (
        template.container, template.container_concurrency, template.timeout_s,
        sorted(template.annotations.items()), sorted(template.labels.items()),
        *filter(None, [template.name]),
    )  # fmt: skip
