"""Spans reach a collector where there is one, and where it is away nobody notices."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from tests.unit.gateway.front_door import FrontDoor, destination, free_port, shop_mesh


class Collector(HTTPServer):
    """Takes OTLP over HTTP and keeps what it was sent."""

    def __init__(self) -> None:
        self.received: dict[str, bytes] = {}
        super().__init__(("127.0.0.1", 0), _Handler)


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = b""  # Envoy sends chunks
        while size := int(self.rfile.readline(), 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        assert isinstance(self.server, Collector)
        self.server.received[self.path] = self.server.received.get(self.path, b"") + body
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def collector() -> Iterator[Collector]:
    server = Collector()
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def test_a_span_of_every_request_reaches_the_collector_under_its_trace(tmp_path: Path, collector: Collector) -> None:
    endpoint = f"http://127.0.0.1:{collector.server_port}"
    with FrontDoor(folder=tmp_path, mesh=shop_mesh(), otlp_endpoint=endpoint) as door:
        door.apply([destination("list-products", ("list-products-00001", 100))], [door.backend("list-products-00001")])
        answer = door.ask("/api/products")
        assert answer.asked["traceparent"].endswith("-01")
        trace = bytes.fromhex(answer.headers["x-trace-id"])

        def arrived() -> bool:
            # Envoy sends a few spans together, or after five seconds: more requests make it sooner.
            return door.ask("/api/products").status == 200 and trace in collector.received.get("/v1/traces", b"")

        door.wait_until(arrived)


def test_a_collector_that_is_away_costs_no_answer_and_no_line_in_the_log(tmp_path: Path) -> None:
    with FrontDoor(folder=tmp_path, mesh=shop_mesh(), otlp_endpoint=f"http://127.0.0.1:{free_port()}") as door:
        door.apply([destination("list-products", ("list-products-00001", 100))], [door.backend("list-products-00001")])
        assert {door.ask("/api/products").status for _ in range(20)} == {200}
        door.wait_until(lambda: door.stats("cluster.otlp.upstream_cx_connect_fail$").popitem()[1] > 0)
        assert (tmp_path / "envoy.log").read_text() == ""
