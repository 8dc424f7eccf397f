"""A real sidecar with a real program, without a stack: started, asked through the revision's socket, ended."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from knative.local.listening import listen
from knative.local.model import Probe
from knative.local.programs.following import Probes
from knative.local.programs.program import Program, to_json
from tests.stack import PROJECT
from tests.waiting import wait_until

HERE = Path(__file__).parent
_STAND = """
import json, os, socket, sys
from knative.local.programs import sidecar
os.setpgid(0, 0)
given = json.loads(sys.argv[1])
sys.exit(sidecar.run(
    sidecar.from_json(given["program"]), socket.socket(fileno=int(sys.argv[2])), revision="it-00001",
    environment=given["environment"], timeout_s=given["timeout_s"],
    on_ready=lambda: open(given["ready"], "w").close(),
))
"""


def program(folder: Path, file: str = "program.py", **changes: object) -> Program:
    fields: dict[str, object] = {
        "executable": sys.executable, "command": (sys.executable, str(HERE / file)), "folder": str(folder),
        "paths": {}, "port": 8080, "ports": str(folder / "ports"), "concurrency": 0, "is_http1": True,
        "readiness": Probe(), "liveness": None, "startup": None, "memory_bytes": 0,
    }  # fmt: skip
    probes = {name: changes.pop(name, fields.pop(name)) for name in ("readiness", "liveness", "startup")}
    fields["probes"] = Probes(**probes)  # type: ignore[arg-type]
    return Program(**{**fields, **changes})  # type: ignore[arg-type]


@dataclass(slots=True)
class Sidecar:
    """One of perhaps several on the socket of a folder."""

    folder: Path
    program: Program
    environment: Mapping[str, str] = field(default_factory=dict)
    timeout_s: float = 10.0
    name: str = "one"
    listening: socket.socket | None = None
    process: subprocess.Popen[bytes] | None = None

    @property
    def path(self) -> Path:
        return self.folder / "s"

    @property
    def is_ready(self) -> bool:
        return (self.folder / f"ready-{self.name}").exists()

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def start(self) -> "Sidecar":
        self.listening = self.listening or listen(self.path)
        given = {
            "program": to_json(self.program), "timeout_s": self.timeout_s,
            "ready": str(self.folder / f"ready-{self.name}"),
            "environment": {"PATH": os.defpath, "NOTES": str(self.folder), **self.environment},
        }  # fmt: skip
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-c", _STAND, json.dumps(given), str(self.listening.fileno())], stdout=log, stderr=log,
                pass_fds=[self.listening.fileno()], env={"PYTHONPATH": str(PROJECT), "PATH": os.defpath},
            )  # fmt: skip
        return self

    def ready(self) -> "Sidecar":
        if self.process is None:
            self.start()
        wait_until(lambda: self.is_ready, 30, f"a ready program; it said: {self.said()}")
        return self

    def said(self) -> str:
        return (self.folder / "log").read_text(errors="replace")

    def connect(self) -> socket.socket:
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(20)
        connection.connect(str(self.path))
        return connection

    def ask(self, path: str = "/") -> tuple[int, str]:
        connection = http.client.HTTPConnection("it", timeout=20)
        connection.sock = self.connect()
        connection.request("GET", path, headers={"Connection": "close"})
        response = connection.getresponse()
        answer = response.status, response.read().decode()
        connection.close()
        return answer

    def stop(self) -> int:
        """Told to leave; gives its exit code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=30)

    def close(self) -> None:
        if self.process is not None:
            if self.process.poll() is None:
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        if self.listening:
            self.listening.close()
