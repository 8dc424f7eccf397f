"""One POST that the engine's loop waits for without a thread: an answer may take as long as a function does."""

import asyncio
import re
from collections.abc import Mapping
from urllib.parse import urlsplit

_STATUS_LINE = re.compile(rb"HTTP/1\.[01] ([1-5][0-9]{2})[ \r\n]")
_LARGEST_BODY_BYTES = 1024 * 1024


async def post(
    url: str, headers: Mapping[str, str], body: bytes, *, timeout_s: float, proxy_port: int | None = None
) -> int:
    """The status of the answer; its body is read and dropped.

    Args:
        url: `http://host[:port]/path?query`, in ASCII.
        headers: beside those that belong to the connection.
        timeout_s: for all of it.
        proxy_port: on loopback, of who knows the way to the host; None: the way is the host's own address.

    Raises:
        OSError: no connection, no HTTP answer, or not in time (TimeoutError).
    """
    parts = urlsplit(url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    host = parts.netloc.rpartition("@")[2]
    own = {"host": host, "content-length": str(len(body)), "connection": "close", "user-agent": "zerocart-engine"}
    lines = [f"POST {target} HTTP/1.1", *(f"{name}: {value}" for name, value in {**headers, **own}.items()), "", ""]
    address = ("127.0.0.1", proxy_port) if proxy_port else (parts.hostname, parts.port or 80)
    async with asyncio.timeout(timeout_s):
        reader, writer = await asyncio.open_connection(*address)
        try:
            writer.write("\r\n".join(lines).encode("ascii") + body)
            await writer.drain()
            if (found := _STATUS_LINE.match(await _first_line(reader))) is None:
                raise ConnectionError(f"{host} gave no HTTP answer")
            # To the end, so that nobody sees a caller leave in the middle of an answer.
            left_bytes = _LARGEST_BODY_BYTES
            while left_bytes > 0 and (chunk := await reader.read(64 * 1024)):
                left_bytes -= len(chunk)
        finally:
            # At once: what a peer has not taken by now is for nobody.
            writer.transport.abort()
    return int(found[1])


async def _first_line(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.readline()
    except ValueError:  # longer than any line of HTTP
        return b""
