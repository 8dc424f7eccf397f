"""kubectl, unmodified, on the objects of the shop and on new ones."""

import json
import re
import select
from pathlib import Path

import pytest

from tests.clients.conftest import Client
from tests.stack import Stack
from tests.waiting import wait_until

SERVICE = """
apiVersion: serving.knative.dev/v1
kind: Service
metadata: {{name: {name}, labels: {{team: {name}}}}}
spec:
  template:
    spec:
      timeoutSeconds: {timeout}
      containers: [{{image: dev.local/zerocart/get-openapi}}]
"""


def service(name: str, timeout: str = "20") -> str:
    return SERVICE.format(name=name, timeout=timeout)


def test_it_lists_the_shops_services_with_knatives_columns(kubectl: Client) -> None:
    lines = kubectl.run("get", "ksvc").splitlines()
    assert lines[0].split() == ["NAME", "URL", "LATESTCREATED", "LATESTREADY", "READY", "REASON"]
    (login,) = [line.split() for line in lines if line.startswith("login ")]
    assert login[1:] == [f"http://login.shop.localhost:{kubectl.stack.port}", "login-00001", "login-00001", "True"]


def test_a_manifest_of_the_shop_is_applied_awaited_described_deleted_and_applied_again(kubectl: Client) -> None:
    path = "functions/login/service.yaml"
    assert kubectl.run("apply", "-f", path) == "service.serving.knative.dev/login configured\n"
    assert "condition met" in kubectl.run("wait", "--for=condition=Ready", "ksvc/login", "--timeout=60s")
    described = kubectl.run("describe", "ksvc", "login")
    assert re.search("Latest Ready Revision Name: +login-00001", described), described
    assert 'service.serving.knative.dev "login" deleted' in kubectl.run("delete", "-f", path)
    assert "NotFound" in kubectl("get", "ksvc", "login").errors
    assert kubectl.run("get", "revisions", "-l", "serving.knative.dev/service=login") == ""
    assert kubectl.stack.call("POST", "/api/auth/login", {}).status == 404
    kubectl.run("apply", "-f", path)
    kubectl.run("wait", "--for=condition=Ready", "ksvc/login", "--timeout=60s")
    wait_until(lambda: kubectl.stack.call("POST", "/api/auth/login", {}).status == 422, 20, "login to answer again")


def test_a_new_service_becomes_ready_before_the_eyes_of_who_watches(kubectl: Client) -> None:
    watching = kubectl.start("get", "ksvc", "-w", "--no-headers", "-l", "team=seen")
    try:
        assert watching.stdout is not None
        kubectl.run("apply", "-f", "-", given=service("seen"))
        lines: list[str] = []
        while not any(" True" in line for line in lines):
            readable, _, _ = select.select([watching.stdout], [], [], 60)
            assert readable, f"nothing more after {lines}"
            lines.append(watching.stdout.readline())
        assert lines[0].split()[0] == "seen"
    finally:
        watching.terminate()
        watching.communicate(timeout=20)
    kubectl.run("delete", "ksvc", "seen")


def test_what_became_of_a_service_is_told_as_events(kubectl: Client) -> None:
    kubectl.run("apply", "-f", "-", given=service("told"))
    kubectl.run("wait", "--for=condition=Ready", "ksvc/told", "--timeout=60s")
    described = kubectl.run("describe", "ksvc", "told")
    assert 'Created Configuration "told"' in described
    assert "Revision becomes ready" in kubectl.run(
        "get", "events", "--field-selector", "involvedObject.name=told-00001"
    )
    kubectl.run("delete", "ksvc", "told")


def test_the_log_of_an_instance_is_read(kubectl: Client, clients_stack: Stack) -> None:
    # One that stays: an instance that nobody calls any more may go between two commands.
    stays = "  template:\n    metadata: {annotations: {autoscaling.knative.dev/min-scale: '1'}}\n"
    kubectl.run("apply", "-f", "-", given=service("logged").replace("  template:\n", stays))
    kubectl.run("wait", "--for=condition=Ready", "ksvc/logged", "--timeout=60s")
    wanted = ("get", "pods", "-o", "name", "-l", "serving.knative.dev/service=logged")
    wait_until(lambda: kubectl.run(*wanted), 20, "its instance among the Pods")
    pods = kubectl.run(*wanted).split()
    log = clients_stack.home / "logs" / "logged.log"
    with log.open("a") as file:
        file.write("the last line\n")
    assert kubectl.run("logs", pods[0], "--tail=1") == "the last line\n"
    following = kubectl.start("logs", "-f", pods[0], "--tail=1")
    try:
        assert following.stdout is not None
        assert following.stdout.readline() == "the last line\n"
        with log.open("a") as file:
            file.write("one more\n")
        assert following.stdout.readline() == "one more\n"
    finally:
        following.terminate()
        following.communicate(timeout=20)


def test_a_mistake_is_refused_with_knatives_words(kubectl: Client) -> None:
    found = kubectl("apply", "-f", "-", given=service("wrong", "700"))
    assert found.code == 1
    assert "validation failed: expected 0 <= 700 <= 600: spec.template.spec.timeoutSeconds" in found.errors
    found = kubectl("apply", "-f", "-", given=service("wrong").replace("timeoutSeconds", "timeoutSecond"))
    assert 'strict decoding error: unknown field "spec.template.spec.timeoutSecond"' in found.errors
    assert "NotFound" in kubectl("get", "ksvc", "wrong").errors


def test_a_dry_run_on_the_server_changes_nothing(kubectl: Client) -> None:
    said = kubectl.run("apply", "--dry-run=server", "-f", "-", given=service("dry"))
    assert said == "service.serving.knative.dev/dry created (server dry run)\n"
    assert "NotFound" in kubectl("get", "ksvc", "dry").errors


def test_server_side_apply_knows_whose_a_field_is(kubectl: Client) -> None:
    kubectl.run("apply", "--server-side", "-f", "-", given=service("owned"))
    taken = ("apply", "--server-side", "--field-manager=other", "-f", "-")
    found = kubectl(*taken, given=service("owned", "30"))
    assert 'conflicts with "kubectl"' in found.errors
    assert ".spec.template.spec.timeoutSeconds" in found.errors
    kubectl.run(*taken, "--force-conflicts", given=service("owned", "30"))
    timeout = "jsonpath={.spec.template.spec.timeoutSeconds}"
    assert kubectl.run("get", "ksvc", "owned", "-o", timeout) == "30"
    kubectl.run("delete", "ksvc", "owned")


def test_patches_of_three_kinds_and_labels_are_taken(kubectl: Client) -> None:
    kubectl.run("apply", "-f", "-", given=service("patched"))
    at = ("ksvc", "patched")
    kubectl.run("patch", *at, "--type=merge", "-p", '{"spec": {"template": {"spec": {"timeoutSeconds": 21}}}}')
    operations = '[{"op": "replace", "path": "/spec/template/spec/timeoutSeconds", "value": 22}]'
    kubectl.run("patch", *at, "--type=json", "-p", operations)
    kubectl.run("label", *at, "colour=blue")
    kubectl.run("annotate", *at, "example.com/note=x")
    found = json.loads(kubectl.run("get", *at, "-o", "json"))
    assert found["spec"]["template"]["spec"]["timeoutSeconds"] == 22
    assert found["metadata"]["labels"] == {"team": "patched", "colour": "blue"}
    assert found["metadata"]["annotations"]["example.com/note"] == "x"
    kubectl.run("delete", *at)


def test_a_replacement_made_from_an_older_state_is_refused(kubectl: Client, tmp_path: Path) -> None:
    kubectl.run("apply", "-f", "-", given=service("raced"))
    kubectl.run("wait", "--for=condition=Ready", "ksvc/raced", "--timeout=60s")
    old = tmp_path / "old.json"
    old.write_text(kubectl.run("get", "ksvc", "raced", "-o", "json"))
    kubectl.run("label", "ksvc", "raced", "colour=blue")
    assert "the object has been modified" in kubectl("replace", "-f", str(old)).errors
    kubectl.run("delete", "ksvc", "raced")


def test_config_maps_secrets_and_namespaces_are_created_changed_and_deleted(kubectl: Client) -> None:
    kubectl.run("create", "namespace", "demo")
    kubectl.run("-n", "demo", "create", "configmap", "settings", "--from-literal=a=1")
    kubectl.run("-n", "demo", "create", "secret", "generic", "key", "--from-literal=a=1")
    kubectl.run("-n", "demo", "patch", "configmap", "settings", "-p", '{"data": {"b": "2"}}')
    assert kubectl.run("-n", "demo", "get", "cm", "settings", "-o", "jsonpath={.data}") == '{"a":"1","b":"2"}'
    assert kubectl.run("-n", "demo", "get", "secret", "key", "-o", "jsonpath={.data.a}") == "MQ=="
    manifest = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings, namespace: demo}\ndata: {a: '3'}\n"
    kubectl.run("apply", "-f", "-", given=manifest)
    assert kubectl.run("apply", "-f", "-", given=manifest) == "configmap/settings unchanged\n"
    kubectl.run("delete", "namespace", "demo")
    assert "NotFound" in kubectl("-n", "demo", "get", "cm", "settings").errors


def test_a_long_list_is_fetched_in_pieces(kubectl: Client) -> None:
    whole = kubectl.run("get", "ksvc", "-o", "name")
    assert kubectl.run("get", "ksvc", "-o", "name", "--chunk-size=3") == whole
    assert len(whole.split()) > 3


def test_the_gateways_objects_are_shown_and_a_broken_one_is_refused(kubectl: Client) -> None:
    assert "zerocart" in kubectl.run("get", "virtualservices")
    found = kubectl("patch", "vs", "zerocart", "--type=merge", "-p", '{"spec": {"gateways": ["nowhere"]}}')
    assert 'admission webhook "validation.istio.io" denied the request' in found.errors


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("explain", "ksvc"), "serving.knative.dev"),
        (("api-resources",), "ksvc"),
        (("get", "all"), "service.serving.knative.dev/login"),
        (("get", "knative"), "configuration.serving.knative.dev/login"),
        (("get", "--raw", "/readyz"), "ok"),
        (("version",), "Server Version"),
    ],
)
def test_what_it_asks_of_a_server_is_answered(kubectl: Client, words: tuple[str, ...], says: str) -> None:
    assert says in kubectl.run(*words)


def test_the_kubeconfig_is_its_owners_alone_and_up_says_where_it_is(clients_stack: Stack) -> None:
    path = clients_stack.home / "kubeconfig"
    assert path.stat().st_mode & 0o777 == 0o600
    assert f"export KUBECONFIG={path}" in clients_stack.run("up")
