"""From manifests to what the engine runs: read all, check all, and only then take anything over."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import gateway.istio
from knative.local import manifest
from knative.local.autoscaler.defaults import Defaults
from knative.local.home import Home
from knative.local.model import ConfigMap, RevisionTemplate, Secret, Service, ServiceName
from shared.yaml_documents import Complaints, Node, read_documents, read_text

# Of a template whose function describes the others, so its code is theirs too. In an image all of them are there.
CODE_ANNOTATION = "zerocart.example/code"
LOCAL_MANIFESTS = Path("knative/local/manifests")


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """Everything that is applied, as one checked whole."""

    services: Mapping[ServiceName, Service]
    manifests: Mapping[ServiceName, Node]
    config_maps: tuple[ConfigMap, ...]
    secrets: tuple[Secret, ...]
    autoscaler_defaults: Defaults
    mesh: gateway.istio.Mesh

    def shop_setting(self, name: str) -> str | None:
        """A value of ConfigMap `shop-settings`: what the functions are told, the gateway goes by too."""
        return next((each.data.get(name) for each in self.config_maps if each.name == "shop-settings"), None)


def project_paths(home: Home) -> list[Path]:
    """Every manifest of the project: a function's is in its folder, and the folder is the list."""
    project = home.project
    return [
        *sorted(project.glob("functions/*/service.yaml")),
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


def check(documents: Sequence[Node], home: Home) -> Deployment:
    """Read a whole set of documents. Raises ManifestErrors with everything that is wrong in any of them."""
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
        others, complaints, frozenset((service.namespace, service.name) for service in services.values())
    )
    complaints.raise_if_any()
    return Deployment(
        services=services,
        manifests=nodes,
        config_maps=ours.config_maps,
        secrets=ours.secrets,
        autoscaler_defaults=ours.autoscaler_defaults,
        mesh=mesh,
    )


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
    )  # fmt: skip
