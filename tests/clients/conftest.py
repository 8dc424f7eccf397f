"""Knative's and Kubernetes' own clients, unmodified, with a stack of their own to work on."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.stack import PROJECT, QUICK_AUTOSCALER, Finished, Stack, new_stack, running

# Beside this Python: kubectl comes as a wheel, and `make kn` builds kn there.
BIN = Path(sys.executable).parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """One program, told where the API is by KUBECONFIG alone."""

    program: Path
    stack: Stack

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, "KUBECONFIG": str(self.stack.home / "kubeconfig"), "HOME": str(self.stack.home)}

    def __call__(self, *words: str, given: str = "", timeout_s: float = 90.0) -> Finished:
        """Run a command; its failure is an answer."""
        done = subprocess.run(
            [str(self.program), *words], input=given, capture_output=True, text=True, env=self.environment, cwd=PROJECT,
            timeout=timeout_s, check=False,
        )  # fmt: skip
        return Finished(code=done.returncode, output=done.stdout, errors=done.stderr)

    def run(self, *words: str, given: str = "", timeout_s: float = 90.0) -> str:
        """Run a command that must succeed; gives what it printed."""
        done = self(*words, given=given, timeout_s=timeout_s)
        assert done.code == 0, (
            f"{self.program.name} {' '.join(words)} ended with {done.code}:\n{done.output}{done.errors}"
        )
        return done.output

    def start(self, *words: str) -> subprocess.Popen[str]:
        """Start a command that goes on until it is ended."""
        return subprocess.Popen(
            [str(self.program), *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
            env=self.environment, cwd=PROJECT,
        )  # fmt: skip


@pytest.fixture(scope="session")
def clients_stack() -> Iterator[Stack]:
    """A stack that the clients may change."""
    for each in running(new_stack()):
        each.run("apply", "-f", "-", given=QUICK_AUTOSCALER)
        yield each


@pytest.fixture
def kubectl(clients_stack: Stack) -> Client:
    return Client(program=program("kubectl", "`make install` brings it"), stack=clients_stack)


@pytest.fixture
def kn(clients_stack: Stack) -> Client:
    return Client(program=program("kn", "`make kn` builds it, with Go"), stack=clients_stack)


def program(name: str, remedy: str) -> Path:
    """The program in this environment, or on PATH. A machine without it skips, unless all of them must be there."""
    found = BIN / name if (BIN / name).is_file() else shutil.which(name)
    if found:
        return Path(found)
    if os.environ.get("ZEROCART_EVERY_CLIENT"):
        pytest.fail(f"{name} is not here: {remedy}")
    pytest.skip(f"{name} is not here: {remedy}")
