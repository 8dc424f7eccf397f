"""A port for a program: the one that its manifest names where that is free, for it is what $PORT is on a cluster.

Two instances on one machine cannot have the same, so the second gets another one. A port is ours as long as we hold
the lock on its file; the kernel says whether anybody else has it.
"""

import fcntl
import random
import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO

from shared.errors import StartError

# Below what Linux gives to outgoing connections (net.ipv4.ip_local_port_range begins at 32768).
_FIRST, _LAST = 20_000, 32_000
_TRIES = 200


def reserve(preferred: int, folder: Path) -> tuple[int, IO[str]]:
    """A port that nobody listens on, and its lock, to be held open. Raises StartError where none is found."""
    folder.mkdir(exist_ok=True)
    for port in _candidates(preferred):
        lock = (folder / str(port)).open("w")
        with suppress(OSError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _bind(port)
            return port, lock
        lock.close()
    raise StartError("no port is free for the program", f"look who listens on {_FIRST} to {_LAST}: `ss -ltnp`")


def _candidates(preferred: int) -> Iterator[int]:
    yield preferred
    for _ in range(_TRIES):
        yield random.randint(_FIRST, _LAST)  # noqa: S311 - nothing is secret about it


def _bind(port: int) -> None:
    """Raises OSError where somebody listens, on any address, or where the port needs privileges."""
    if socket.has_dualstack_ipv6():
        socket.create_server(("::", port), family=socket.AF_INET6, dualstack_ipv6=True).close()
    else:
        socket.create_server(("0.0.0.0", port)).close()  # noqa: S104 - closed at once
