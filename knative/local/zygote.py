"""The process from which every function instance is forked, with the libraries already imported.

A Python process with the whole stack needs over a second to import it; a fork of one that has, some
milliseconds. The zygote opens nothing and starts no thread, so a fork finds nothing half done, and its heap
is frozen first, so the children share its pages. It forks on request, reaps, and knows nothing else: which
instances should exist is the engine's business, and a killed engine or zygote leaves them serving.

One engine at a time is connected; messages are JSON, a datagram each. To the zygote: `{"fork": ForkRequest}`, with
the revision's listening socket attached. From it: `{"forked": pid, "revision": name}`.
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
from knative.local.channel import MAX_MESSAGE_BYTES
from knative.local.listening import listen
from knative.local.processes import identify, write_atomically
from shared.cold_starts import Beginning


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
        address: where the listening socket is called; its own name is that of before it was renamed.
        timeout_s: longest time that a request may run, and so a drain.
        nice: its level while it serves; it starts without, for somebody waits.
        asked_at_s: when it was asked for, in seconds since 1970.
        waited_at_s: when the request that it is for began to wait, on the same clock; None: there is none.
        program: a `programs.program.Program`, as JSON, that it is an instance of; None: of the function.
        probes: a `programs.following.Probes`, as JSON, that the function is asked by; None: it has none of its own.
    """

    revision: str
    code_root: str
    function: str
    environment: dict[str, str]
    log: str
    records: str
    events: str
    address: str
    timeout_s: float
    nice: int = 0
    asked_at_s: float
    waited_at_s: float | None = None
    program: object = None
    probes: object = None


class Zygote:
    """The records of the children, which go when the children do."""

    def __init__(self, listener: socket.socket, wakeup: int) -> None:
        self._listener = listener
        self._wakeup = wakeup
        self._records: dict[int, Path] = {}

    def serve_next_engine(self) -> None:
        """Wait for an engine, and fork as it says until it goes."""
        while not self._wait_for(self._listener):
            pass
        engine, _ = self._listener.accept()
        with contextlib.closing(engine), contextlib.suppress(BrokenPipeError, ConnectionResetError):
            while True:
                if self._wait_for(engine) and not self._serve_message(engine):
                    return

    def _wait_for(self, awaited: socket.socket) -> bool:
        readable, _, _ = select.select([awaited.fileno(), self._wakeup], [], [])
        if self._wakeup in readable:
            self._reap()
        return awaited.fileno() in readable

    def _serve_message(self, engine: socket.socket) -> bool:
        data, descriptors, _, _ = socket.recv_fds(engine, MAX_MESSAGE_BYTES, 1)
        match json.loads(data or b"null"):
            case None:
                return False
            case {"fork": dict(fields)}:
                request = ForkRequest(**fields)
                with socket.socket(fileno=descriptors[0]) as listening:
                    pid = os.fork()
                    if pid == 0:
                        engine.close()
                        self._listener.close()
                        _become_instance(request, listening)
                self._records[pid] = Path(request.records, str(pid))
                engine.send(json.dumps({"forked": pid, "revision": request.revision}).encode())
            case unknown:
                raise ValueError(f"the zygote was sent {unknown!r}, which is none of its messages")
        return True

    def _reap(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while os.read(self._wakeup, 4096):
                pass
        with contextlib.suppress(ChildProcessError):
            while ended := os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT):
                pid = ended.si_pid
                with contextlib.suppress(ProcessLookupError):
                    # What it has started goes with it; until it is reaped, the group's number is nobody else's.
                    os.killpg(pid, signal.SIGKILL)
                os.waitpid(pid, 0)
                if record := self._records.pop(pid, None):
                    record.unlink(missing_ok=True)


def main(socket_path: str) -> None:
    """Import, freeze, listen on `socket_path`, and fork until told to stop by SIGTERM."""
    load()
    gc.collect()
    gc.freeze()
    wakeup_read, wakeup_write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    signal.set_wakeup_fd(wakeup_write, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    listener = listen(Path(socket_path), 1, socket.SOCK_SEQPACKET)
    listener.setblocking(True)
    zygote = Zygote(listener, wakeup_read)
    while True:
        zygote.serve_next_engine()


def _become_instance(request: ForkRequest, listening: socket.socket) -> None:
    """Turn this fork into an instance. Never returns."""
    status = 1
    forked_at_s = time.time()
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        # Until the server has its own handler, to be told to stop is to end.
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        # A group of its own, in the zygote's session: the kernel weighs sessions against each other first (sched(7),
        # autogroup), and a session for each instance would give the functions many times what Envoy has.
        os.setpgid(0, 0)
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
        if request.program is not None:
            status = _stand_beside_program(request, listening)
            return
        sys.path.insert(0, request.code_root)
        server = importlib.import_module("shared.server")
        server.run(
            source=Path(request.code_root, "functions", request.function, "main.py"),
            listening=listening,
            environment=os.environ,
            timeout_s=request.timeout_s,
            on_ready=lambda: _announce(request),
            beginning=Beginning(
                waited_at_s=request.waited_at_s, asked_at_s=request.asked_at_s, forked_at_s=forked_at_s
            ),
            probes=_probes(request),
        )
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else 1
    except Exception:  # noqa: BLE001 - nobody above: this log line is all that tells why an instance died
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        if status:
            _tell(request, {"revision": request.revision, "pid": os.getpid(), "exit_code": status})
        os._exit(status)


def _probes(request: ForkRequest) -> object:
    """Who asks the function by the probes of its manifest, if those are more than it is asked anyway."""
    if request.probes is None:
        return None
    # Not imported before: most functions have no use for it.
    beside = importlib.import_module("knative.local.programs.beside")
    program = importlib.import_module("knative.local.programs.program")
    condemned = {"revision": request.revision, "pid": os.getpid(), "exit_code": 137}
    return beside.Beside(
        program.probes_from_json(request.probes),
        lambda: _tell(request, condemned),
        lambda taking: _tell_taking(request, taking),
        request.address,
    )


def _stand_beside_program(request: ForkRequest, listening: socket.socket) -> int:
    """Be the sidecar of a program; gives the program's exit code."""
    # Not imported before: functions have no use for it.
    sidecar = importlib.import_module("knative.local.programs.sidecar")
    code: int = sidecar.run(
        sidecar.from_json(request.program),
        listening,
        revision=request.revision,
        environment=request.environment,
        timeout_s=request.timeout_s,
        on_ready=lambda: _announce(request),
        on_change=lambda taking: _tell_taking(request, taking),
    )
    return code


def _write_record(request: ForkRequest, *, ready: bool, taking: bool = True) -> dict[str, object]:
    identity = identify(os.getpid())
    assert identity is not None
    record: dict[str, object] = {"revision": request.revision, "ready": ready, "taking": taking, **asdict(identity)}
    write_atomically(Path(request.records, str(identity.pid)), json.dumps(record).encode(), durable=False)
    return record


def _be_nice(level: int) -> None:
    """Every thread has a level of its own, and a new one that of who starts it: again, until none is left behind."""
    behind = True
    while behind:
        behind = False
        for thread in map(int, os.listdir("/proc/self/task")):  # noqa: PTH208
            with contextlib.suppress(ProcessLookupError):  # it ended just now
                if os.getpriority(os.PRIO_PROCESS, thread) < level:
                    os.setpriority(os.PRIO_PROCESS, thread, level)
                    behind = True


def _announce(request: ForkRequest) -> None:
    if request.nice and request.program is not None:
        os.setpriority(os.PRIO_PGRP, 0, request.nice)
    elif request.nice:
        _be_nice(request.nice)
    _tell(request, _write_record(request, ready=True))


def _tell_taking(request: ForkRequest, taking: bool) -> None:
    """It was ready, and no longer is by its probe; or is again."""
    _write_record(request, ready=True, taking=taking)
    _tell(request, {"revision": request.revision, "pid": os.getpid(), "taking": taking})


def _tell(request: ForkRequest, word: dict[str, object]) -> None:
    # No engine may live just now; the next one reads the record.
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as events, contextlib.suppress(OSError):
        events.sendto(json.dumps(word).encode(), request.events)


def load() -> None:
    """Import all that instances need, and have it make what it makes at first use. Raises what an import raises."""
    _import_everything()
    _warm_up()


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


def _warm_up() -> None:
    """Have the database's libraries make now what they make at their first use, and what every instance would repeat.

    Nothing stays open. libpq's OpenSSL fetches its algorithms when it first derives a key, which is most of the time of
    a first connection; deriving one needs no server, only a connection's handle, so one that goes nowhere. Its random
    numbers differ between forks: it notices a fork by itself.
    """
    # Here, for the engine imports this module too and needs none of it.
    from psycopg import pq  # noqa: PLC0415
    from sqlalchemy import text  # noqa: PLC0415

    from shared import database  # noqa: PLC0415

    nowhere = pq.PGconn.connect_start(b"host=/nonexistent")
    nowhere.encrypt_password(b"nobody", b"nobody", b"scram-sha-256")
    nowhere.finish()
    engine = database.make_engine("postgresql://", pool_size=1, application_name="nobody")
    text("SELECT :one").compile(dialect=engine.dialect)
    engine.dispose()
