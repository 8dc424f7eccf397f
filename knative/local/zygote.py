"""The process from which every function instance is forked, with the libraries already imported.

A Python process with the whole stack needs over a second to import it; a fork of one that has, some
milliseconds. The zygote opens nothing and starts no thread, so a fork finds nothing half done, and its heap
is frozen first, so the children share its pages. It forks on request, reaps, and knows nothing else: which
instances should exist is the engine's business, and a killed engine or zygote leaves them serving.

It also keeps a copy of every revision's listening socket: a connection that arrives while no engine lives
waits in the kernel's queue, and the next engine is handed the same sockets.

An engine that goes without a goodbye was killed: the zygote starts it again, as the engine does a zygote.

One engine at a time is connected; messages are JSON, a datagram each, with a socket attached where one is meant.
To the zygote: `{"engine": EngineCommand}`, `{"keep": revision}` with its socket, `{"drop": revision}`,
`{"fork": ForkRequest}`, `{"goodbye": true}`. From it, at first: `{"kept": revision}` with its socket for each, then
`{"forked": pid, ...}` and `{"exited": pid, ...}`.
"""

import contextlib
import gc
import importlib
import json
import os
import pkgutil
import select
import signal
import socket
import sys
import time
import traceback
from dataclasses import asdict, dataclass
from pathlib import Path

import shared
from knative.local.processes import identify, spawn, write_atomically

MAX_MESSAGE_BYTES = 256 * 1024
MOST_REVIVALS = 5
REVIVAL_WINDOW_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ForkRequest:
    """What an instance needs to become one.

    Args:
        revision: whose instance it will be.
        code_root: folder put first on the import path; the function lies in `functions/<function>/` below it.
        function: folder and function name, in snake case.
        environment: the whole environment of the instance.
        log: file that its standard output and error go to.
        records: folder where the instance writes `<pid>`, first when it starts, then when it is ready.
        events: datagram socket that is told the latter.
        timeout_s: longest time that a request may run, and so a drain.
    """

    revision: str
    code_root: str
    function: str
    environment: dict[str, str]
    log: str
    records: str
    events: str
    timeout_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineCommand:
    """How to start the engine again."""

    command: list[str]
    environment: dict[str, str]
    log: str
    folder: str


class Zygote:
    """The sockets that are kept, the records of the children to be reaped, and how to start a killed engine again."""

    def __init__(self, listener: socket.socket, wakeup: int) -> None:
        self._listener = listener
        self._wakeup = wakeup
        self._kept: dict[str, socket.socket] = {}
        self._records: dict[int, Path] = {}
        self._engine: EngineCommand | None = None
        self._revivals_s: list[float] = []

    def serve_next_engine(self) -> None:
        """Wait for an engine, hand it the sockets, do as it says until it goes."""
        engine = self._accept()
        with contextlib.closing(engine), contextlib.suppress(BrokenPipeError, ConnectionResetError):
            for revision, listening in self._kept.items():
                socket.send_fds(engine, [json.dumps({"kept": revision}).encode()], [listening.fileno()])
            engine.send(json.dumps({"kept": None}).encode())
            while self._serve_message(engine):
                pass
        self._revive_engine()

    def _revive_engine(self) -> None:
        now_s = time.monotonic()
        self._revivals_s = [at_s for at_s in self._revivals_s if now_s - at_s < REVIVAL_WINDOW_S]
        # One that dies again and again is broken, not killed.
        if self._engine and len(self._revivals_s) < MOST_REVIVALS:
            self._revivals_s.append(now_s)
            spawn(
                self._engine.command,
                log=Path(self._engine.log),
                environment=self._engine.environment,
                folder=Path(self._engine.folder),
            ).returncode = 0  # it is reaped with the instances
            self._engine = None

    def _accept(self) -> socket.socket:
        while True:
            readable, _, _ = select.select([self._listener.fileno(), self._wakeup], [], [])
            if self._wakeup in readable:
                self._reap()
            if self._listener.fileno() in readable:
                return self._listener.accept()[0]

    def _serve_message(self, engine: socket.socket) -> bool:
        readable, _, _ = select.select([engine.fileno(), self._wakeup], [], [])
        if self._wakeup in readable:
            for pid, status in self._reap():
                engine.send(json.dumps({"exited": pid, "status": status}).encode())
        if engine.fileno() not in readable:
            return True
        data, descriptors, _, _ = socket.recv_fds(engine, MAX_MESSAGE_BYTES, 1)
        match json.loads(data or b"null"):
            case None:
                return False
            case {"keep": str(revision)}:
                self._drop(revision)
                self._kept[revision] = socket.socket(fileno=descriptors[0])
            case {"drop": str(revision)}:
                self._drop(revision)
            case {"engine": dict(fields)}:
                self._engine = EngineCommand(**fields)
            case {"goodbye": True}:
                self._engine = None
            case {"fork": dict(fields)}:
                request = ForkRequest(**fields)
                pid = self._fork(request, engine)
                engine.send(json.dumps({"forked": pid, "revision": request.revision}).encode())
            case unknown:
                raise ValueError(f"the zygote was sent {unknown!r}, which is none of its messages")
        return True

    def _drop(self, revision: str) -> None:
        if listening := self._kept.pop(revision, None):
            listening.close()

    def _fork(self, request: ForkRequest, engine: socket.socket) -> int:
        pid = os.fork()
        if pid == 0:
            listening = self._kept.pop(request.revision)
            for other in (engine, self._listener, *self._kept.values()):
                other.close()
            _become_instance(request, listening)
        self._records[pid] = Path(request.records, str(pid))
        return pid

    def _reap(self) -> list[tuple[int, int]]:
        with contextlib.suppress(BlockingIOError):
            while os.read(self._wakeup, 4096):
                pass
        ended = []
        with contextlib.suppress(ChildProcessError):
            while (found := os.waitpid(-1, os.WNOHANG))[0]:
                pid, status = found
                ended.append((pid, os.waitstatus_to_exitcode(status)))
                if record := self._records.pop(pid, None):
                    record.unlink(missing_ok=True)
        return ended


def main(socket_path: str) -> None:
    """Import, freeze, listen on `socket_path`, and fork until told to stop by SIGTERM."""
    _import_everything()
    gc.collect()
    gc.freeze()
    wakeup_read, wakeup_write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    signal.set_wakeup_fd(wakeup_write, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    Path(socket_path).unlink(missing_ok=True)
    listener.bind(socket_path)
    listener.listen(1)
    zygote = Zygote(listener, wakeup_read)
    while True:
        zygote.serve_next_engine()


def _become_instance(request: ForkRequest, listening: socket.socket) -> None:
    """Turn this fork into an instance. Never returns."""
    status = 1
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        # Until the server has its own handler, to be told to stop is to end.
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        os.setsid()
        _write_record(request, ready=False)
        # The name that `ps -o comm` and `top` show; the kernel keeps 15 letters.
        Path("/proc/self/comm").write_text(request.revision[:15], encoding="utf-8")
        log = os.open(request.log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        null = os.open(os.devnull, os.O_RDONLY)
        os.dup2(null, 0)
        os.dup2(log, 1)
        os.dup2(log, 2)
        os.close(log)
        os.close(null)
        os.environ.clear()
        os.environ.update(request.environment)
        sys.path.insert(0, request.code_root)
        importlib.invalidate_caches()
        server = importlib.import_module("shared.server")
        server.run(
            source=Path(request.code_root, "functions", request.function, "main.py"),
            listening=listening,
            environment=os.environ,
            timeout_s=request.timeout_s,
            on_ready=lambda: _announce(request),
        )
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else 1
    except Exception:  # noqa: BLE001 - nobody above: this log line is all that tells why an instance died
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _write_record(request: ForkRequest, *, ready: bool) -> bytes:
    identity = identify(os.getpid())
    assert identity is not None
    record = json.dumps({"revision": request.revision, "ready": ready, **asdict(identity)}).encode()
    write_atomically(Path(request.records, str(identity.pid)), record, durable=False)
    return record


def _announce(request: ForkRequest) -> None:
    record = _write_record(request, ready=True)
    # No engine may live just now; the next one reads the record.
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as events, contextlib.suppress(OSError):
        events.sendto(record, request.events)


def _import_everything() -> None:
    for module in pkgutil.iter_modules(shared.__path__, "shared."):
        importlib.import_module(module.name)
    # What functions-framework and the libraries import only when they first serve.
    for name in (
        "functions_framework",
        "granian.wsgi",
        "psycopg",
        "sqlalchemy.dialects.postgresql.psycopg",
        "encodings.idna",
    ):
        importlib.import_module(name)
