"""Starting, knowing again and stopping the long-lived processes of a stack.

They outlive the engine that started them (a killed engine must stop no traffic), so each leaves a record, a
pid and the time the kernel started it, by which a later engine knows it again and never mistakes a recycled pid.
"""

import contextlib
import json
import os
import select
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessIdentity:
    """A process that cannot be confused with another one: `start_ticks` is field 22 of /proc/PID/stat."""

    pid: int
    start_ticks: int

    @property
    def alive(self) -> bool:
        return start_ticks(self.pid) == self.start_ticks


def start_ticks(pid: int) -> int | None:
    """When the kernel started a process, in clock ticks since boot; None for none, or one that is dead."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return None
    fields = stat[stat.rindex(b")") + 2 :].split()
    return None if fields[0] in {b"Z", b"X"} else int(fields[19])


def wait_until_reaped(pid: int, timeout_s: float) -> None:
    """Wait while a dead process still has an entry: to whoever asks by signal 0, it seems to live."""
    deadline_s = time.monotonic() + timeout_s
    while Path(f"/proc/{pid}").exists() and start_ticks(pid) is None and time.monotonic() < deadline_s:
        with contextlib.suppress(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)
        time.sleep(0.01)


def identify(pid: int) -> ProcessIdentity | None:
    """The identity of a living process."""
    ticks = start_ticks(pid)
    return None if ticks is None else ProcessIdentity(pid=pid, start_ticks=ticks)


def write_atomically(path: Path, data: bytes, *, mode: int = 0o644, durable: bool = True) -> None:
    """Replace a file by rename: a reader finds the old or the new, whole; `durable`: also after a loss of power."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        if durable:
            os.fsync(file.fileno())
    temporary.replace(path)


class Records:
    """The processes that a stack has started, by role, as files in its run folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def find(self, role: str) -> ProcessIdentity | None:
        """The living process of a role, or None.

        A record of a dead one is left alone: whoever starts the next one may be replacing it just now.
        """
        try:
            record = json.loads(self._path(role).read_bytes())
        except FileNotFoundError:
            return None
        identity = ProcessIdentity(pid=record["pid"], start_ticks=record["start_ticks"])
        return identity if identity.alive else None

    def write(self, role: str, identity: ProcessIdentity) -> None:
        record = {"pid": identity.pid, "start_ticks": identity.start_ticks}
        write_atomically(self._path(role), json.dumps(record).encode(), durable=False)

    def forget(self, role: str) -> None:
        self._path(role).unlink(missing_ok=True)

    def _path(self, role: str) -> Path:
        return self._folder / f"{role}.json"


def spawn(
    command: Sequence[str], *, log: Path, environment: Mapping[str, str], folder: Path
) -> subprocess.Popen[bytes]:
    """Start a process of its own session, with its output in `log`, at `folder`, without standard input."""
    with log.open("ab") as output:
        return subprocess.Popen(  # noqa: S603 - the command is ours
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=dict(environment), cwd=folder,
            start_new_session=True, close_fds=True,
        )  # fmt: skip


def wait_until_gone(identity: ProcessIdentity, timeout_s: float) -> bool:
    """Wait for the end of a process that need not be our child. False where it still lives after `timeout_s`."""
    deadline_s = time.monotonic() + timeout_s
    while identity.alive:
        left_s = deadline_s - time.monotonic()
        if left_s <= 0:
            return False
        try:
            descriptor = os.pidfd_open(identity.pid)
        except ProcessLookupError:
            return True
        try:
            select.select([descriptor], [], [], left_s)
        finally:
            os.close(descriptor)
        # Our own child stays a zombie until somebody asks for its status.
        with contextlib.suppress(ChildProcessError):
            os.waitpid(identity.pid, os.WNOHANG)
    return True


def send_signal(identity: ProcessIdentity, number: signal.Signals) -> None:
    """Signal a process if it is still the one that we knew."""
    if identity.alive:
        with contextlib.suppress(ProcessLookupError):
            os.kill(identity.pid, number)


def stop(identity: ProcessIdentity, *, gently: signal.Signals, timeout_s: float) -> None:
    """End a process: ask, wait at most `timeout_s`, then kill."""
    send_signal(identity, gently)
    if not wait_until_gone(identity, timeout_s):
        send_signal(identity, signal.SIGKILL)
        wait_until_gone(identity, 5.0)


def last_lines(log: Path, count: int = 5) -> str:
    """The end of a log, for an error message."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - 8192))
            return "\n".join(file.read().decode(errors="replace").splitlines()[-count:])
    except FileNotFoundError:
        return ""
