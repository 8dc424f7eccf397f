"""Calls through a real HTTP proxy that answers as each test tells it to."""

import contextlib
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider

from shared.breakers import Breaker
from shared.deadlines import HEADER, Deadline
from shared.errors import Unavailable
from shared.mesh import Mesh, NotHadError, Request

Behaviour = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    """Plays the behaviours of its server in turn, the last one for ever."""

    server: "Proxy"
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def handle_one(self) -> None:
        self.body = self.rfile.read(int(self.headers.get("content-length", 0)))
        self.server.seen.append(self)
        behaviours = self.server.behaviours
        (behaviours.pop(0) if len(behaviours) > 1 else behaviours[0])(self)

    do_GET = do_POST = handle_one  # noqa: N815

    def log_message(self, *args: object) -> None:
        """Tests have nothing to say on standard error."""


class Proxy(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.behaviours: list[Behaviour] = [answer(200)]
        self.seen: list[Handler] = []
        self.end = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


def answer(status: int, body: bytes = b"{}", **headers: str) -> Behaviour:
    def behave(handler: Handler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("content-length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return behave


def hang_up(handler: Handler) -> None:
    handler.close_connection = True


def break_off(handler: Handler) -> None:
    handler.send_response(200)
    handler.send_header("content-length", "1000")
    handler.end_headers()
    handler.wfile.write(b"only this")
    handler.close_connection = True


def say_nothing(handler: Handler) -> None:
    handler.server.end.wait(10)
    handler.close_connection = True


def drip(handler: Handler) -> None:
    """A byte every tenth of a second: each in time, all of them never."""
    handler.send_response(200)
    handler.send_header("content-length", "1000")
    handler.end_headers()
    while not handler.server.end.wait(0.1):
        handler.wfile.write(b"x")
    handler.close_connection = True


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    with Proxy() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.end.set()
        server.shutdown()
        thread.join()


@pytest.fixture
def mesh(proxy: Proxy) -> Iterator[Mesh]:
    made = Mesh(proxy.url, lambda name: Breaker(name, fail_max=5, counts=lambda error: isinstance(error, NotHadError)))
    yield made
    made.close()


GET = Request(service="get-product", path="/api/products/85048")
POST = Request(service="charge-payment", path="/", method="POST", body=b'{"amount": 1}')
KEYED_POST = Request(service="charge-payment", path="/", method="POST", body=b"{}", idempotency_key="order-1")


def test_a_function_is_asked_by_its_knative_name_through_the_proxy(mesh: Mesh, proxy: Proxy) -> None:
    proxy.behaviours = [answer(402, b'{"type": "card-declined"}', x_some="thing")]
    response = mesh.call(KEYED_POST)
    assert (response.status, response.body, response.headers["x-some"]) == (402, b'{"type": "card-declined"}', "thing")
    (seen,) = proxy.seen
    assert seen.path == "http://charge-payment.shop.svc.cluster.local/"
    assert (seen.body, seen.headers["idempotency-key"]) == (b"{}", "order-1")


@pytest.mark.parametrize("first", [hang_up, break_off, answer(502), answer(503), answer(504)])
@pytest.mark.parametrize("request_", [GET, KEYED_POST], ids=["GET", "POST with a key"])
def test_what_is_safe_to_repeat_is_repeated(mesh: Mesh, proxy: Proxy, first: Behaviour, request_: Request) -> None:
    proxy.behaviours = [first, answer(200)]
    assert mesh.call(request_).status == 200
    assert len(proxy.seen) == 2


@pytest.mark.parametrize("first", [hang_up, answer(503)])
def test_a_post_without_a_key_is_never_repeated(mesh: Mesh, proxy: Proxy, first: Behaviour) -> None:
    proxy.behaviours = [first, answer(200)]
    with pytest.raises(Unavailable):
        mesh.call(POST)
    assert len(proxy.seen) == 1


def test_a_function_that_says_later_is_left_alone(mesh: Mesh, proxy: Proxy) -> None:
    proxy.behaviours = [answer(503, retry_after="5"), answer(200)]
    with pytest.raises(Unavailable):
        mesh.call(GET)
    assert len(proxy.seen) == 1


def test_an_error_of_the_request_is_an_answer(mesh: Mesh, proxy: Proxy) -> None:
    proxy.behaviours = [answer(500)]
    assert mesh.call(GET).status == 500
    assert len(proxy.seen) == 1


def test_when_all_fail_retries_are_a_share_of_the_calls(proxy: Proxy) -> None:
    proxy.behaviours = [answer(503)]
    mesh = Mesh(proxy.url, lambda name: Breaker(name, fail_max=10_000))
    for _ in range(50):
        with pytest.raises(Unavailable):
            mesh.call(GET)
    mesh.close()
    assert 50 <= len(proxy.seen) <= 50 * 1.2 + 1


def test_a_function_that_stays_away_is_not_asked_any_more(mesh: Mesh, proxy: Proxy) -> None:
    proxy.behaviours = [answer(503)]
    for _ in range(20):
        with pytest.raises(Unavailable):
            mesh.call(POST)
    assert len(proxy.seen) == 5
    proxy.behaviours = [answer(200)]
    assert mesh.call(GET).status == 200, "another function has a breaker of its own"


@pytest.mark.parametrize("slow", [say_nothing, drip])
def test_no_call_outlives_the_deadline_of_the_request_it_is_made_for(mesh: Mesh, proxy: Proxy, slow: Behaviour) -> None:
    proxy.behaviours = [slow]
    started_s = time.monotonic()
    with pytest.raises(Unavailable):
        mesh.call(GET, deadline=Deadline.within(0.3))
    assert time.monotonic() - started_s < 0.9


def test_a_deadline_that_has_passed_asks_nobody(mesh: Mesh, proxy: Proxy) -> None:
    with pytest.raises(Unavailable):
        mesh.call(GET, deadline=Deadline.within(0))
    assert proxy.seen == []


def test_the_function_is_told_what_time_is_left(mesh: Mesh, proxy: Proxy) -> None:
    mesh.call(GET, deadline=Deadline.within(1.0))
    assert 0 < int(proxy.seen[0].headers[HEADER]) <= 1000


def test_the_trace_goes_along(mesh: Mesh, proxy: Proxy) -> None:
    with TracerProvider().get_tracer("test").start_as_current_span("placing an order") as span:
        mesh.call(GET)
    assert trace.format_trace_id(span.get_span_context().trace_id) in proxy.seen[0].headers["traceparent"]


def test_a_body_does_not_wait_for_its_headers_to_be_acknowledged(mesh: Mesh, proxy: Proxy) -> None:
    mesh.call(KEYED_POST)
    delays = []
    for file in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(OSError):
            if str(file.readlink()).startswith("socket:"):
                with socket.socket(fileno=os.dup(int(file.name))) as found:
                    if found.getpeername() == ("127.0.0.1", proxy.server_port):
                        delays.append(found.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) == 0)
    assert delays == [False]


def test_a_way_that_is_not_there_is_unavailable() -> None:
    mesh = Mesh("http://127.0.0.1:1", Breaker)
    with pytest.raises(Unavailable):
        mesh.call(GET)
    mesh.close()
