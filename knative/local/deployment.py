"""From manifests to what the engine runs: read all, check all, and only then take anything over."""

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import gateway.istio
from knative.local import manifest
from knative.local.autoscaler.defaults import Defaults
from knative.local.eventing.bindings import bind, subjects
from knative.local.home import Home
from knative.local.model import (
    Broker,
    BrokerName,
    ConfigMap,
    Configuration,
    ConfigurationName,
    DomainMapping,
    Namespace,
    PingSource,
    RevisionTemplate,
    Route,
    RouteName,
    Secret,
    Service,
    ServiceName,
    SinkBinding,
    Trigger,
)
from knative.local.programs import image as programs
from knative.local.programs.image import Image, Images
from shared.errors import ManifestProblem
from shared.remembered import Remembered
from shared.yaml_documents import Complaints, Node, read_documents, read_text

# Of a template whose function describes the others, so its code is theirs too. In an image all of them are there.
CODE_ANNOTATION = "zerocart.example/code"
_PROBES = {"readinessProbe": "readiness", "livenessProbe": "liveness", "startupProbe": "startup"}
# The kinds of document that revisions come of.
MAKERS = ("Service", "Configuration")
_LEFTOVER_ENDS = ("~", ".swp", ".swx", ".tmp", "#")
_LEFTOVERS = ("__pycache__", "4913")
LOCAL_MANIFESTS = Path("knative/local/manifests")


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """Everything that is applied, as one checked whole; Services and manifests as their SinkBindings make them.

    `configurations` and `routes` are those that Services make, and those of their own. A Service makes none where
    there is one of its own of that name. `manifests` are the documents that Configurations come from. `images` has the
    programs of those that are no functions of ours. One in neither place has an image that leads nowhere, which a
    cluster accepts too.
    """

    services: Mapping[ServiceName, Service]
    configurations: Mapping[ConfigurationName, Configuration]
    routes: Mapping[RouteName, Route]
    images: Mapping[ConfigurationName, Image]
    manifests: Mapping[ConfigurationName, Node]
    config_maps: tuple[ConfigMap, ...]
    secrets: tuple[Secret, ...]
    ping_sources: tuple[PingSource, ...]
    sink_bindings: tuple[SinkBinding, ...]
    domain_mappings: tuple[DomainMapping, ...]
    brokers: tuple[Broker, ...]
    triggers: tuple[Trigger, ...]
    autoscaler_defaults: Defaults
    rollout_duration_s: int
    mesh: gateway.istio.Mesh

    def makes_configuration(self, service: Service) -> bool:
        """Whether the Configuration of its name is the Service's, and not one of its own."""
        return self.configurations[service.configuration.name] is service.configuration

    def makes_route(self, service: Service) -> bool:
        """The same of its Route; there may be none."""
        return self.routes.get(service.route.name) is service.route

    @property
    def broker_keys(self) -> frozenset[tuple[Namespace, BrokerName]]:
        return frozenset((each.namespace, each.name) for each in self.brokers)

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


class Readings:
    """What documents were read as before: those that are the very same mean the same."""

    def __init__(self) -> None:
        self.known = manifest.Known()
        self.mesh: Remembered[tuple[gateway.istio.Mesh, list[ManifestProblem]]] = Remembered()


def check(
    documents: Sequence[Node],
    home: Home,
    absent: Collection[tuple[Namespace, RouteName]] = (),
    readings: Readings | None = None,
) -> Deployment:
    """Read a whole set of documents. Raises ManifestErrors with everything that is wrong in any of them.

    Args:
        absent: Routes that were deleted, with their Services or alone, while others still refer to them, as a
            cluster allows.
        readings: of the times before; changed.
    """
    complaints = Complaints()
    readings = readings or Readings()
    ours = manifest.read(documents, complaints, readings.known)
    nodes: dict[str, dict[ConfigurationName, Node]] = {kind: {} for kind in MAKERS}
    for each in documents:
        if (kind := each.text("kind")) in nodes and manifest.is_ours(each):
            nodes[kind][ConfigurationName(each.text("metadata", "name"))] = each
    services = {service.name: service for service in ours.services}
    own = {each.name: each for each in ours.configurations}
    of_services = {each.configuration.name: each.configuration for each in ours.services}
    known = Images(home.images).read()
    images = {}
    for name, configuration in (of_services | own).items():
        node = nodes["Configuration" if name in own else "Service"].get(name)
        if has_function(configuration.template, home):
            _refuse_what_a_function_is_not(configuration.template, node, complaints)
        elif image := programs.find(known, configuration.template.container.image):
            images[name] = image
    mesh = _read_mesh([document for document in documents if not manifest.is_ours(document)], complaints, readings)
    # As Knative does: a Service that does not get its Configuration makes no Route either.
    routes = {each.route.name: each.route for each in ours.services if each.configuration.name not in own}
    routes |= {each.name: each for each in ours.routes}
    there = frozenset({*((each.namespace, each.name) for each in routes.values()), *absent})
    gateway.istio.check_knative_routes(mesh, complaints, there)
    _refuse_what_is_bound_twice(ours.sink_bindings, services, documents, complaints)
    complaints.raise_if_any()
    of_service = {ServiceName(name): node for name, node in nodes["Service"].items()}
    bound = bind(services, of_service, ours.sink_bindings, {(each.namespace, each.name) for each in ours.brokers})
    return Deployment(
        services=bound.services,
        configurations={each.configuration.name: each.configuration for each in bound.services.values()} | own,
        routes=routes,
        images=images,
        manifests={ConfigurationName(name): node for name, node in bound.manifests.items()}
        | {name: nodes["Configuration"][name] for name in own},
        config_maps=ours.config_maps,
        secrets=ours.secrets,
        ping_sources=ours.ping_sources,
        sink_bindings=ours.sink_bindings,
        domain_mappings=ours.domain_mappings,
        brokers=ours.brokers,
        triggers=ours.triggers,
        autoscaler_defaults=ours.autoscaler_defaults,
        rollout_duration_s=ours.rollout_duration_s,
        mesh=mesh,
    )


def _read_mesh(documents: Sequence[Node], complaints: Complaints, readings: Readings) -> gateway.istio.Mesh:
    def read_anew() -> tuple[gateway.istio.Mesh, list[ManifestProblem]]:
        own = Complaints()
        return gateway.istio.read(documents, own), own.problems

    mesh, problems = readings.mesh.of("mesh", tuple(documents), read_anew)
    complaints.problems += problems
    return mesh


def refuse_unknown_images(deployment: Deployment, documents: Iterable[Node], home: Home) -> None:
    """Raises ManifestErrors where a Service or a Configuration among some documents has an image that leads nowhere.

    Whoever sits here can mend that at once; a client of the API is told as a cluster would, by a condition.
    """
    complaints = Complaints()
    for document in documents:
        name = ConfigurationName(document.text("metadata", "name"))
        found = deployment.configurations.get(name) if manifest.is_ours(document) else None
        if document.text("kind") not in MAKERS or found is None or name in deployment.images:
            continue
        if not has_function(found.template, home):
            function, reference = function_of(found.template), found.template.container.image
            complaints.add(
                document.get("spec", "template", "spec", "containers") or document,
                f"the image {reference} leads to functions/{function}/main.py, which is not there",
                hint=f"`make function NAME={function}` writes a new function; "
                f"`zerocart image add {programs.last_part(reference)} -- COMMAND` names a program",
                show_value=False,
            )
    complaints.raise_if_any()


def _refuse_what_a_function_is_not(template: RevisionTemplate, node: Node | None, complaints: Complaints) -> None:
    """What only a program of its own can be asked for."""
    containers = node.get("spec", "template", "spec", "containers") if node else None
    if not containers or not containers.items:
        return
    container = containers.items[0]
    if directory := container.get("workingDir"):
        hint = "a function runs in a folder of its own; name files from there"
        complaints.add(directory, "another working directory is not honoured here", hint=hint)
    if template.container.protocol == "h2c" and (found := container.get("ports")):
        hint = "leave the name out for HTTP/1"
        complaints.add(found, "HTTP/2 to a function is not honoured here", hint=hint, show_value=False)
    for probe, words in _PROBES.items():
        if handler := container.get(probe, "grpc"):
            rule = f"a {words} probe by grpc is not honoured here"
            complaints.add(handler, rule, hint="httpGet with a path, or tcpSocket, is", show_value=False)


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


def function_of(template: RevisionTemplate) -> str:
    """The folder in `functions/` that an image name stands for: `…/list-products:1` is `list_products`."""
    return programs.last_part(template.container.image).replace("-", "_")


def has_function(template: RevisionTemplate, home: Home) -> bool:
    return (home.project / "functions" / function_of(template) / "main.py").is_file()


def code_folders(template: RevisionTemplate, function: str, home: Home) -> list[Path]:
    """The folders that a revision is a snapshot of: its function's, or all of them where its template asks for that."""
    functions = home.project / "functions"
    if template.annotations.get(CODE_ANNOTATION) == "all-functions":
        return sorted(file.parent for file in functions.glob("*/main.py"))
    return [functions / function]


def is_leftover(name: str) -> bool:
    """What editors leave beside a file while they have it open, and what Python does: it is no code."""
    return name.startswith(".") or name in _LEFTOVERS or name.endswith(_LEFTOVER_ENDS)


def digest(template: RevisionTemplate, home: Home, image: Image | None = None) -> str:
    """Of a template and its function's code, or its program: two with the same are the same revision."""
    total = hashlib.sha256(repr(_plain(template)).encode())
    if image:
        total.update(json.dumps(programs.to_json(image), sort_keys=True).encode())
        return total.hexdigest()
    for folder in code_folders(template, function_of(template), home):
        for file in sorted(path for path in folder.rglob("*") if path.is_file()):
            if any(map(is_leftover, file.relative_to(folder).parts)):
                continue
            total.update(str(file.relative_to(folder.parent)).encode())
            total.update(file.read_bytes())
    return total.hexdigest()


def _plain(template: RevisionTemplate) -> tuple[object, ...]:
    bounds = {"response start": template.response_start_timeout_s, "idle": template.idle_timeout_s}
    return (
        template.container, template.container_concurrency, template.timeout_s,
        sorted(template.annotations.items()), sorted(template.labels.items()),
        *filter(None, [template.name]),
        *((key, bound_s) for key, bound_s in bounds.items() if bound_s),
    )  # fmt: skip
