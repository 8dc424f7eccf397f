"""A whole stack for tests: a home and a port of its own, started and ended through the command line, as a user does."""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import urllib3

from tests.waiting import wait_until

PROJECT = Path(__file__).parents[1]

# Scales to zero in seconds, not in a minute or more.
QUICK_AUTOSCALER = """
apiVersion: v1
kind: ConfigMap
metadata: {name: config-autoscaler, namespace: knative-serving}
data:
  allow-zero-initial-scale: "true"
  initial-scale: "0"
  stable-window: 6s
  scale-to-zero-grace-period: 1s
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """A command that has ended."""

    code: int
    output: str
    errors: str


@dataclass(slots=True)
class Stack:
    """One stack; every method goes through the command line or the front door."""

    home: Path
    port: int
    project: Path = PROJECT
    http: urllib3.PoolManager = field(default_factory=lambda: urllib3.PoolManager(maxsize=64, retries=False))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, "ZEROCART_HOME": str(self.home), "ZEROCART_PORT": str(self.port), "NO_COLOR": "1",
                "PYTHONPATH": str(self.project)}  # fmt: skip

    def zerocart(self, *words: str, given: str = "", timeout_s: float = 120.0) -> Finished:
        """Run a command; its failure is an answer, not an exception."""
        done = subprocess.run(
            [sys.executable, "-m", "knative.local", *words], input=given, capture_output=True, text=True,
            env=self.environment, cwd=self.project, timeout=timeout_s, check=False,
        )  # fmt: skip
        return Finished(code=done.returncode, output=done.stdout, errors=done.stderr)

    def run(self, *words: str, given: str = "", timeout_s: float = 120.0) -> str:
        """Run a command that must succeed; gives its output."""
        done = self.zerocart(*words, given=given, timeout_s=timeout_s)
        assert done.code == 0, f"zerocart {' '.join(words)} ended with {done.code}:\n{done.errors}\n{self.last_logs()}"
        return done.output

    def status(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.run("status", "--json"))
        return found

    def service(self, name: str) -> dict[str, Any]:
        (found,) = [each for each in self.status()["services"] if each["name"] == name]
        return dict(found)

    def instance_count(self, name: str) -> int:
        return sum(revision["instances"] for revision in self.service(name)["revisions"])

    def wait_for_zero(self, name: str, within_s: float = 40.0) -> None:
        wait_until(lambda: self.instance_count(name) == 0, within_s, f"{name} at zero")

    def pid(self, part: str) -> int:
        """The process of postgres, redis, gateway, zygote or engine."""
        found = self.status()
        return int({**found, **found["state"]}[part]["pid"])

    def instance_pids(self, name: str = "") -> list[int]:
        """The function processes of a service, or of all, that live now, from their records."""
        pids = []
        for record in (self.home / "run" / "instances").glob("[0-9]*"):
            try:
                content = json.loads(record.read_bytes())
            except FileNotFoundError:
                continue
            if not name or content["revision"].startswith(f"{name}-0"):
                pids.append(int(content["pid"]))
        return pids

    def call(
        self,
        method: str,
        path: str,
        body: object = None,
        headers: Mapping[str, str] | None = None,
        timeout_s: float = 20.0,
    ) -> urllib3.BaseHTTPResponse:
        """One request at the front door, without retries; `body` becomes JSON."""
        return self.http.request(
            method,
            f"{self.url}{path}",
            body=None if body is None else json.dumps(body).encode(),
            headers={**({"content-type": "application/json"} if body is not None else {}), **(headers or {})},
            timeout=timeout_s,
        )

    def last_logs(self, count: int = 6) -> str:
        """The end of every log, for a failed test."""
        parts = []
        for log in sorted((self.home / "logs").glob("*.log")):
            lines = log.read_text(errors="replace").splitlines()[-count:]
            parts.append(f"--- {log.name}\n" + "\n".join(line[:300] for line in lines))
        return "\n".join(parts)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def new_stack(project: Path = PROJECT) -> Stack:
    """A stack that is not up yet, in a folder of its own with a short path, for sockets have short names."""
    folder = tempfile.mkdtemp(prefix="zc-")
    return Stack(home=Path(folder) / "home", port=free_port(), project=project)


def running(stack: Stack) -> Iterator[Stack]:
    """Bring a stack up, and take it down with its data at the end, whatever happened."""
    try:
        stack.run("up")
        yield stack
    finally:
        stack.zerocart("clean-data", "--yes")
        stack.http.clear()
        stack.home.parent.rmdir()


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """One stack for all tests of a worker that only call it."""
    for each in running(new_stack()):
        each.run("apply", "-f", "-", given=QUICK_AUTOSCALER)
        yield each


@pytest.fixture(scope="module")
def own_stack() -> Iterator[Stack]:
    """A stack for the tests of one module that break it."""
    for each in running(new_stack()):
        each.run("apply", "-f", "-", given=QUICK_AUTOSCALER)
        yield each


# The parts of the project that a stack needs.
WHAT_RUNS = (
    "functions", "frontend/catalogue", "frontend/publishing", "frontend/release", "gateway", "knative", "shared",
)  # fmt: skip


@contextmanager
def copied_project() -> Iterator[Path]:
    """A copy of the project, to edit a function in."""
    folder = Path(tempfile.mkdtemp(prefix="zc-project-"))
    ignore = shutil.ignore_patterns("__pycache__", "node_modules")
    try:
        for name in WHAT_RUNS:
            shutil.copytree(PROJECT / name, folder / name, ignore=ignore)
        yield folder
    finally:
        shutil.rmtree(folder)
