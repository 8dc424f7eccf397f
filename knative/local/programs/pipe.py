"""Bytes between a connection from Envoy and one to a program, both ways, unread and unbuffered beyond what flows.

One connection is one request (Envoy's `max_requests_per_connection: 1`), HTTP/1 and HTTP/2 alike, so nothing here
needs to know where a request ends: WebSockets, server-sent events and gRPC streams pass like any other.
"""

import asyncio
import socket
from collections.abc import Callable

_BAD_GATEWAY = (
    b"HTTP/1.1 502 Bad Gateway\r\ncontent-type: text/plain; charset=utf-8\r\nconnection: close\r\n"
    b"content-length: %d\r\n\r\n%s"
)
_NO_ANSWER = b"the program closed the connection without an answer\n"


class Pipe:
    """One request on its way through.

    Args:
        on_end: called once, when both connections are closed.
        explain: tell an HTTP/1 client by a 502 that no answer came, as Knative's queue-proxy does.
    """

    def __init__(self, on_end: Callable[["Pipe"], None], *, explain: bool) -> None:
        self._on_end = on_end
        self._explain = explain
        self._client = _End(self)
        self._program = _End(self)
        self._ended = False

    async def run(self, accepted: socket.socket, port: int) -> None:
        """Connect the two; gives back when they are, or when that failed."""
        loop = asyncio.get_running_loop()
        self._client.peer, self._program.peer = self._program, self._client
        try:
            await loop.connect_accepted_socket(lambda: self._client, accepted)
        except OSError:  # it has gone already
            accepted.close()
            self.closed(self._client)
            return
        try:
            await loop.create_connection(lambda: self._program, "127.0.0.1", port)
        except OSError:
            self.closed(self._program)

    def closed(self, end: "_End") -> None:
        """One side is gone: what it said goes out, and then the other side closes too."""
        other = self._program if end is self._client else self._client
        end.is_closed = True
        if end is self._program and self._explain and not end.has_spoken and self._client.is_open:
            self._client.write(_BAD_GATEWAY % (len(_NO_ANSWER), _NO_ANSWER))
        other.close()
        if other.is_closed and not self._ended:
            self._ended = True
            self._on_end(self)

    def abort(self) -> None:
        """End it now, whatever is on its way."""
        self._client.abort()
        self._program.abort()


class _End(asyncio.Protocol):
    """One of the two connections. What it receives is written to `peer`; where that is slow, it is read no more."""

    def __init__(self, pipe: Pipe) -> None:
        self._pipe = pipe
        self._transport: asyncio.Transport | None = None
        self._early: list[bytes] = []
        self._close_early = False
        self.peer = self
        self.has_spoken = False
        self.is_closed = False

    @property
    def is_open(self) -> bool:
        return self._transport is not None and not self.is_closed

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        for data in self._early:
            transport.write(data)
        self._early.clear()
        if self._close_early:
            transport.close()
        else:
            self.peer.resume_writing()

    def data_received(self, data: bytes) -> None:
        self.has_spoken = True
        self.peer.write(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self._pipe.closed(self)

    def pause_writing(self) -> None:
        if self.peer._transport and not self.peer.is_closed:
            self.peer._transport.pause_reading()

    def resume_writing(self) -> None:
        if self.peer._transport and not self.peer.is_closed:
            self.peer._transport.resume_reading()

    def write(self, data: bytes) -> None:
        if self._transport is None:
            # Not connected yet: what has come is kept, and no more is read.
            self._early.append(data)
            self.pause_writing()
        elif not self.is_closed:
            self._transport.write(data)

    def close(self) -> None:
        if self._transport is None:
            self._close_early = True
            if not self._pipe_connects():
                self.is_closed = True
        elif not self.is_closed:
            self._transport.close()

    def abort(self) -> None:
        if self._transport and not self.is_closed:
            self._transport.abort()
