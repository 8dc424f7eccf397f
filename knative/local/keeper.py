"""The smallest process of a stack: it keeps what must not be lost while the engine is away, and brings it back.

It holds a copy of every revision's listening socket: a connection that arrives while no engine lives waits in
the kernel's queue, and the next engine is handed the same sockets. And it starts the engine again when that was
killed, as the engine does with every other part, the keeper too. It imports almost nothing, so that a killed one
is back in some tens of milliseconds.

One engine at a time is connected; messages are JSON, a datagram each, with a socket attached where one is meant.
To the keeper: `{"engine": EngineCommand}`, `{"keep": revision}` with its socket, `{"drop": revision}`,
`{"goodbye": true}`. From it, at first: `{"kept": revision}` with its socket for each, then `{"kept": null}`.
"""

import contextlib
import json
import os
import select
import signal
import socket
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from knative.local.listening import listen
from knative.local.processes import ProcessIdentity, spawn

MAX_MESSAGE_BYTES = 256 * 1024  # as in channel.py, whose asyncio a keeper can do without
# An engine that dies again and again is broken, not killed.
MOST_REVIVALS = 10
REVIVAL_WINDOW_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineCommand:
    """Which process the engine is, and how to start it again."""

    pid: int
    start_ticks: int
    command: list[str]
    environment: dict[str, str]
    log: str
    folder: str


class Keeper:
    """The sockets by revision, and the engine that is looked after."""

    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener
        self._kept: dict[str, socket.socket] = {}
        self._connection: socket.socket | None = None
        self._engine: EngineCommand | None = None
        self._pidfd: int | None = None
        self._revivals_s: list[float] = []

    def serve(self) -> None:
        """Wait for the next thing that happens, and do what it asks for."""
        connection = self._connection
        watched = [self._listener.fileno()]
        watched += [connection.fileno()] if connection else []
        watched += [self._pidfd] if self._pidfd is not None else []
        readable, _, _ = select.select(watched, [], [])
        # One after another: what an engine said last, goodbye perhaps, is heard before its end or the next one counts.
        if connection and connection.fileno() in readable:
            self._receive(connection)
        elif self._pidfd is not None and self._pidfd in readable:
            self._revive_engine()
        elif self._listener.fileno() in readable:
            self._hand_over(self._listener.accept()[0])

    def _hand_over(self, engine: socket.socket) -> None:
        self._disconnect()
        self._connection = engine
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            for revision, listening in self._kept.items():
                socket.send_fds(engine, [json.dumps({"kept": revision}).encode()], [listening.fileno()])
            engine.send(json.dumps({"kept": None}).encode())

    def _receive(self, connection: socket.socket) -> None:
        try:
            data, descriptors, _, _ = socket.recv_fds(connection, MAX_MESSAGE_BYTES, 1)
        except ConnectionResetError:
            data, descriptors = b"", []
        match json.loads(data or b"null"):
            case None:
                self._disconnect()
            case {"keep": str(revision)}:
                self._drop(revision)
                self._kept[revision] = socket.socket(fileno=descriptors[0])
            case {"drop": str(revision)}:
                self._drop(revision)
            case {"engine": dict(fields)}:
                self._engine = EngineCommand(**fields)
                self._follow(ProcessIdentity(pid=self._engine.pid, start_ticks=self._engine.start_ticks))
            case {"goodbye": True}:
                self._engine = None
                self._unfollow()
            case unknown:
                raise ValueError(f"the keeper was sent {unknown!r}, which is none of its messages")

    def _revive_engine(self) -> None:
        self._unfollow()
        # One that this keeper started is its child, and leaves an entry until it is asked for.
        with contextlib.suppress(ChildProcessError):
            os.waitpid(-1, os.WNOHANG)
        now_s = time.monotonic()
        self._revivals_s = [at_s for at_s in self._revivals_s if now_s - at_s < REVIVAL_WINDOW_S]
        if self._engine is None or len(self._revivals_s) >= MOST_REVIVALS:
            return
        self._revivals_s.append(now_s)
        process = spawn(
            self._engine.command,
            log=Path(self._engine.log),
            environment=self._engine.environment,
            folder=Path(self._engine.folder),
        )
        # From now on this one: it may be killed before it has said who it is.
        self._pidfd = os.pidfd_open(process.pid)
        process.returncode = 0

    def _follow(self, identity: ProcessIdentity) -> None:
        self._unfollow()
        try:
            self._pidfd = os.pidfd_open(identity.pid)
        except ProcessLookupError:
            self._revive_engine()
            return
        if not identity.alive:
            self._revive_engine()

    def _unfollow(self) -> None:
        if self._pidfd is not None:
            os.close(self._pidfd)
            self._pidfd = None

    def _disconnect(self) -> None:
        if self._connection:
            self._connection.close()
            self._connection = None

    def _drop(self, revision: str) -> None:
        if listening := self._kept.pop(revision, None):
            listening.close()


def main(socket_path: str) -> None:
    """Listen on `socket_path` and serve until told to stop by SIGTERM."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    listener = listen(Path(socket_path), 1, socket.SOCK_SEQPACKET)
    listener.setblocking(True)
    keeper = Keeper(listener)
    while True:
        keeper.serve()
