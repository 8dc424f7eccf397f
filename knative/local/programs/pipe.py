"""Bytes between a connection from Envoy and one to a program, both ways, unread, and no more of them than flow.

One connection is one request (Envoy's `max_requests_per_connection: 1`), HTTP/1 and HTTP/2 alike, so nothing here
needs to know where a request ends: WebSockets, server-sent events and gRPC streams pass like any other.
"""

import asyncio
import socket

_BAD_GATEWAY = (
    b"HTTP/1.1 502 Bad Gateway\r\ncontent-type: text/plain; charset=utf-8\r\nconnection: close\r\n"
    b"content-length: %d\r\n\r\n%s"
)
_NO_ANSWER = b"the program closed the connection without an answer\n"


async def carry(accepted: socket.socket, port: int, *, explain: bool) -> None:
    """Carry one request through, until both connections are closed.

    Args:
        accepted: the connection from Envoy.
        port: of the program, on loopback.
        explain: tell an HTTP/1 client by a 502 that no answer came, as Knative's queue-proxy does.
    """
    loop = asyncio.get_running_loop()
    client, program = _End(), _End()
    try:
        await loop.create_connection(lambda: program, "127.0.0.1", port)
    except OSError:
        program.gone.set()
    try:
        await loop.connect_accepted_socket(lambda: client, accepted)
    except OSError:  # it has gone already
        accepted.close()
        client.gone.set()
    client.join(program)
    program.join(client)
    try:
        if not program.gone.is_set():
            await asyncio.wait([asyncio.ensure_future(each.gone.wait()) for each in (client, program)],
                               return_when=asyncio.FIRST_COMPLETED)  # fmt: skip
        if explain and not program.has_spoken and not client.gone.is_set():
            client.write(_BAD_GATEWAY % (len(_NO_ANSWER), _NO_ANSWER))
    finally:
        # What was written still goes out.
        client.close()
        program.close()
    await client.gone.wait()
    await program.gone.wait()


class _End(asyncio.Protocol):
    """One of the two connections: what it receives is written to the other; where that is slow, it is read no more."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._other: _End | None = None
        # What came before there was another: asyncio before Python 3.11.3 reads although it was told to pause.
        self._early = b""
        self.gone = asyncio.Event()
        self.has_spoken = False

    def join(self, other: "_End") -> None:
        """From now on what comes goes to `other`."""
        self._other = other
        if self._early:
            other.write(self._early)
            self._early = b""
        self.read(going=True)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.pause_reading()

    def data_received(self, data: bytes) -> None:
        self.has_spoken = True
        if self._other:
            self._other.write(data)
        else:
            self._early += data

    def connection_lost(self, _exc: Exception | None) -> None:
        self.gone.set()

    def pause_writing(self) -> None:
        if self._other:
            self._other.read(going=False)

    def resume_writing(self) -> None:
        if self._other:
            self._other.read(going=True)

    def read(self, *, going: bool) -> None:
        if self._transport and not self._transport.is_closing():
            if going:
                self._transport.resume_reading()
            else:
                self._transport.pause_reading()

    def write(self, data: bytes) -> None:
        if self._transport and not self._transport.is_closing():
            self._transport.write(data)

    def close(self) -> None:
        if self._transport:
            self._transport.close()
