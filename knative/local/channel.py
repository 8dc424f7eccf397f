"""The engine's end of a connection to one of its own processes: JSON datagrams, with a socket attached to some."""

import asyncio
import contextlib
import json
import socket
from collections.abc import Callable
from pathlib import Path

MAX_MESSAGE_BYTES = 256 * 1024
SEND_TIMEOUT_S = 5.0


class Channel:
    """One connection. When the other side is gone, `on_gone` is called once; `connect` may then be called again.

    Args:
        on_message: called with each message that comes.
        on_gone: called when the other side has closed, or died.
    """

    def __init__(self, on_message: Callable[[object], None], on_gone: Callable[[], None]) -> None:
        self._on_message = on_message
        self._on_gone = on_gone
        self._connection: socket.socket | None = None

    def connect(self, path: Path) -> socket.socket:
        """Connect, and give the connection for a first exchange. Call `listen` after it.

        Raises ConnectionRefusedError or FileNotFoundError where nobody listens yet.
        """
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        connection.settimeout(SEND_TIMEOUT_S)
        try:
            connection.connect(str(path))
        except OSError:
            connection.close()
            raise
        self._connection = connection
        return connection

    def listen(self) -> None:
        """Hear messages from now on."""
        assert self._connection is not None
        asyncio.get_running_loop().add_reader(self._connection.fileno(), self._receive)

    @property
    def connected(self) -> bool:
        return self._connection is not None

    def send(self, message: object, attached: socket.socket | None = None) -> None:
        """Send one message; nothing where nobody is connected: whoever connects next is told anew."""
        if self._connection is None:
            return
        descriptors = [attached.fileno()] if attached else []
        try:
            socket.send_fds(self._connection, [json.dumps(message).encode()], descriptors)
        except (BrokenPipeError, ConnectionResetError, TimeoutError):
            # Gone, or frozen: it is asked again when it is back.
            self._lose()

    def close(self) -> None:
        """Leave, without a word."""
        if self._connection:
            with contextlib.suppress(RuntimeError):
                asyncio.get_running_loop().remove_reader(self._connection.fileno())
            self._connection.close()
            self._connection = None

    def _receive(self) -> None:
        assert self._connection is not None
        try:
            data = self._connection.recv(MAX_MESSAGE_BYTES)
        except ConnectionResetError:
            data = b""
        message = json.loads(data or b"null")
        if message is None:
            self._lose()
        else:
            self._on_message(message)

    def _lose(self) -> None:
        self.close()
        self._on_gone()


def receive_kept(connection: socket.socket) -> dict[str, socket.socket]:
    """What a keeper says first: the listening sockets that it kept, by revision. Raises OSError."""
    kept: dict[str, socket.socket] = {}
    while True:
        data, descriptors, _, _ = socket.recv_fds(connection, MAX_MESSAGE_BYTES, 1)
        if not data:
            raise ConnectionResetError("the keeper ended")
        if (revision := json.loads(data)["kept"]) is None:
            return kept
        kept[revision] = socket.socket(fileno=descriptors[0])
