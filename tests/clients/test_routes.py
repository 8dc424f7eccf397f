"""Configurations and Routes of one's own, by real kubectl and kn, with real requests."""

import json
import time
from collections.abc import Iterator
from random import Random

import pytest
import yaml

from tests.clients.conftest import Client
from tests.clients.test_survival import killed
from tests.stack import PROJECT, Stack
from tests.waiting import wait_until


def configuration(name: str, function: str, seconds: int = 20) -> str:
    """A Configuration with the template of a function's Service. Neither of the two here needs a database."""
    service = yaml.safe_load((PROJECT / "functions" / function / "service.yaml").read_text(encoding="utf-8"))
    template = service["spec"]["template"]
    template["spec"]["timeoutSeconds"] = seconds
    document = {
        "apiVersion": "serving.knative.dev/v1", "kind": "Configuration", "metadata": {"name": name},
        "spec": {"template": template},
    }  # fmt: skip
    return json.dumps(document)


def route(*targets: str) -> str:
    """The Route `front-page`, with its targets as YAML has them on one line."""
    metadata = "apiVersion: serving.knative.dev/v1\nkind: Route\nmetadata: {name: front-page}\n"
    return f"{metadata}spec: {{traffic: [{', '.join(targets)}]}}\n"


def answers(stack: Stack, path: str, host: str = "front-page") -> bool:
    return stack.call("GET", path, headers={"host": f"{host}.shop.localhost:{stack.port}"}).status == 200


@pytest.fixture
def front_page(kubectl: Client, clients_stack: Stack) -> Iterator[None]:
    """A Route to a Configuration that describes the API; both go afterwards, with all that came of them."""
    documents = (
        configuration("describing", "get_openapi") + "\n---\n" + route("{configurationName: describing, percent: 100}")
    )
    kubectl.run("apply", "-f", "-", given=documents)
    kubectl.run("wait", "--for=condition=Ready", "configuration/describing", "route/front-page", "--timeout=60s")
    wait_until(lambda: answers(clients_stack, "/api/openapi.json"), 20, "an answer")
    yield
    kubectl.run("delete", "route.serving.knative.dev", "front-page", "--ignore-not-found")
    kubectl.run("delete", "configuration.serving.knative.dev", "describing", "knowing", "--ignore-not-found")
    assert "describing" not in kubectl.run("get", "revisions")


def test_kubectl_and_kn_show_them_as_knative_does(kubectl: Client, kn: Client, front_page: None) -> None:
    columns, row = kubectl.run("get", "rt", "front-page").splitlines()
    assert columns.split() == ["NAME", "URL", "READY", "REASON"]
    assert row.split()[2] == "True"
    assert kubectl.run("get", "cfg", "describing").split()[-4:] == [
        "describing", "describing-00001", "describing-00001", "True",
    ]  # fmt: skip
    described = kubectl.run("describe", "rt", "front-page")
    assert "Configuration Name:  describing" in described
    assert "front-page" in kn.run("route", "list")
    shown = kn.run("route", "describe", "front-page")
    assert "describing-00001" in shown
    assert "describing-00001" in kn.run("revision", "list")
    assert "describing-00001" in kn.run("revision", "describe", "describing-00001")


def test_requests_go_where_the_traffic_says_and_back(kubectl: Client, clients_stack: Stack, front_page: None) -> None:
    """From one Configuration to another, by a tag first, and to a Service's and a revision."""
    kubectl.run("apply", "-f", "-", given=configuration("knowing", "get_jwks"))
    kubectl.run("wait", "--for=condition=Ready", "cfg/knowing", "--timeout=60s")
    tagged = route("{configurationName: describing, percent: 100}", "{configurationName: knowing, tag: next}")
    kubectl.run("apply", "-f", "-", given=tagged)
    keys = "/.well-known/jwks.json"
    wait_until(lambda: answers(clients_stack, keys, "next-front-page"), 20, "the tag's host")
    assert not answers(clients_stack, keys)
    kubectl.run("apply", "-f", "-", given=route("{configurationName: knowing, percent: 100}"))
    wait_until(lambda: answers(clients_stack, keys), 20, "the other one")
    # A revision of a Service, and one by its name.
    pinned = route("{configurationName: get-openapi, percent: 50}", "{revisionName: describing-00001, percent: 50}")
    kubectl.run("apply", "-f", "-", given=pinned)
    kubectl.run("wait", "--for=condition=Ready", "rt/front-page", "--timeout=60s")
    wait_until(lambda: answers(clients_stack, "/api/openapi.json"), 20, "what was there before")
    routes = kubectl.run(
        "get", "revision", "describing-00001", "-o", r"jsonpath={.metadata.annotations.serving\.knative\.dev/routes}"
    )
    assert routes == "front-page"


def test_a_route_to_nowhere_says_so_and_loses_no_request(
    kubectl: Client, clients_stack: Stack, front_page: None
) -> None:
    kubectl.run("apply", "-f", "-", given=route("{configurationName: nobody, percent: 100}"))
    kubectl.run("wait", "--for=condition=Ready=False", "rt/front-page", "--timeout=30s")
    assert 'Configuration "nobody" referenced in traffic not found.' in kubectl.run("describe", "rt", "front-page")
    assert answers(clients_stack, "/api/openapi.json")
    refused = kubectl("apply", "-f", "-", given=route("{percent: 100}"))
    assert "expected exactly one, got neither" in refused.errors


@pytest.mark.parametrize("seed", range(3))
def test_they_are_there_whenever_the_engine_is_killed(
    kubectl: Client, clients_stack: Stack, front_page: None, seed: int
) -> None:
    """A new template is asked for, and somewhere between the request and its readiness the engine is killed."""
    document = configuration("describing", "get_openapi", seconds=30 + seed)
    applying = kubectl.start("patch", "cfg", "describing", "--type=merge", "-p", json.dumps(
        {"spec": {"template": {"spec": {"timeoutSeconds": 30 + seed}}}}
    ))  # fmt: skip
    moment_s = time.monotonic() + Random(seed).uniform(0.05, 0.6)
    wait_until(lambda: time.monotonic() >= moment_s, 5, "the moment")
    killed(clients_stack)
    applying.communicate(timeout=60)
    kubectl.run("apply", "-f", "-", given=document)
    kubectl.run("wait", "--for=condition=Ready", "cfg/describing", "rt/front-page", "--timeout=60s")
    name = kubectl.run("get", "rt", "front-page", "-o", "jsonpath={.status.traffic[0].revisionName}")
    wanted = kubectl.run("get", "cfg", "describing", "-o", "jsonpath={.status.latestReadyRevisionName}")
    assert name == wanted
    assert kubectl.run("get", "revision", name, "-o", "jsonpath={.spec.timeoutSeconds}") == str(30 + seed)
    wait_until(lambda: answers(clients_stack, "/api/openapi.json"), 20, "an answer")
