"""A program that speaks HTTP/2 alone, in the clear: gRPC's health, and otherwise which version it was asked in."""

import asyncio
import os
from pathlib import Path

import h2.config
import h2.connection
import h2.events


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    connection = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False, header_encoding="utf-8"))
    connection.initiate_connection()
    paths: dict[int, str] = {}
    writer.write(connection.data_to_send())
    while received := await reader.read(65536):
        for event in connection.receive_data(received):
            if isinstance(event, h2.events.RequestReceived):
                paths[event.stream_id] = dict(event.headers)[":path"]  # type: ignore[index, assignment]
            elif isinstance(event, h2.events.StreamEnded):
                if paths[event.stream_id] == "/grpc.health.v1.Health/Check":
                    connection.send_headers(event.stream_id, [(":status", "200"), ("content-type", "application/grpc")])
                    state = b"\x01" if Path(os.environ["WELL"]).exists() else b"\x02"
                    connection.send_data(event.stream_id, b"\x00\x00\x00\x00\x02\x08" + state)
                    connection.send_headers(event.stream_id, [("grpc-status", "0")], end_stream=True)
                else:
                    connection.send_headers(event.stream_id, [(":status", "200"), ("x-version", "2")])
                    connection.send_data(event.stream_id, b"over HTTP/2", end_stream=True)
        writer.write(connection.data_to_send())
    writer.close()


async def main() -> None:
    server = await asyncio.start_server(serve, "127.0.0.1", int(os.environ["PORT"]))
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
