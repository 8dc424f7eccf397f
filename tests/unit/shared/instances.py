"""Real instances of a function for tests: a small zygote forks them on one listening Unix socket, as the engine does.

In the test: `with Instances(source, folder) as instances: pid = instances.start()`. As a program (`main`) it is the
zygote: it imports the server once, then forks for each line "fork" that it reads, and writes what becomes of its
children.
"""

import contextlib
import os
import queue
import select
import signal
import socket
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType

FUNCTIONS = Path(__file__).parent / "functions_for_tests"
ROOT = Path(__file__).parents[3]
WITHIN_S = 20.0


class Instances:
    """The zygote as a test sees it."""

    def __init__(
        self, function: str, folder: Path, environment: Mapping[str, str] | None = None, *, timeout_s: float = 10
    ) -> None:
        self.socket_path = folder / "s"
        self.log = folder / "log"
        self._listening = socket.socket(socket.AF_UNIX)
        self._listening.bind(str(self.socket_path))
        self._listening.listen(512)
        given = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "K_SERVICE": function, **(environment or {})}
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [
                    sys.executable, "-m", __spec__.name, str(self._listening.fileno()),
                    str(FUNCTIONS / function / "main.py"), str(timeout_s),
                ],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True, env=given, cwd=ROOT,
                pass_fds=[self._listening.fileno()], start_new_session=True,
            )  # fmt: skip
        self._events: queue.Queue[list[str]] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()
        self.pids: set[int] = set()
        self.exit_statuses: dict[int, int] = {}
        self.ready_after_ms: list[float] = []

    def start(self) -> int:
        """Fork an instance and wait until it is ready."""
        assert self._process.stdin is not None
        self._process.stdin.write("fork\n")
        self._process.stdin.flush()
        kind, pid, after_ms = self._next()
        assert kind == "ready", f"{kind} {pid}: {self.log.read_text()}"
        self.pids.add(int(pid))
        self.ready_after_ms.append(float(after_ms))
        return int(pid)

    def stop(self, pid: int) -> int:
        """Tell an instance to stop as the engine does, and wait for its end; its exit status."""
        os.kill(pid, signal.SIGTERM)
        return self.wait_for_end(pid)

    def wait_for_end(self, pid: int) -> int:
        while pid not in self.exit_statuses:
            kind, ended, status = self._next()
            assert kind == "exited"
            self.exit_statuses[int(ended)] = int(status)
            self.pids.discard(int(ended))
        return self.exit_statuses[pid]

    def _next(self) -> list[str]:
        return self._events.get(timeout=WITHIN_S)

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._events.put(line.split())

    def __enter__(self) -> "Instances":
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            assert stream is not None
            stream.close()
        self._listening.close()


def ask(socket_path: Path, path: str = "/", method: str = "GET", headers: str = "", body: bytes = b"") -> bytes:
    """One request on a connection of its own; the whole answer as it came."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(WITHIN_S)
        connection.connect(str(socket_path))
        length = f"content-length: {len(body)}\r\n" if body else ""
        connection.sendall(f"{method} {path} HTTP/1.1\r\nhost: test\r\n{headers}{length}\r\n".encode() + body)
        answer = b""
        while chunk := connection.recv(65536):
            answer += chunk
        return answer


def main(listener: int, source: str, timeout_s: float) -> None:
    from shared import endpoint, server  # noqa: F401 - imported once, as the engine's zygote does

    listening = socket.socket(fileno=listener)
    report = os.dup(1)
    os.dup2(2, 1)  # what an instance logs on standard output goes to the log file
    children, ended = os.pipe2(os.O_NONBLOCK)
    signal.set_wakeup_fd(ended, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    while True:
        readable, _, _ = select.select([0, children], [], [])
        if children in readable:
            os.read(children, 4096)
            with contextlib.suppress(ChildProcessError):
                while (found := os.waitpid(-1, os.WNOHANG))[0]:
                    os.write(report, f"exited {found[0]} {os.waitstatus_to_exitcode(found[1])}\n".encode())
        if 0 in readable:
            if not os.read(0, len("fork\n")):
                os.killpg(0, signal.SIGKILL)  # the test is over, or was killed: no instance outlives it
            started_s = time.perf_counter()
            if os.fork() == 0:
                signal.set_wakeup_fd(-1)
                _become_instance(Path(source), listening, timeout_s, report, started_s)


def _become_instance(source: Path, listening: socket.socket, timeout_s: float, report: int, started_s: float) -> None:
    from shared import server

    def announce() -> None:
        os.write(report, f"ready {os.getpid()} {(time.perf_counter() - started_s) * 1000}\n".encode())

    status = 1
    try:
        environment = dict(os.environ)
        server.run(source=source, listening=listening, environment=environment, timeout_s=timeout_s, on_ready=announce)
        status = 0
    except BaseException:  # noqa: BLE001 - nobody is above
        traceback.print_exc()
    finally:
        os._exit(status)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], float(sys.argv[3]))
