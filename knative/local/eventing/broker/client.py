"""One POST, and the answer with what it holds: an answer may be another event, or say why there is none."""

import asyncio
from dataclasses import dataclass
from urllib.parse import urlsplit

import h11

from knative.local.eventing.addresses import Address
from knative.local.eventing.event import Posted

LARGEST_BODY_BYTES = 1024 * 1024
_READ_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """`body` up to LARGEST_BODY_BYTES of it; names of headers in lower case."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""

    @property
    def content_type(self) -> str:
        return next((value for name, value in self.headers if name == "content-type"), "")


async def post(address: Address, message: Posted, *, timeout_s: float, mesh_port: int) -> Response:
    """Send, and wait for the whole answer.

    Args:
        address: one inside the mesh is reached through Envoy.
        timeout_s: for all of it.
        mesh_port: Envoy's, on loopback.

    Raises:
        OSError: no connection, no answer of HTTP, or not in time (TimeoutError).
    """
    parts = urlsplit(address.url)
    there = ("127.0.0.1", mesh_port) if address.in_mesh else (parts.hostname or "", parts.port or 80)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    own = {"host": parts.netloc.rpartition("@")[2], "content-length": str(len(message.body)), "connection": "close"}
    request = h11.Request(method="POST", target=target, headers=list({**message.headers, **own}.items()))
    connection = h11.Connection(h11.CLIENT)
    head = connection.send(request) or b""
    async with asyncio.timeout(timeout_s):
        reader, writer = await asyncio.open_connection(*there)
        try:
            writer.write(head + (connection.send(h11.Data(data=message.body)) or b""))
            connection.send(h11.EndOfMessage())
            return await _response(connection, reader)
        except h11.RemoteProtocolError as error:
            raise ConnectionError(f"no answer of HTTP: {error}") from None
        finally:
            # At once: what a peer has not taken by now is for nobody.
            writer.transport.abort()


async def _response(connection: h11.Connection, reader: asyncio.StreamReader) -> Response:
    head: h11.Response | None = None
    body = bytearray()
    while True:
        match connection.next_event():
            case h11.NEED_DATA:
                connection.receive_data(await reader.read(_READ_BYTES))
            case h11.Response() as found:
                head = found
            case h11.Data(data=data):
                body += data
                if len(body) >= LARGEST_BODY_BYTES and head is not None:
                    break
            case h11.EndOfMessage() if head is not None:
                break
            case h11.InformationalResponse():
                continue
            case _:
                raise ConnectionError("the connection ended before an answer")
    headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in head.headers)
    return Response(status=head.status_code, headers=headers, body=bytes(body[:LARGEST_BODY_BYTES]))
