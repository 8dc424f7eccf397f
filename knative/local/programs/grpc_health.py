"""One call of gRPC's health protocol (`grpc.health.v1.Health/Check`), in the clear, without a gRPC library.

The message is one field either way, so HTTP/2 is all that it takes.
"""

import asyncio

import h2.config
import h2.connection
import h2.events

_SERVING = b"\x08\x01"  # HealthCheckResponse: field 1, an enum, is 1


async def serves(service: str, host: str, port: int) -> bool:
    """Whether the server says that the service serves; the empty name is the server as a whole. Raises OSError."""
    reader, writer = await asyncio.open_connection(host, port)
    try:
        connection = h2.connection.H2Connection(h2.config.H2Configuration(client_side=True))
        connection.initiate_connection()
        stream = connection.get_next_available_stream_id()
        connection.send_headers(
            stream,
            [
                (":method", "POST"),
                (":scheme", "http"),
                (":authority", f"{host}:{port}"),
                (":path", "/grpc.health.v1.Health/Check"),
                ("content-type", "application/grpc"),
                ("te", "trailers"),
            ],
        )
        connection.send_data(stream, _framed(_request(service)), end_stream=True)
        return await _answer(connection, reader, writer) == _SERVING
    finally:
        writer.close()


async def _answer(
    connection: h2.connection.H2Connection, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> bytes:
    """The message of the answer, empty where there is none."""
    body = b""
    while True:
        writer.write(connection.data_to_send())
        received = await reader.read(65536)
        if not received:
            return b""
        for event in connection.receive_data(received):
            match event:
                case h2.events.DataReceived():
                    body += event.data
                case h2.events.StreamEnded():
                    # A message has a flag and four bytes of length before it.
                    return body[5:]
                case h2.events.StreamReset() | h2.events.ConnectionTerminated():
                    return b""


def _request(service: str) -> bytes:
    """HealthCheckRequest: field 1, a string of at most 127 bytes here, is the service."""
    name = service.encode()[:127]
    return b"\x0a" + bytes([len(name)]) + name if name else b""


def _framed(message: bytes) -> bytes:
    return b"\x00" + len(message).to_bytes(4, "big") + message
