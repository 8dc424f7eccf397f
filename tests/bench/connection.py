"""Requests as bytes, and one call by itself, over the connections of `zerocart burst`."""

import time
from collections.abc import Mapping

import msgspec

from knative.local.burst.connection import Connection, get

__all__ = ["Connection", "call_once", "get", "post"]


def post(path: str, host: str, content: object, headers: Mapping[str, str]) -> bytes:
    """The bytes of a POST of JSON; `headers` may name another media type."""
    body = msgspec.json.encode(content)
    given = {"Content-Type": "application/json", **headers, "Content-Length": str(len(body))}
    lines = "".join(f"{name}: {value}\r\n" for name, value in given.items())
    return f"POST {path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: zerocart-burst\r\n{lines}\r\n".encode() + body


def call_once(port: int, request: bytes, within_s: float) -> tuple[int, float]:
    """Connect, ask once: the status, and the seconds from before the connect to the whole answer. Raises OSError."""
    began_s = time.perf_counter()
    connection = Connection(port)
    try:
        connection.settimeout(within_s)
        connection.send(request, began_s)
        while (status := connection.receive()) is None:
            if time.perf_counter() - began_s > within_s:
                raise TimeoutError(f"no answer within {within_s} s")
        return status, time.perf_counter() - began_s
    finally:
        connection.close()
