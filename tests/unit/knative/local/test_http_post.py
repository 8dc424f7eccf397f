"""The engine's own POST: what arrives, what comes back, and that nothing holds it for ever."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator

import pytest

from knative.local.http_post import post

GENEROUSLY_S = 15.0
NO_CONTENT = b"HTTP/1.1 204 No Content\r\n\r\n"


class Peer:
    """Takes connections and answers each with the same bytes; None: never."""

    def __init__(self, answer: bytes | None) -> None:
        self.answer = answer
        self.received: list[bytes] = []
        self.port = 0
        self.writers: list[asyncio.StreamWriter] = []

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writers.append(writer)
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        self.received.append(head + await reader.readexactly(length))
        if self.answer is None:
            await reader.read()
        else:
            writer.write(self.answer)
        writer.close()


@contextlib.asynccontextmanager
async def peer(answer: bytes | None) -> AsyncIterator[Peer]:
    found = Peer(answer)
    server = await asyncio.start_server(found.take, "127.0.0.1", 0)
    found.port = server.sockets[0].getsockname()[1]
    async with server:
        try:
            yield found
        finally:
            for writer in found.writers:
                writer.close()
                with contextlib.suppress(OSError):
                    await writer.wait_closed()


def status_of(answer: bytes | None, timeout_s: float = 10.0) -> int:
    async def whole() -> int:
        async with peer(answer) as found:
            return await post(f"http://127.0.0.1:{found.port}/", {}, b"", timeout_s=timeout_s)

    return asyncio.run(whole())


def test_what_is_posted_arrives_with_its_headers_and_the_host_that_was_meant() -> None:
    async def whole() -> bytes:
        async with peer(NO_CONTENT) as found:
            url = "http://relay.shop.svc.cluster.local/a?b=c"
            await post(url, {"ce-id": "1"}, b"\x00body", timeout_s=10.0, proxy_port=found.port)
            return found.received[0]

    received = asyncio.run(whole())
    assert received.startswith(b"POST /a?b=c HTTP/1.1\r\n")
    assert b"\r\nhost: relay.shop.svc.cluster.local\r\n" in received
    assert b"\r\nce-id: 1\r\n" in received
    assert received.endswith(b"\r\n\r\n\x00body")


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (NO_CONTENT, 204),
        (b"HTTP/1.1 503 \r\nretry-after: 1\r\n\r\nlater", 503),
        (b"HTTP/1.0 200 OK\r\n\r\n" + b"x" * 3_000_000, 200),
    ],
)
def test_the_status_comes_back_whatever_the_body(answer: bytes, status: int) -> None:
    assert status_of(answer) == status


@pytest.mark.parametrize("answer", [b"", b"SSH-2.0\r\n", b"HTTP/1.1 20", b"x" * 200_000])
def test_what_is_no_http_is_no_answer(answer: bytes) -> None:
    with pytest.raises(ConnectionError):
        status_of(answer)


def test_who_takes_and_never_answers_is_left_after_the_time() -> None:
    began_s = time.monotonic()
    with pytest.raises(TimeoutError):
        status_of(None, timeout_s=0.05)
    assert time.monotonic() - began_s < GENEROUSLY_S


def test_nobody_there_is_said_at_once() -> None:
    async def whole() -> None:
        async with peer(NO_CONTENT) as found:
            port = found.port
        await post(f"http://127.0.0.1:{port}/", {}, b"", timeout_s=10.0)

    with pytest.raises(OSError, match="Connect call failed"):
        asyncio.run(whole())
