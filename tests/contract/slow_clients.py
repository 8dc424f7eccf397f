"""Clients that take their time: each sends a beginning, and then a few bytes now and then.

They begin with the first security test and are looked at by the last: what they wait for, others run through meanwhile.
"""

import contextlib
import threading
import time
from collections.abc import Iterator

import pytest

from tests.contract import raw_http
from tests.contract.raw_http import HOST

PAUSE_S = 0.25


class SlowClient(threading.Thread):
    """Goes on until the other side has enough, and keeps what it was told."""

    def __init__(self, base_url: str, beginning: bytes, drop: bytes = b"") -> None:
        super().__init__(daemon=True)
        self._client = raw_http.connect(base_url, PAUSE_S)
        self._beginning, self._drop = beginning, drop
        self.told = b""
        self.began_s = time.monotonic()
        self.took_s: float | None = None
        self.stopped = threading.Event()

    def run(self) -> None:
        with self._client as client, contextlib.suppress(BrokenPipeError, ConnectionResetError):
            client.sendall(self._beginning)
            while not self.stopped.is_set():
                try:
                    received = client.recv(65536)
                except TimeoutError:
                    client.sendall(self._drop)
                    continue
                if not received:
                    break
                self.told += received
        self.took_s = time.monotonic() - self.began_s


@pytest.fixture(scope="session")
def slow_clients(base_url: str) -> Iterator[dict[str, SlowClient]]:
    login = b"POST /api/auth/login HTTP/1.1\r\n" + HOST + b"Content-Type: application/json\r\n"
    clients = {
        "headers": SlowClient(base_url, b"GET /api/products HTTP/1.1\r\n" + HOST, b"X-a: b\r\n"),
        "half a line": SlowClient(base_url, b"GET /api/prod", b"u"),
        "a body": SlowClient(base_url, login + b"Content-Length: 10000\r\n\r\n{", b" "),
        "a body in chunks": SlowClient(base_url, login + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
        "a body that never comes": SlowClient(base_url, login + b"Content-Length: 10000\r\n\r\n"),
        "a body of a gigabyte": SlowClient(base_url, login + b"Content-Length: 1000000000\r\n\r\n{", b" "),
        "a tunnel": SlowClient(base_url, b"CONNECT 127.0.0.1:5432 HTTP/1.1\r\nHost: 127.0.0.1:5432\r\n\r\n", b"x"),
    }
    for client in clients.values():
        client.start()
    yield clients
    for client in clients.values():
        client.stopped.set()
        client.join(5)
