"""One HTTP/1.1 connection to this machine, and a GET as bytes: the least that a load generator must do."""

import re
import socket

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_CONNECT_WITHIN_S = 5.0


class Connection:
    """Sends requests that were made beforehand, and counts an answer off the wire by its Content-Length.

    `since_s` is when the request that is under way was due, on the caller's clock.
    """

    __slots__ = ("_buffer", "_socket", "_total_bytes", "since_s")

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=_CONNECT_WITHIN_S)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.setblocking(False)
        self._buffer = b""
        self._total_bytes = 0
        self.since_s = 0.0

    def fileno(self) -> int:
        return self._socket.fileno()

    def settimeout(self, within_s: float) -> None:
        """Have the next `receive` wait for something to arrive. It raises TimeoutError, an OSError."""
        self._socket.settimeout(within_s)

    def send(self, request: bytes, due_s: float) -> None:
        self.since_s = due_s
        self._socket.sendall(request)

    def receive(self) -> int | None:
        """Take in what has arrived: the status once the answer is whole, else None. Raises OSError."""
        try:
            data = self._socket.recv(65536)
        except BlockingIOError:
            return None
        if not data:
            raise ConnectionResetError("the server closed the connection")
        self._buffer += data
        if not self._total_bytes:
            head_bytes = self._buffer.find(b"\r\n\r\n")
            if head_bytes < 0:
                return None
            found = _LENGTH.search(self._buffer, 0, head_bytes)
            if found is None:
                raise ConnectionResetError("an answer without Content-Length is not understood here")
            self._total_bytes = head_bytes + 4 + int(found[1])
        if len(self._buffer) < self._total_bytes:
            return None
        status = int(self._buffer[9:12])
        self._buffer, self._total_bytes = self._buffer[self._total_bytes :], 0
        return status

    def close(self) -> None:
        self._socket.close()


def get(path: str, host: str) -> bytes:
    """The bytes of a GET."""
    return f"GET {path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: zerocart-burst\r\nAccept: */*\r\n\r\n".encode()
