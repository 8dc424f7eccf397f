"""A function that takes more memory than its manifest allows is killed, started again, and its Pod says so."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.clients.conftest import Client, program
from tests.stack import QUICK_AUTOSCALER, Stack, copied_project, new_stack, running
from tests.waiting import wait_until

MAIN = '''"""Keeps what it is asked to take."""

import flask
import functions_framework

kept: list[bytes] = []


@functions_framework.http
def hoard(request: flask.Request) -> flask.typing.ResponseReturnValue:
    kept.append(b"x" * int(request.args.get("bytes", "0")))
    return {"pieces": len(kept)}
'''
SERVICE = """
apiVersion: serving.knative.dev/v1
kind: Service
metadata: {name: hoard}
spec:
  template:
    metadata:
      annotations: {autoscaling.knative.dev/min-scale: "1", autoscaling.knative.dev/max-scale: "1"}
    spec:
      containers:
        - image: dev.local/zerocart/hoard
          resources: {limits: {memory: 256Mi}}
"""
MORE_BYTES = 300 * 1024 * 1024


@pytest.fixture(scope="module")
def hoarding() -> Iterator[Stack]:
    with copied_project() as project:
        folder: Path = project / "functions" / "hoard"
        folder.mkdir()
        (folder / "main.py").write_text(MAIN, encoding="utf-8")
        (folder / "service.yaml").write_text(SERVICE, encoding="utf-8")
        for stack in running(new_stack(project)):
            stack.run("apply", "-f", "-", given=QUICK_AUTOSCALER)
            yield stack


def call(stack: Stack, size_bytes: int = 0) -> int:
    """By POST: of a request that nobody answered, the gateway sends no second one."""
    host = {"host": "hoard.shop.localhost"}
    return stack.call("POST", f"/?bytes={size_bytes}", headers=host).status


def test_it_is_killed_started_again_and_its_pod_says_why_as_kubernetes_does(hoarding: Stack) -> None:
    kubectl = Client(program=program("kubectl", "`make install` brings it"), stack=hoarding)
    selected = ("pods", "-l", "serving.knative.dev/service=hoard")

    def pods() -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(kubectl.run("get", *selected, "-o", "json"))["items"]
        return found

    def restarted() -> bool:
        (pod,) = pods()
        (status,) = pod["status"]["containerStatuses"]
        return bool(status["restartCount"] == 1 and status["ready"])

    assert call(hoarding) == 200
    (before,) = pods()
    (process,) = hoarding.instance_pids("hoard")
    call(hoarding, MORE_BYTES)  # answered or not: it is killed as soon as somebody looks
    wait_until(restarted, 30, "another process in the same Pod")
    (after,) = pods()
    (status,) = after["status"]["containerStatuses"]
    ended = status["lastState"]["terminated"]
    assert after["metadata"]["name"] == before["metadata"]["name"]
    assert after["metadata"]["uid"] == before["metadata"]["uid"]
    assert (ended["reason"], ended["exitCode"]) == ("OOMKilled", 137)
    assert ended["startedAt"] == before["status"]["containerStatuses"][0]["state"]["running"]["startedAt"]
    assert ended["startedAt"] <= ended["finishedAt"] <= status["state"]["running"]["startedAt"]
    assert hoarding.instance_pids("hoard") not in ([], [process])
    assert call(hoarding) == 200

    table = kubectl.run("get", *selected).splitlines()
    assert dict(zip(table[0].split(), table[1].split(), strict=False))["RESTARTS"] == "1"
    told = kubectl.run("describe", *selected)
    assert "OOMKilled" in told
    assert "OOMKilled: hoard-00001 has " in hoarding.run("logs", "hoard")
    assert "OOMKilled: hoard-00001 has " in kubectl.run("logs", after["metadata"]["name"])
