"""What values change: events without Knative Eventing, secrets from a store, hosts, origins, who is kept available."""

import json
import shlex
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from knative.operations import secrets
from tests.chart.rendering import HelmError, Object, functions, loader, of_kind, one, render
from tests.stack import PROJECT

IN_CLUSTER = {"state": {"postgres": {"mode": "cloudnativepg"}, "valkey": {"mode": "sentinel"}}}


def named_secrets(objects: list[Object]) -> set[str]:
    """Those without which a function does not start."""
    return {
        entry["valueFrom"]["secretKeyRef"]["name"]
        for service in functions(objects).values()
        for entry in service["spec"]["template"]["spec"]["containers"][0]["env"]
        if "secretKeyRef" in entry.get("valueFrom", {}) and not entry["valueFrom"]["secretKeyRef"].get("optional")
    }


def the_job(objects: list[Object], purpose: str) -> Object:
    (found,) = [each for each in of_kind(objects, "Job")
                if each["spec"]["template"]["metadata"]["labels"].get("zerocart.example/job") == purpose]  # fmt: skip
    return found


def test_the_job_makes_every_secret_that_a_function_names_and_may_read_no_other() -> None:
    objects = render(IN_CLUSTER)
    arguments = the_job(objects, "secrets")["spec"]["template"]["spec"]["containers"][0]["args"]
    names = {each for each in arguments if each in named_secrets(objects) | {"database-owner"}}
    assert names == named_secrets(objects) | {"database-owner"}
    create, read = one(objects, "Role", "shop-secrets")["rules"]
    assert (create["verbs"], read["verbs"]) == (["create"], ["get"])
    assert set(read["resourceNames"]) == names
    for name in names:  # each has somebody who knows how to make it
        secrets.maker(name, "postgresql://{user}:{password}@h/d", "redis://h", datetime.now(UTC))


def test_an_external_database_has_its_passwords_from_who_runs_it() -> None:
    arguments = the_job(render(), "secrets")["spec"]["template"]["spec"]["containers"][0]["args"]
    assert not [each for each in arguments if each.startswith(("database-", "--database-url"))]


def test_from_a_store_come_the_same_secrets_with_the_keys_that_are_asked_for() -> None:
    objects = render(IN_CLUSTER, {"secrets": {"source": "external"}})
    found = {each["metadata"]["name"]: each for each in of_kind(objects, "ExternalSecret")}
    assert set(found) == named_secrets(objects) | {"database-owner"}
    keys = [each["remoteRef"] for each in found["database-orders"]["spec"]["data"]]
    assert keys == [{"key": "zerocart/database-orders", "property": each} for each in ("url", "username", "password")]
    assert not of_kind(objects, "Role", "shop-secrets")
    assert not of_kind(render({"secrets": {"source": "existing"}}), "ExternalSecret")


def test_no_value_of_a_secret_is_in_what_is_rendered() -> None:
    assert not [each for each in render(IN_CLUSTER) if each["kind"] == "Secret"]


def test_without_knative_eventing_functions_are_called_by_the_clock_and_events_go_straight_to_their_consumer() -> None:
    objects = render({"eventing": {"mode": "cronjob"}})
    assert not [
        each for each in objects if "eventing.knative.dev" in each["apiVersion"] or "sources." in each["apiVersion"]
    ]
    jobs = {each["metadata"]["name"]: each["spec"] for each in of_kind(objects, "CronJob")}
    documents = [each for file in PROJECT.glob("functions/*/sources.yaml")
                 for each in yaml.load_all(file.read_text(), Loader=loader)]  # fmt: skip
    assert set(jobs) == {each["metadata"]["name"] for each in documents if each["kind"] == "PingSource"}
    arguments = jobs["relay-outbox"]["jobTemplate"]["spec"]["template"]["spec"]["containers"][0]["args"]
    assert jobs["relay-outbox"]["schedule"] == "* * * * *"
    assert shlex.join(arguments[-4:]) == "--times 6 --every 10"
    assert jobs["expire-data"]["schedule"] == "7 * * * *"
    environment = functions(objects)["relay-outbox"]["spec"]["template"]["spec"]["containers"][0]["env"]
    assert {"name": "K_SINK", "value": "http://record-sale.shop.svc.cluster.local"} in environment


def test_hosts_reach_the_gateway_the_routes_and_every_patch_of_envoy() -> None:
    objects = render({"gateway": {"hosts": ["shop.example", "api.example"]}})
    assert one(objects, "Gateway", "zerocart")["spec"]["servers"][0]["hosts"] == ["shop.example", "api.example"]
    assert one(objects, "VirtualService", "zerocart")["spec"]["hosts"] == ["shop.example", "api.example"]
    text = json.dumps(of_kind(objects, "EnvoyFilter"))
    assert text.count("shop.example:80") == text.count("api.example:80") > 0
    assert "*:80" not in text


def test_only_the_storefronts_origins_may_read_answers() -> None:
    objects = render({"storefront": {"origins": ["https://cdn.example"]}})
    policies = [each["corsPolicy"] for each in one(objects, "VirtualService", "zerocart")["spec"]["http"]]
    assert {json.dumps(each["allowOrigins"]) for each in policies} == {'[{"exact": "https://cdn.example"}]'}


def test_the_gateway_and_the_functions_go_by_the_same_issuer_and_another_setting_is_another_revision() -> None:
    before, after = render(), render({"settings": {"TOKEN_ISSUER": "https://shop.example"}})
    (rule,) = one(after, "RequestAuthentication", "zerocart")["spec"]["jwtRules"]
    assert rule["issuer"] == one(after, "ConfigMap", "shop-settings")["data"]["TOKEN_ISSUER"] == "https://shop.example"
    annotations = [functions(each)["login"]["spec"]["template"]["metadata"]["annotations"] for each in (before, after)]
    assert annotations[0] != annotations[1]


def test_a_budget_of_disruptions_is_for_who_keeps_two_instances() -> None:
    annotations = {"annotations": {"autoscaling.knative.dev/min-scale": "2"}}
    objects = render({"functions": {"byName": {"place-order": annotations}}})
    (budget,) = of_kind(objects, "PodDisruptionBudget")
    assert budget["spec"]["selector"]["matchLabels"] == {"serving.knative.dev/service": "place-order"}


def test_a_digest_stands_in_the_place_of_the_tag() -> None:
    digest = f"sha256:{'a' * 64}"
    objects = render({"images": {"registry": "registry.example/shop", "tag": "1.2.3", "digests": {"login": digest}}})
    images = {
        name: each["spec"]["template"]["spec"]["containers"][0]["image"] for name, each in functions(objects).items()
    }
    assert images["login"] == f"registry.example/shop/login@{digest}"
    assert images["logout"] == "registry.example/shop/logout:1.2.3"


def test_a_call_to_a_function_that_is_not_there_is_refused(tmp_path: Path) -> None:
    chart = tmp_path / "chart"
    shutil.copytree(PROJECT / "knative" / "chart", chart, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    file = chart / "files" / "functions" / "place_order" / "service.yaml"
    file.write_text(file.read_text().replace("calls: charge-payment", "calls: charge-paymnet"))
    with pytest.raises(HelmError, match="place-order says that it calls charge-paymnet, and there is no function"):
        render(chart=chart)


def test_migrations_run_when_the_database_is_there_and_before_new_functions_are() -> None:
    annotations = the_job(render(), "migrations")["metadata"]["annotations"]
    assert annotations["helm.sh/hook"] == "post-install,pre-upgrade"
    waves = {
        "migrations": annotations["argocd.argoproj.io/sync-wave"],
        "secrets": the_job(render(), "secrets")["metadata"]["annotations"]["argocd.argoproj.io/sync-wave"],
        "functions": functions(render())["login"]["metadata"]["annotations"]["argocd.argoproj.io/sync-wave"],
    }
    assert sorted(waves, key=lambda each: int(waves[each])) == ["secrets", "migrations", "functions"]
