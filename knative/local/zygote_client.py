"""The engine's side of the zygote: sends it sockets and fork requests, hears what became of them."""

import asyncio
import json
import socket
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from knative.local.zygote import MAX_MESSAGE_BYTES, EngineCommand, ForkRequest


class ZygoteClient:
    """One connection to a zygote. When it breaks, `on_gone` is called once and the object is done with."""

    def __init__(
        self,
        *,
        on_forked: Callable[[int, str], None],
        on_exited: Callable[[int, int], None],
        on_gone: Callable[[], None],
    ) -> None:
        self._on_forked = on_forked
        self._on_exited = on_exited
        self._on_gone = on_gone
        self._connection: socket.socket | None = None

    async def connect(self, path: Path) -> dict[str, socket.socket]:
        """Connect, and take over the listening sockets that the zygote kept, by revision.

        Raises ConnectionRefusedError or FileNotFoundError where no zygote listens yet.
        """
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        connection.settimeout(5.0)
        try:
            connection.connect(str(path))
            kept: dict[str, socket.socket] = {}
            while True:
                data, descriptors, _, _ = socket.recv_fds(connection, MAX_MESSAGE_BYTES, 1)
                if not data:
                    raise ConnectionResetError("the zygote ended")
                if (revision := json.loads(data)["kept"]) is None:
                    break
                kept[revision] = socket.socket(fileno=descriptors[0])
        except OSError:
            connection.close()
            raise
        self._connection = connection
        asyncio.get_running_loop().add_reader(connection.fileno(), self._receive)
        return kept

    def keep(self, revision: str, listening: socket.socket) -> None:
        """Give the zygote a copy of a revision's socket, from which its instances will accept."""
        if self._connection:
            message = json.dumps({"keep": revision}).encode()
            self._guarded(lambda connection: socket.send_fds(connection, [message], [listening.fileno()]))

    def revive_with(self, command: EngineCommand) -> None:
        """Tell the zygote how to start this engine again, should it be killed."""
        self._send({"engine": asdict(command)})

    def drop(self, revision: str) -> None:
        self._send({"drop": revision})

    def fork(self, request: ForkRequest) -> None:
        self._send({"fork": asdict(request)})

    @property
    def connected(self) -> bool:
        return self._connection is not None

    def close(self) -> None:
        """Leave the zygote and its instances as they are, on purpose."""
        self._send({"goodbye": True})
        self._disconnect()

    def _disconnect(self) -> None:
        if self._connection:
            asyncio.get_running_loop().remove_reader(self._connection.fileno())
            self._connection.close()
            self._connection = None

    def _send(self, message: object) -> None:
        self._guarded(lambda connection: connection.send(json.dumps(message).encode()))

    def _guarded(self, send: Callable[[socket.socket], int]) -> None:
        if self._connection:
            try:
                send(self._connection)
            except (BrokenPipeError, ConnectionResetError):
                self._lose()

    def _receive(self) -> None:
        assert self._connection is not None
        try:
            data = self._connection.recv(MAX_MESSAGE_BYTES)
        except BlockingIOError:
            return
        except ConnectionResetError:
            data = b""
        match json.loads(data or b"null"):
            case None:
                self._lose()
            case {"forked": int(pid), "revision": str(revision)}:
                self._on_forked(pid, revision)
            case {"exited": int(pid), "status": int(status)}:
                self._on_exited(pid, status)

    def _lose(self) -> None:
        self._disconnect()
        self._on_gone()
