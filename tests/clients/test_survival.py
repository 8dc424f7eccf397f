"""The engine is killed: what clients were told is still so, and they go on with the next one."""

import json
import os
import random
import signal
import time
from pathlib import Path

import pytest

from tests.clients.conftest import Client
from tests.stack import Stack
from tests.waiting import wait_until

CONFIG_MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: kept}\ndata: {a: b}\n"


def killed(stack: Stack, engine: int = 0) -> None:
    """kill -9 of the engine (which can be asked, or is named), and another one that has taken over."""
    before = engine or stack.pid("engine")
    os.kill(before, signal.SIGKILL)

    def is_back() -> bool:
        done = stack.zerocart("status", "--json")
        return (
            done.code == 0
            and (found := json.loads(done.output))["engine"]["ready"]
            and found["engine"]["pid"] != before
        )

    try:
        wait_until(is_back, 8, "another engine")
    except AssertionError:
        # The keeper takes ten in a minute for a fault that it cannot mend, and leaves the next to a person.
        stack.run("up")
        wait_until(is_back, 60, "another engine")


def test_objects_survive_and_versions_go_on(kubectl: Client, clients_stack: Stack) -> None:
    kubectl.run("apply", "-f", "-", given=CONFIG_MAP)
    kubectl.run("delete", "ksvc", "get-image")
    before = json.loads(kubectl.run("get", "cm", "kept", "-o", "json"))["metadata"]
    service = json.loads(kubectl.run("get", "ksvc", "login", "-o", "json"))["metadata"]
    killed(clients_stack)
    after = json.loads(kubectl.run("get", "cm", "kept", "-o", "json"))["metadata"]
    same = ("uid", "creationTimestamp", "name")
    assert [after[key] for key in same] == [before[key] for key in same]
    assert int(after["resourceVersion"]) > int(before["resourceVersion"])
    again = json.loads(kubectl.run("get", "ksvc", "login", "-o", "json"))["metadata"]
    assert [again[key] for key in (*same, "generation")] == [service[key] for key in (*same, "generation")]
    # What was deleted stays so, for this engine and for an `up`.
    assert "NotFound" in kubectl("get", "ksvc", "get-image").errors
    clients_stack.run("up")
    assert "NotFound" in kubectl("get", "ksvc", "get-image").errors
    kubectl.run("apply", "-f", "functions/get_image/service.yaml")
    kubectl.run("wait", "--for=condition=Ready", "ksvc/get-image", "--timeout=60s")
    stale = kubectl(
        "get", "--raw", f"/api/v1/namespaces/shop/configmaps?watch=1&resourceVersion={before['resourceVersion']}"
    )
    assert "too old resource version" in stale.errors


@pytest.mark.parametrize("seed", range(20))
def test_a_rollout_ends_well_whenever_the_engine_is_killed_in_it(
    kubectl: Client, clients_stack: Stack, tmp_path: Path, seed: int
) -> None:
    """A new revision is asked for, and somewhere between the request and its readiness the engine is killed."""
    before = _rolled(kubectl) if seed else 0
    manifest = json.dumps(
        {
            "apiVersion": "serving.knative.dev/v1", "kind": "Service", "metadata": {"name": "rolled"},
            "spec": {
                "template": {
                    "spec": {
                        "timeoutSeconds": 20 + seed,
                        "containers": [{"image": "dev.local/zerocart/get-openapi"}],
                    }
                }
            },
        }
    )  # fmt: skip
    file = tmp_path / "service.json"
    file.write_text(manifest)
    applying = kubectl.start("apply", "-f", str(file))
    moment_s = time.monotonic() + random.Random(seed).uniform(0.05, 0.6)
    wait_until(lambda: time.monotonic() >= moment_s, 5, "the moment")
    killed(clients_stack)
    applying.communicate(timeout=60)
    # Whatever had been answered holds; what had not may be asked again.
    if applying.returncode:
        kubectl.run("apply", "-f", "-", given=manifest)
    kubectl.run("wait", "--for=condition=Ready", "ksvc/rolled", "--timeout=60s")
    assert _rolled(kubectl) == 20 + seed != before
    host = f"rolled.shop.localhost:{clients_stack.port}"
    wait_until(
        lambda: clients_stack.call("GET", "/api/openapi.json", headers={"host": host}).status == 200, 20, "an answer"
    )


def test_a_revision_that_got_ready_while_no_engine_lived_is_ready_to_the_next(
    kubectl: Client, clients_stack: Stack, tmp_path: Path
) -> None:
    """The engine is frozen as soon as the instance is there, and killed when it has said that it is ready."""
    engine, records = clients_stack.pid("engine"), clients_stack.home / "run" / "instances"
    manifest = {
        "apiVersion": "serving.knative.dev/v1", "kind": "Service", "metadata": {"name": "unheard"},
        "spec": {"template": {"spec": {"containers": [{"image": "dev.local/zerocart/get-openapi"}]}}},
    }  # fmt: skip

    def found() -> list[dict[str, object]]:
        kept = [json.loads(path.read_bytes()) for path in records.iterdir() if path.name.isdecimal()]
        return [record for record in kept if record["revision"] == "unheard-00001"]

    (tmp_path / "service.json").write_text(json.dumps(manifest))
    applying = kubectl.start("apply", "-f", str(tmp_path / "service.json"))
    deadline_s = time.monotonic() + 20
    while not found():  # without a pause: it is ready a moment later
        assert time.monotonic() < deadline_s, "no instance within 20 s"
    os.kill(engine, signal.SIGSTOP)
    wait_until(lambda: all(record["ready"] for record in found()), 20, "its word")
    killed(clients_stack, engine)
    applying.communicate(timeout=60)
    kubectl.run("wait", "--for=condition=Ready", "ksvc/unheard", "--timeout=30s")


def _rolled(kubectl: Client) -> int:
    """What the revision that serves was made with."""
    name = kubectl.run("get", "ksvc", "rolled", "-o", "jsonpath={.status.traffic[0].revisionName}")
    return int(kubectl.run("get", "revision", name, "-o", "jsonpath={.spec.timeoutSeconds}"))
