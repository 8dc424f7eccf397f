"""What becomes of an instance is told by its Pod: killed for its memory and started again, ready no more and again."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from urllib3 import BaseHTTPResponse

from tests.clients.conftest import Client, program
from tests.stack import QUICK_AUTOSCALER, Stack, copied_project, new_stack, running
from tests.waiting import wait_until

HOARD = '''"""Keeps what it is asked to take."""

import flask
import functions_framework

kept: list[bytes] = []


@functions_framework.http
def hoard(request: flask.Request) -> flask.typing.ResponseReturnValue:
    kept.append(b"x" * int(request.args.get("bytes", "0")))
    return {"pieces": len(kept)}
'''
MANIFEST = """
apiVersion: serving.knative.dev/v1
kind: Service
metadata: {name: NAME}
spec:
  template:
    metadata:
      annotations: {autoscaling.knative.dev/min-scale: "1", autoscaling.knative.dev/max-scale: "1"}
    spec:
      containers:
        - image: dev.local/zerocart/NAME
"""
HOARDS = "          resources: {limits: {memory: 256Mi}}\n"
MOODY = '''"""Says of itself that it is not ready, as often as it is told to; takes requests as others do."""

import os

import flask
import functions_framework

unwell = {"times": 0}


@functions_framework.http
def moody(request: flask.Request) -> flask.typing.ResponseReturnValue:
    if request.path == "/ready":
        unwell["times"] -= 1
        return "", 503 if unwell["times"] >= 0 else 200
    unwell["times"] = int(request.args.get("times", "0"))
    return {"pid": os.getpid()}
'''
IS_ASKED = "          readinessProbe: {httpGet: {path: /ready}, periodSeconds: 1, failureThreshold: 1}\n"
MORE_BYTES = 300 * 1024 * 1024
READY_ONLY = 'jsonpath={.status.conditions[?(@.type=="Ready")].status}{"\\n"}'


@pytest.fixture(scope="module")
def own() -> Iterator[Stack]:
    """A stack with two functions more."""
    with copied_project() as project:
        for name, code, more in (("hoard", HOARD, HOARDS), ("moody", MOODY, IS_ASKED)):
            folder: Path = project / "functions" / name
            folder.mkdir()
            (folder / "main.py").write_text(code, encoding="utf-8")
            (folder / "service.yaml").write_text(MANIFEST.replace("NAME", name) + more, encoding="utf-8")
        for stack in running(new_stack(project)):
            stack.run("apply", "-f", "-", given=QUICK_AUTOSCALER)
            yield stack


@pytest.fixture
def kubectl(own: Stack) -> Client:
    return Client(program=program("kubectl", "`make install` brings it"), stack=own)


def call(stack: Stack, name: str, query: str = "") -> BaseHTTPResponse:
    """By POST: of a request that nobody answered, the gateway sends no second one."""
    return stack.call("POST", f"/?{query}", headers={"host": f"{name}.shop.localhost"})


def pod(kubectl: Client, name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The one Pod of a Service, and the status of its container."""
    found = json.loads(kubectl.run("get", "pods", "-l", f"serving.knative.dev/service={name}", "-o", "json"))
    (pod,) = found["items"]
    (status,) = pod["status"]["containerStatuses"]
    return pod, status


def test_who_takes_too_much_memory_is_killed_started_again_and_its_pod_says_why(own: Stack, kubectl: Client) -> None:
    assert call(own, "hoard").status == 200
    before, its_status = pod(kubectl, "hoard")
    (process,) = own.instance_pids("hoard")
    call(own, "hoard", f"bytes={MORE_BYTES}")  # answered or not: it is killed as soon as somebody looks

    def is_restarted() -> bool:
        _, status = pod(kubectl, "hoard")
        return bool(status["restartCount"] == 1 and status["ready"])

    wait_until(is_restarted, 30, "another process in the same Pod")
    after, status = pod(kubectl, "hoard")
    ended = status["lastState"]["terminated"]
    assert [after["metadata"][key] for key in ("name", "uid")] == [before["metadata"][key] for key in ("name", "uid")]
    assert (ended["reason"], ended["exitCode"]) == ("OOMKilled", 137)
    assert ended["startedAt"] == its_status["state"]["running"]["startedAt"]
    assert ended["startedAt"] <= ended["finishedAt"] <= status["state"]["running"]["startedAt"]
    assert own.instance_pids("hoard") not in ([], [process])
    assert call(own, "hoard").status == 200

    table = kubectl.run("get", "pods", "-l", "serving.knative.dev/service=hoard").splitlines()
    assert dict(zip(table[0].split(), table[1].split(), strict=False))["RESTARTS"] == "1"
    assert "OOMKilled" in kubectl.run("describe", "pod", after["metadata"]["name"])
    assert "OOMKilled: hoard-00001 has " in own.run("logs", "hoard")
    assert "OOMKilled: hoard-00001 has " in kubectl.run("logs", after["metadata"]["name"])


def test_who_is_ready_no_more_gets_no_requests_until_it_is_again_and_its_pod_says_so(
    own: Stack, kubectl: Client
) -> None:
    (process,) = own.instance_pids("moody")
    of_it = ("pods", "-l", "serving.knative.dev/service=moody")
    seen = kubectl.start("get", *of_it, "--watch", "-o", READY_ONLY, "--request-timeout=60s")
    assert seen.stdout

    def is_seen(ready: str) -> bool:
        assert seen.stdout
        return f"{ready}\n" in iter(seen.stdout.readline, "")  # until it is there, or the watch has ended

    assert is_seen("True")
    assert call(own, "moody", "times=4").status == 200
    assert is_seen("False")
    # For the very same process: who is not ready is not replaced.
    assert json.loads(call(own, "moody").data) == {"pid": process}
    assert is_seen("True")
    assert pod(kubectl, "moody")[1]["restartCount"] == 0
    seen.kill()
    seen.communicate()
