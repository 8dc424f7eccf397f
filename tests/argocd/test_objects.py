"""Argo CD's objects: of the form that it takes, about environments that are there, and never in a promotion's way."""

import json
import shutil
import subprocess
from typing import Any

import pytest
import yaml

from tests.chart.rendering import ENVIRONMENTS, helm, render
from tests.schemas import refused
from tests.stack import PROJECT

FOLDER = PROJECT / "knative" / "argocd"
Object = dict[str, Any]


def read(name: str) -> Object:
    found: Object = yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))
    return found


@pytest.fixture(scope="module")
def applications(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Object]:
    """What the ApplicationSet makes, by environment: its templates are Go's, and so are Helm's."""
    chart = tmp_path_factory.mktemp("chart")
    (chart / "templates").mkdir()
    (chart / "Chart.yaml").write_text("apiVersion: v2\nname: rendered\nversion: 0.0.0\n", encoding="utf-8")
    template = (
        "{{ range .Values.elements }}---\n{{ tpl $.Values.template . }}\n---\n{{ tpl $.Values.patch . }}\n{{ end }}"
    )
    (chart / "templates" / "all.yaml").write_text(template, encoding="utf-8")
    spec = read("applicationset.yaml")["spec"]
    (generator,) = spec["generators"]
    values = {
        "elements": generator["list"]["elements"], "template": yaml.safe_dump(spec["template"]),
        "patch": spec["templatePatch"],
    }  # fmt: skip
    file = chart / "values.json"
    file.write_text(json.dumps(values), encoding="utf-8")
    documents = [each for each in yaml.safe_load_all(helm("template", str(chart), "-f", str(file))) if each]
    made = [merged(template, patch) for template, patch in zip(documents[::2], documents[1::2], strict=True)]
    kind = {"apiVersion": "argoproj.io/v1alpha1", "kind": "Application"}
    return {each["metadata"]["labels"]["zerocart.example/environment"]: {**kind, **each} for each in made}


def merged(one: Any, other: Any) -> Any:
    if isinstance(one, dict) and isinstance(other, dict):
        return {key: merged(one.get(key), other.get(key, one.get(key))) for key in one | other}
    return one if other is None else other


@pytest.mark.parametrize("name", ["project.yaml", "applicationset.yaml"])
def test_argo_cd_takes_it(name: str) -> None:
    assert refused(read(name)) == []


def test_a_field_that_it_does_not_know_is_found() -> None:
    """The roadmap's: on an ApplicationSet there is no such strategy."""
    wrong = read("applicationset.yaml")
    wrong["spec"]["blueGreen"] = {"activeService": "shop"}
    assert refused(wrong)


def test_there_is_an_application_of_each_environment_and_argo_cd_takes_it(applications: dict[str, Object]) -> None:
    folders = {each.parent.name for each in ENVIRONMENTS.glob("*/values.yaml")}
    assert applications.keys() == folders
    for name, found in applications.items():
        assert refused(found) == []
        source = found["spec"]["source"]
        files = source["helm"]["valueFiles"]
        assert files[0] == f"../environments/{name}/values.yaml"
        assert all((PROJECT / source["path"] / file).is_file() for file in files)
        assert found["spec"]["project"] == read("project.yaml")["metadata"]["name"]


def test_dev_heals_itself_and_production_waits_for_a_person(applications: dict[str, Object]) -> None:
    assert applications["dev"]["spec"]["syncPolicy"]["automated"] == {
        "prune": True, "selfHeal": True, "allowEmpty": False
    }  # fmt: skip
    assert "automated" not in applications["production"]["spec"]["syncPolicy"]


def test_production_runs_only_what_is_named_by_its_digest(applications: dict[str, Object]) -> None:
    helm_source = applications["production"]["spec"]["source"]["helm"]
    assert helm_source["valueFiles"][-1] == "../environments/production/images.yaml"
    assert helm_source["ignoreMissingValueFiles"] is False


def test_where_the_requests_go_is_in_no_file_and_argo_cd_leaves_it(applications: dict[str, Object]) -> None:
    for manifest in (PROJECT / "functions").glob("*/service.yaml"):
        assert "traffic" not in yaml.safe_load(manifest.read_text(encoding="utf-8"))["spec"]
    for found in applications.values():
        ignored = [
            pointer for each in found["spec"]["ignoreDifferences"]
            if (each["group"], each["kind"]) == ("serving.knative.dev", "Service")
            for pointer in each.get("jsonPointers", ())
        ]  # fmt: skip
        assert "/spec/traffic" in ignored
        assert "RespectIgnoreDifferences=true" in found["spec"]["syncPolicy"]["syncOptions"]


@pytest.mark.parametrize("environment", ["dev", "staging", "production"])
def test_the_project_lets_in_what_the_chart_makes_and_no_secret(environment: str) -> None:
    project = read("project.yaml")["spec"]
    namespaces = {each["namespace"] for each in project["destinations"]}
    cluster_wide = {(each["group"], each["kind"]) for each in project["clusterResourceWhitelist"]}
    for found in render(ENVIRONMENTS / environment / "values.yaml"):
        kind = found["apiVersion"].rpartition("/")[0], found["kind"]
        assert kind != ("", "Secret")
        if "namespace" in found["metadata"]:
            assert found["metadata"]["namespace"] in namespaces, found["metadata"]
        else:
            assert kind in cluster_wide


def wave(found: Object) -> int:
    return int(found["metadata"].get("annotations", {}).get("argocd.argoproj.io/sync-wave", "0"))


def test_secrets_come_before_the_migrations_and_those_before_the_functions() -> None:
    found = render(ENVIRONMENTS / "production" / "values.yaml")
    secrets = {wave(each) for each in found if each["kind"] == "ExternalSecret"}
    (migrations,) = [each for each in found if each["metadata"]["name"] == "shop-migrations" and each["kind"] == "Job"]
    functions = {wave(each) for each in found if each["apiVersion"] == "serving.knative.dev/v1"}
    assert max(secrets) < wave(migrations) < min(functions)
    assert migrations["metadata"]["annotations"]["argocd.argoproj.io/hook"] == "Sync"


CONDITIONS: list[tuple[Object, str]] = [
    ({}, "Progressing"),
    ({"status": {"conditions": []}}, "Progressing"),
    ({"status": {"conditions": [{"type": "Ready", "status": "Unknown"}]}}, "Progressing"),
    ({"status": {"conditions": [{"type": "Ready", "status": "True"}]}}, "Healthy"),
    ({"status": {"conditions": [{"type": "Ready", "status": "False", "message": "no"}]}}, "Degraded"),
    ({"metadata": {"generation": 3},
      "status": {"observedGeneration": 2, "conditions": [{"type": "Ready", "status": "True"}]}}, "Progressing"),
    ({"metadata": {"generation": 3},
      "status": {"observedGeneration": 3, "conditions": [{"type": "Ready", "status": "True"}]}}, "Healthy"),
]  # fmt: skip


def as_lua(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"[{json.dumps(key)}] = {as_lua(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "{" + ", ".join(as_lua(each) for each in value) + "}"
    return json.dumps(value)


def test_what_is_not_ready_or_not_of_this_generation_is_not_healthy() -> None:
    lua = shutil.which("lua5.4") or shutil.which("lua5.1") or shutil.which("lua")
    if lua is None:
        pytest.skip("no Lua interpreter is here (Debian: lua5.4)")
    checks = set(read("health.yaml")["data"].values())
    (check,) = checks
    for found, expected in CONDITIONS:
        code = (
            f"obj = {as_lua({'metadata': {}, **found})}\nhealth = (function()\n{check}\nend)()\nio.write(health.status)"
        )
        done = subprocess.run([lua, "-e", code], capture_output=True, text=True, check=True, timeout=30)
        assert done.stdout == expected, found
