"""What must hold in each environment, and above all in production: from what the chart makes of its values."""

import re
from pathlib import Path

import pytest
import yaml

from tests.chart.rendering import ENVIRONMENTS, HelmError, Object, functions, of_kind, one, render
from tests.stack import PROJECT

NAMES = sorted(each.parent.name for each in ENVIRONMENTS.glob("*/values.yaml"))
DIGEST = "sha256:" + "0" * 64
environments = pytest.mark.parametrize("name", NAMES)


def values(name: str) -> Path:
    return ENVIRONMENTS / name / "values.yaml"


@pytest.fixture(scope="module")
def production() -> list[Object]:
    return render(values("production"))


def test_there_are_three() -> None:
    assert NAMES == ["dev", "production", "staging"]


@environments
def test_it_is_rendered_and_says_nothing_that_the_schema_does_not_know(name: str) -> None:
    assert len(functions(render(values(name)))) == len(list((PROJECT / "functions").glob("*/service.yaml")))


@environments
def test_it_says_only_what_differs_from_the_charts_own_values(name: str) -> None:
    defaults = yaml.safe_load((PROJECT / "knative" / "chart" / "values.yaml").read_text(encoding="utf-8"))

    def same(found: object, default: object, path: str = "") -> list[str]:
        if isinstance(found, dict) and isinstance(default, dict):
            return [each for key in found for each in same(found[key], default.get(key), f"{path}.{key}")]
        return [path] if found == default else []

    said_twice = set(same(yaml.safe_load(values(name).read_text(encoding="utf-8")), defaults))
    # Production says also what it must not lose when a default changes.
    must = {".images.pullPolicy", ".secrets.source", ".state.postgres.instances", ".state.valkey.members",
            ".state.postgres.backup.retention", ".availability.disruptionBudgets",
            ".secrets.external.store.kind"}  # fmt: skip
    assert said_twice <= must


@environments
def test_no_secret_is_in_it(name: str) -> None:
    for file in (ENVIRONMENTS / name).iterdir():
        text = file.read_text(encoding="utf-8")
        assert not re.search(r"(?i)(password|token|private.?key|secret.?key)[a-z]*: *\S", text), file
        assert not re.search(r"BEGIN|AKIA|://[^/\s]*:[^/\s]*@", text), file
    assert of_kind(render(values(name)), "Secret") == []


@pytest.mark.parametrize("name", ["staging", "production"])
def test_secrets_come_from_outside_each_environments_from_a_place_of_its_own(name: str) -> None:
    found = render(values(name))
    named = {
        each["valueFrom"]["secretKeyRef"]["name"]
        for function in functions(found).values()
        for each in function["spec"]["template"]["spec"]["containers"][0].get("env", [])
        if not each.get("valueFrom", {}).get("secretKeyRef", {"optional": True}).get("optional")
    }
    external = {each["metadata"]["name"]: each for each in of_kind(found, "ExternalSecret")}
    assert named <= external.keys()
    for each in external.values():
        assert all(data["remoteRef"]["key"].startswith(f"zerocart/{name}/") for data in each["spec"]["data"])


def test_only_dev_makes_its_own_secrets() -> None:
    made = {name for name in NAMES if any("shop-secrets" in each["metadata"]["name"] for each in render(values(name)))}
    assert made == {"dev"}


def test_production_has_a_gateway_that_may_lose_one(production: list[Object]) -> None:
    (scaler,) = of_kind(production, "HorizontalPodAutoscaler")
    assert scaler["spec"]["minReplicas"] >= 2
    assert one(production, "PodDisruptionBudget", "shop-gateway")["spec"]["maxUnavailable"] == 1


def test_production_has_three_postgres_of_which_two_have_every_order(production: list[Object]) -> None:
    (cluster,) = of_kind(production, "Cluster")
    spec = cluster["spec"]
    assert spec["instances"] == 3
    assert spec["enablePDB"] is True
    assert spec["postgresql"]["synchronous"]["number"] >= 1
    assert spec["postgresql"]["synchronous"]["dataDurability"] == "required"
    assert spec["affinity"]["topologyKey"] == "topology.kubernetes.io/zone"
    assert spec["affinity"]["podAntiAffinityType"] == "required"
    assert spec["backup"]["barmanObjectStore"]["destinationPath"].startswith("s3://zerocart-production-")
    assert "accessKeyId" not in spec["backup"]["barmanObjectStore"].get("s3Credentials", {})
    assert of_kind(production, "ScheduledBackup")


def test_production_has_three_valkeys_apart(production: list[Object]) -> None:
    (valkey,) = of_kind(production, "StatefulSet")
    assert valkey["spec"]["replicas"] == 3
    rules = valkey["spec"]["template"]["spec"]
    assert "requiredDuringSchedulingIgnoredDuringExecution" in str(rules) or "DoNotSchedule" in str(rules)


def test_in_production_a_drain_never_takes_the_last_instance_of_what_sells(production: list[Object]) -> None:
    budgets = {each["metadata"]["name"] for each in of_kind(production, "PodDisruptionBudget")}
    for name in ("list-products", "get-product", "cart", "login", "place-order", "charge-payment"):
        template = functions(production)[name]["spec"]["template"]
        assert int(template["metadata"]["annotations"]["autoscaling.knative.dev/min-scale"]) >= 2
        assert name in budgets
    for name, function in functions(production).items():
        # Knative names the class and the spread in fields that its feature flags must allow: see the README here.
        assert function["spec"]["template"]["spec"]["priorityClassName"] in {"shop-selling", "shop-browsing"}, name


def test_in_production_the_state_goes_last_when_there_is_too_little(production: list[Object]) -> None:
    classes = {each["metadata"]["name"]: each["value"] for each in of_kind(production, "PriorityClass")}
    assert classes["shop-state"] > classes["shop-selling"] > classes["shop-browsing"]
    (cluster,) = of_kind(production, "Cluster")
    assert cluster["spec"]["priorityClassName"] == "shop-state"
    assert of_kind(production, "ResourceQuota")


def test_production_images_are_named_by_digest_or_nothing_is_rendered() -> None:
    images = ENVIRONMENTS / "production" / "images.yaml"
    with pytest.raises(HelmError, match="a release writes them"):
        render(values("production"), images)
    names = [*functions(render(values("production"))), "operations"]
    found = render(values("production"), images, {"images.digests": dict.fromkeys(names, DIGEST)})
    for function in functions(found).values():
        (container,) = function["spec"]["template"]["spec"]["containers"]
        assert container["image"].endswith(f"@{DIGEST}")
    for job in of_kind(found, "Job"):
        assert job["spec"]["template"]["spec"]["containers"][0]["image"].endswith(f"@{DIGEST}")


def test_what_works_the_processor_hard_can_be_scaled_by_kubernetes_own_autoscaler() -> None:
    found = functions(render(values("production"), ENVIRONMENTS / "variants" / "hpa.yaml"))
    annotations = {name: each["spec"]["template"]["metadata"]["annotations"] for name, each in found.items()}
    by_class = {name for name, each in annotations.items() if "hpa" in each.get("autoscaling.knative.dev/class", "")}
    assert by_class == {"login", "register"}
    for name in by_class:
        assert annotations[name]["autoscaling.knative.dev/metric"] == "cpu"
        assert int(annotations[name]["autoscaling.knative.dev/min-scale"]) >= 1
