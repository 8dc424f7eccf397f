"""A bound Service finds K_SINK in its template, as its manifest would say it, and so gets another revision."""

from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

from knative.local.deployment import Deployment, check, digest, parse_texts, project_paths, read_paths
from knative.local.eventing.addresses import Address, resolve
from knative.local.home import Home
from knative.local.manifest import read
from knative.local.model import ConfigurationName, Namespace, ServiceName, Sink
from shared.errors import ManifestErrors
from shared.yaml_documents import Complaints

SERVICE = """
apiVersion: serving.knative.dev/v1
kind: Service
metadata: {name: NAME, namespace: shop, labels: {team: red}}
spec: {template: {spec: {timeoutSeconds: 15, containers: [
  {image: dev.local/NAME, env: [{name: K_SINK, value: "http://old"}, {name: A, value: b}]}]}}}
"""
BINDING = """
apiVersion: sources.knative.dev/v1
kind: SinkBinding
metadata: {name: NAME, namespace: shop}
spec:
  subject: {apiVersion: serving.knative.dev/v1, kind: Service, SUBJECT}
  sink: {ref: {apiVersion: serving.knative.dev/v1, kind: Service, name: SINK}}
"""
ADDRESS = "http://listen.shop.svc.cluster.local"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A project with two functions: `speak`, and `listen` to what it says."""
    for name in ("speak", "listen"):
        folder = tmp_path / "project" / "functions" / name
        folder.mkdir(parents=True)
        (folder / "main.py").touch()
        (folder / "service.yaml").write_text(SERVICE.replace("NAME", name))
    return Home(root=tmp_path / "home", project=tmp_path / "project", port=8080)


def binding(name: str = "binding", *, subject: str = "name: speak", sink: str = "listen", more: str = "") -> str:
    return BINDING.replace("NAME", name).replace("SUBJECT", subject).replace("SINK", sink) + more


def deployed(home: Home, *bindings: str) -> Deployment:
    (home.project / "functions" / "speak" / "sources.yaml").write_text("\n---\n".join(bindings))
    return check(read_paths(project_paths(home)[:3], home), home)


def variables(deployment: Deployment, name: str = "speak") -> Mapping[str, object]:
    container = deployment.services[ServiceName(name)].template.container
    assert len({each.name for each in container.environment}) == len(container.environment)
    return {each.name: each.value for each in container.environment}


def test_a_file_beside_the_manifest_of_a_function_is_read_too(home: Home) -> None:
    assert [each.name for each in deployed(home, binding()).sink_bindings] == ["binding"]


def test_the_bound_one_finds_its_sink_and_the_others_do_not(home: Home) -> None:
    found = deployed(home, binding())
    assert variables(found) == {"A": "b", "K_SINK": ADDRESS, "K_CE_OVERRIDES": ""}
    assert variables(found, "listen") == {"A": "b", "K_SINK": "http://old"}


def test_overrides_are_told_as_json(home: Home) -> None:
    found = deployed(home, binding(more='  ceOverrides: {extensions: {team: "red", area: "north"}}\n'))
    assert variables(found)["K_CE_OVERRIDES"] == '{"extensions":{"area":"north","team":"red"}}'


def test_a_binding_is_another_revision_and_its_manifest_says_so_too(home: Home) -> None:
    without, bound = deployed(home, ""), deployed(home, binding())
    name = ServiceName("speak")
    assert digest(without.services[name].template, home) != digest(bound.services[name].template, home)
    # The manifest is what the next engine reads the revision from.
    assert read([bound.manifests[ConfigurationName(name)]], Complaints()).services == (bound.services[name],)
    assert bound.services[ServiceName("listen")] == without.services[ServiceName("listen")]
    assert bound.manifests[ConfigurationName("listen")].value == without.manifests[ConfigurationName("listen")].value


def test_a_container_without_an_environment_gets_one(home: Home) -> None:
    plain = yaml.safe_load(SERVICE.replace("NAME", "speak"))
    del plain["spec"]["template"]["spec"]["containers"][0]["env"]
    (home.project / "functions" / "speak" / "service.yaml").write_text(yaml.safe_dump(plain))
    found = deployed(home, binding())
    assert variables(found)["K_SINK"] == ADDRESS
    assert read([found.manifests[ConfigurationName("speak")]], Complaints()).services[0] in found.services.values()


def test_a_selector_binds_all_that_have_its_labels(home: Home) -> None:
    found = deployed(home, binding(subject="selector: {matchLabels: {team: red}}"))
    assert variables(found)["K_SINK"] == variables(found, "listen")["K_SINK"] == ADDRESS
    assert variables(deployed(home, binding(subject="selector: {matchLabels: {team: blue}}")))["K_SINK"] == "http://old"


@pytest.mark.parametrize("absent", [{"sink": "nobody"}, {"subject": "name: nobody"}])
def test_a_sink_or_a_subject_that_is_not_there_stops_nothing(home: Home, absent: dict[str, str]) -> None:
    assert variables(deployed(home, binding(**absent)))["K_SINK"] == "http://old"


def test_a_second_binding_of_the_same_service_is_refused_where_it_stands(home: Home) -> None:
    with pytest.raises(ManifestErrors) as error:
        deployed(home, binding(), binding("again"))
    (problem,) = error.value.problems
    assert (problem.file, problem.field) == ("functions/speak/sources.yaml", "spec.subject")
    assert "bound by SinkBinding binding already" in problem.rule


class TestAddress:
    @pytest.mark.parametrize(
        ("uri", "url"),
        [("", ADDRESS), ("/a/b?c=d", f"{ADDRESS}/a/b?c=d"), ("a", f"{ADDRESS}/a")],
    )
    def test_a_service_has_its_cluster_local_one_and_a_path_is_below_it(self, home: Home, uri: str, url: str) -> None:
        services = deployed(home, "").services
        sink = Sink(service=ServiceName("listen"), namespace=Namespace("shop"), uri=uri)
        address = resolve(sink, services)
        assert address is not None
        assert (address.url, address.in_mesh) == (url, True)
        assert address.timeout_s > services[ServiceName("listen")].template.timeout_s, "the Service's own ends first"

    def test_a_service_of_another_namespace_is_another_one(self, home: Home) -> None:
        sink = Sink(service=ServiceName("listen"), namespace=Namespace("default"))
        assert resolve(sink, deployed(home, "").services) is None

    @pytest.mark.parametrize(
        ("uri", "in_mesh"),
        [
            ("http://listen.shop.svc.cluster.local/a", True),
            ("http://listen.shop.svc:80", True),
            ("http://collector.example", False),
            ("http://127.0.0.1:9000/a", False),
        ],
    )
    def test_a_uri_is_its_own(self, uri: str, in_mesh: bool) -> None:
        address = resolve(Sink(uri=uri), {})
        assert isinstance(address, Address)
        assert (address.url, address.in_mesh) == (uri, in_mesh)


def test_an_object_of_a_kind_that_nobody_reads_is_refused(home: Home) -> None:
    text = binding().replace("SinkBinding", "ApiServerSource")
    with pytest.raises(ManifestErrors, match="ApiServerSource"):
        check(parse_texts([("apply", text)]), home)
