"""The rendered objects say to a cluster what the files say to the engine on one machine, but for what is named here."""

import dataclasses
import re
from typing import Any

import pytest

import gateway.istio
from knative.local import manifest
from knative.local.deployment import project_paths
from knative.local.home import Home
from knative.local.manifest import Manifests
from knative.local.model import Service
from shared.yaml_documents import Complaints, Node, parse_documents, read_documents
from tests.chart.rendering import render_text
from tests.stack import PROJECT

# What a cluster must have of its own, and what one machine has of its own.
NOT_OF_THE_CHART = {"config-autoscaler", "storefront"}
CLUSTER_LOCAL = "networking.knative.dev/visibility"


def read(documents: list[Node]) -> tuple[Manifests, gateway.istio.Mesh]:
    """What the engine understands of them. Raises ManifestErrors with all that it would refuse."""
    complaints = Complaints()
    ours = manifest.read(documents, complaints)
    mesh = gateway.istio.read([each for each in documents if each.text("apiVersion") and "istio" in
                               each.text("apiVersion")], complaints)  # fmt: skip
    complaints.raise_if_any()
    return ours, mesh


def of_the_files() -> list[Node]:
    complaints = Complaints()
    home = Home(root=PROJECT / ".none", project=PROJECT, port=8080)
    documents = read_documents(project_paths(home), complaints, PROJECT)
    complaints.raise_if_any()
    return [each for each in documents if each.file.rpartition("/")[2] != "storefront.yaml"]


def of_the_chart(*groups: str, **values: object) -> list[Node]:
    """The rendered documents of some groups of kinds; others are not read, which takes its time."""
    texts = [
        each
        for each in render_text(values).split("\n---\n")
        if re.search(rf"^apiVersion: ({'|'.join(groups)})", each, re.M)
    ]
    known = {"Service", "ConfigMap", "Broker", "Trigger", "PingSource", "SinkBinding", "DomainMapping"}
    documents = parse_documents("\n---\n".join(texts), "rendered")
    return [each for each in documents if "." in each.text("apiVersion").split("/")[0] or each.text("kind") in known]


def plain(value: object) -> object:
    """A value of the model without where it was read, and without the order of a mapping."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {each.name: getattr(value, each.name) for each in dataclasses.fields(value)}
        where_read = {"file", "line"}
        return {name: plain(each) for name, each in fields.items()
                if not isinstance(each, Node) and name not in where_read}  # fmt: skip
    if isinstance(value, dict) or hasattr(value, "items"):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    return value


def as_the_file_has_it(service: Service) -> Any:
    """A rendered Service without what the chart is known to add; everything else must be the file's."""
    found: Any = plain(service)
    image = found["configuration"]["template"]["container"]["image"]
    found["configuration"]["template"]["container"]["image"] = re.sub(r":[^:/]+$", "", image)
    assert found["configuration"]["template"]["annotations"].pop("zerocart.example/settings")
    assert found["configuration"]["template"]["labels"].pop("app.kubernetes.io/component") == "function"
    assert found["configuration"]["template"]["labels"].pop("app.kubernetes.io/part-of") == "zerocart"
    found["route"].pop("cluster_local")
    found["annotations"].pop("argocd.argoproj.io/sync-wave")
    found["labels"] = {
        key: value for key, value in found["labels"].items()
        if not key.startswith(("app.kubernetes.io/", "helm.sh/")) and key != CLUSTER_LOCAL
    }  # fmt: skip
    return found


@pytest.fixture(scope="module")
def files() -> tuple[Manifests, gateway.istio.Mesh]:
    return read(of_the_files())


@pytest.fixture(scope="module")
def chart() -> tuple[Manifests, gateway.istio.Mesh]:
    kinds = "v1$", "serving.knative.dev", "eventing.knative.dev", "sources.knative.dev"
    ours = of_the_chart(*kinds, "networking.istio.io", "security.istio.io", "telemetry.istio.io")
    return read(ours)


Both = tuple[Manifests, gateway.istio.Mesh]


def test_every_function_is_there_and_is_its_file(files: Both, chart: Both) -> None:
    expected = {}
    for service in files[0].services:
        there: Any = plain(service)
        there["labels"].pop(CLUSTER_LOCAL, None)
        there["route"].pop("cluster_local")
        expected[service.name] = there
    assert {service.name: as_the_file_has_it(service) for service in chart[0].services} == expected


def test_on_a_cluster_no_function_has_a_host_outside_unless_it_is_asked_for(files: Both, chart: Both) -> None:
    assert all(service.route.cluster_local for service in chart[0].services)
    as_written, _ = read(of_the_chart("serving.knative.dev", functions={"clusterLocal": False}))
    local = {service.name for service in files[0].services if service.route.cluster_local}
    assert {service.name for service in as_written.services if service.route.cluster_local} == local


def test_the_gateway_does_what_its_files_say(files: Both, chart: Both) -> None:
    """Nothing may differ at all: hosts, issuer and origins are the files' own where no value says otherwise."""
    assert plain(chart[1]) == plain(files[1])


def test_events_go_where_the_files_send_them(files: Both, chart: Both) -> None:
    for kind in ("brokers", "triggers", "ping_sources", "sink_bindings"):
        assert plain(getattr(chart[0], kind)) == plain(getattr(files[0], kind)), kind


def test_the_functions_are_told_the_same(files: Both, chart: Both) -> None:
    told = {each.name: dict(each.data) for each in files[0].config_maps if each.name not in NOT_OF_THE_CHART}
    assert {each.name: dict(each.data) for each in chart[0].config_maps} == told
