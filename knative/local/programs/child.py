"""The program as a process: started, looked after, and ended with everything that it has started."""

import ctypes
import os
import resource
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from shared.errors import StartError

_PR_SET_PDEATHSIG = 1


def start(
    command: Sequence[str], *, executable: str, environment: Mapping[str, str], folder: str, memory_bytes: int = 0
) -> subprocess.Popen[bytes]:
    """Start it with nothing on its standard input, in this process's group. Raises StartError.

    When this process is killed, the kernel kills the program, and whoever reaps us what it has started: the group.
    Beyond its memory, which is counted for each of its processes as what it may write to, it gets none.
    """
    libc = ctypes.CDLL(None)

    def prepare() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if memory_bytes:
            resource.setrlimit(resource.RLIMIT_DATA, (memory_bytes, memory_bytes))

    try:
        return subprocess.Popen(  # noqa: S603 - the image's own command
            command, executable=executable, env=dict(environment), cwd=folder, stdin=subprocess.DEVNULL,
            preexec_fn=prepare,  # noqa: PLW1509 - no thread runs here
        )  # fmt: skip
    except OSError as error:
        raise StartError(f"{error.filename or executable} cannot be run: {error.strerror}") from error


def exit_code(status: int) -> int:
    """As Kubernetes counts: a program that a signal has ended has 128 and the signal's number."""
    return 128 - status if status < 0 else status


def kill_group() -> None:
    """Kill what is left of the program: all of our group but ourselves."""
    own = os.getpgid(0)
    for name in os.listdir("/proc"):  # noqa: PTH208 - hundreds of entries, and a drain waits
        if name.isdecimal() and int(name) != os.getpid():
            try:
                stat = Path("/proc", name, "stat").read_bytes()
                if int(stat[stat.rindex(b")") + 2 :].split()[2]) == own:
                    os.kill(int(name), signal.SIGKILL)
            except (FileNotFoundError, ProcessLookupError):  # it ended just now
                continue
