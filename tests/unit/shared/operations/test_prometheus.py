"""Prometheus as a source: its answers become a picture, and what it does not say is not made up."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

from shared.errors import NotSupported, Unavailable
from shared.operations.prometheus import QUERIES, Prometheus

LABELS = {"kn_service_name": "list-products", "kn_revision_name": "list-products-00002"}
VALUES = {"instances": "4", "not_ready": "1", "desired": "5", "concurrency": "11.5", "target": "5.6", "panic": "1",
          "rps": "240.25", "p50_s": "0.004", "p99_s": "NaN"}  # fmt: skip


class Recorded(BaseHTTPRequestHandler):
    """Answers each query as Prometheus does; 500 for all where the server is told so."""

    def do_GET(self) -> None:
        query = parse_qs(urlsplit(self.path).query)["query"][0]
        figure = next(name for name, known in QUERIES.items() if known == query)
        result = [{"metric": LABELS, "value": [1764028800.0, VALUES[figure]]}]
        body = json.dumps({"status": "success", "data": {"resultType": "vector", "result": result}}).encode()
        self.send_response(500 if getattr(self.server, "broken", False) else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Tests have nothing to say on standard error."""


@pytest.fixture
def server() -> Iterator[ThreadingHTTPServer]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Recorded) as found:
        thread = threading.Thread(target=found.serve_forever, args=(0.01,))
        thread.start()
        yield found
        found.shutdown()
        thread.join()


def url(server: ThreadingHTTPServer) -> str:
    return f"http://127.0.0.1:{server.server_port}/"


def test_its_answers_become_a_picture(server: ThreadingHTTPServer) -> None:
    picture = Prometheus(url(server)).look()
    [function] = picture.functions
    [revision] = function.revisions
    assert (picture.source, picture.deeds, function.name) == ("prometheus", [], "list-products")
    assert (revision.name, revision.instances, revision.ready_instances) == ("list-products-00002", 4, 3)
    assert (revision.desired, revision.concurrency, revision.target, revision.rps) == (5, 11.5, 5.6, 240.25)
    assert (revision.panic, revision.p50_ms) == (True, 4.0)
    assert (revision.p99_ms, revision.cold_starts) == (None, None), "no number is not a figure"


@pytest.mark.parametrize("figure", QUERIES)
def test_each_figure_is_one_of_a_revision_of_this_shop(figure: str) -> None:
    query = QUERIES[figure]
    assert query.count("{") == query.count('{k8s_namespace_name="shop"}') == 1, "another shop's functions are not shown"
    assert "by (kn_service_name, kn_revision_name" in query
    assert ("duration_seconds" in query) == ("rate(" in query and "[1m]" in query), "what only grows is a rate"


@pytest.mark.parametrize(("figure", "quantile"), [("p50_s", "0.5"), ("p99_s", "0.99")])
def test_a_percentile_is_one_of_all_pods_of_a_revision(figure: str, quantile: str) -> None:
    """Of the buckets, summed by their bounds: a quantile of quantiles is none."""
    assert QUERIES[figure].startswith(f"histogram_quantile({quantile}, sum by (")
    assert ", le) (rate(" in QUERIES[figure]
    assert "_bucket{" in QUERIES[figure]


def test_one_that_is_broken_or_away_is_said(server: ThreadingHTTPServer) -> None:
    server.broken = True  # type: ignore[attr-defined]
    with pytest.raises(Unavailable):
        Prometheus(url(server)).look()
    with pytest.raises(Unavailable):
        Prometheus("http://127.0.0.1:1").look()


def test_it_is_looked_at_and_does_nothing() -> None:
    with pytest.raises(NotSupported):
        Prometheus("http://127.0.0.1:1").do("kill", "somebody", {"service": "list-products"})
