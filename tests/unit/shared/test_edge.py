"""A function answers whatever server it runs in, also one that leaves it to the function where a body ends."""

import contextlib
import http.client
import threading
from collections.abc import Iterator
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

import pytest

from shared.server import build_app
from shared.settings import Settings
from tests.unit.shared.instances import FUNCTIONS


class Quiet(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        """Tests have nothing to say on standard error."""


@pytest.fixture
def plain_server() -> Iterator[WSGIServer]:
    """The standard library's server: what it gives as a body is the connection itself."""
    with WSGIServer(("127.0.0.1", 0), Quiet) as server:
        server.set_app(build_app(FUNCTIONS / "order" / "main.py", Settings()))
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/api/shops/x/orders", b'{"items": []}', 201),
        ("/api/shops/x/orders", b"no json", 400),
        ("/unknown", b'{"items": []}', 404),  # answered without a look at the body
        ("/api/shops/x/orders", b"", 400),
    ],
)
def test_a_client_that_keeps_its_connection_open_is_answered(
    plain_server: WSGIServer, path: str, body: bytes, status: int
) -> None:
    headers = {"content-type": "application/json", "idempotency-key": "key-1", "connection": "keep-alive"}
    address = ("127.0.0.1", plain_server.server_port)
    with contextlib.closing(http.client.HTTPConnection(*address, timeout=10)) as connection:
        connection.request("POST", path, body, headers)
        assert connection.getresponse().status == status
