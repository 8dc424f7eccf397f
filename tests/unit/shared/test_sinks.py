"""A sink has an event, refuses it for good, or does not take it now; and nothing of an event is lost on the way."""

import json
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import sinks
from shared.cloud_events import CloudEvent
from shared.cloud_events_http import STRUCTURED, encode, parse
from shared.deadlines import Deadline
from shared.sinks import NotNow, Refused, Sink, Taken

EVENT = CloudEvent(id="1", source="/place-order", type="zerocart.order.placed.v1", data=b'{"total": 1.10}')
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
SOON_S = 0.3


class Handler(BaseHTTPRequestHandler):
    """Answers with what its server says; 0 is nothing at all, a negative status is without its content."""

    server: "Server"
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.seen.append((self.path, {name.lower(): value for name, value in self.headers.items()}, body))
        self.server.clients.add(self.client_address[1])
        status = self.server.status
        if status == 0:
            self.server.end.wait(10)
            self.close_connection = True
            return
        self.send_response(abs(status))
        self.send_header("location", "http://127.0.0.1:1/elsewhere")
        self.send_header("content-length", "1000000" if status < 0 else str(len(self.server.says)))
        self.end_headers()
        self.wfile.write(self.server.says)
        if status < 0:
            self.server.end.wait(10)
            self.close_connection = True

    def log_message(self, *args: object) -> None:
        """Tests have nothing to say on standard error."""


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.status, self.says = 202, b""
        self.seen: list[tuple[str, dict[str, str], bytes]] = []
        self.clients: set[int] = set()
        self.end = threading.Event()

    def handle_error(self, *_: object) -> None:
        """A client that leaves early is what some of these tests are about."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as made:
        thread = threading.Thread(target=made.serve_forever, args=(0.01,))
        thread.start()
        yield made
        made.end.set()
        made.shutdown()
        thread.join()


@pytest.fixture
def sink(server: Server) -> Iterator[Sink]:
    made = Sink(f"{server.url}/in?a=1", None)
    yield made
    made.close()


def deliver(sink: Sink, event: CloudEvent = EVENT, within_s: float = 10.0) -> sinks.Delivery:
    return sink.deliver(event, deadline=Deadline.within(within_s))


def test_an_event_is_posted_whole_to_the_address_as_it_is(sink: Sink, server: Server) -> None:
    assert deliver(sink) == Taken()
    [(path, headers, body)] = server.seen
    assert (path, headers["content-type"]) == ("/in?a=1", "application/cloudevents+json")
    assert body == (
        b'{"specversion":"1.0","id":"1","source":"/place-order","type":"zerocart.order.placed.v1",'
        b'"data":{"total": 1.10}}'
    )


def test_a_sink_without_a_path_is_asked_for_its_root_through_a_proxy_too(server: Server) -> None:
    sink = Sink("http://record-sale.shop.svc.cluster.local", server.url)
    assert deliver(sink) == Taken()
    assert server.seen[0][0] == "http://record-sale.shop.svc.cluster.local/"
    sink.close()


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_with_any_2xx_the_sink_has_it(sink: Sink, server: Server, status: int) -> None:
    server.status = status
    assert deliver(sink) == Taken()


@pytest.mark.parametrize("status", [400, 402, 406, 410, 413, 414, 415, 422, 431])
def test_a_refusal_of_the_event_says_why(sink: Sink, server: Server, status: int) -> None:
    server.status, server.says = status, b'{"detail": "no such order\0"}' + b" " * 100_000
    outcome = deliver(sink)
    assert isinstance(outcome, Refused)
    assert outcome.reason.startswith(f'{status} {{"detail": "no such order\ufffd"}}')
    assert len(outcome.reason) <= sinks.REASON_BYTES + 4


@pytest.mark.parametrize("status", [301, 302, 307, 401, 403, 404, 405, 407, 408, 409, 421, 425, 429, 500, 502, 503])
def test_what_is_no_word_on_the_event_is_not_now(sink: Sink, server: Server, status: int) -> None:
    server.status = status
    outcome = deliver(sink)
    assert isinstance(outcome, NotNow)
    assert outcome.reason == str(status)
    assert len(server.seen) == 1, "no redirect is followed, and nothing is tried again"


def test_a_sink_that_nobody_listens_at_is_not_now() -> None:
    assert isinstance(deliver(Sink("http://127.0.0.1:9/", None)), NotNow)


def test_a_sink_that_says_nothing_is_left_at_the_deadline(sink: Sink, server: Server) -> None:
    server.status = 0
    began_s = time.monotonic()
    assert isinstance(deliver(sink, within_s=SOON_S), NotNow)
    assert time.monotonic() - began_s < 5


@pytest.mark.parametrize(("status", "outcome"), [(-200, Taken()), (-422, Refused("422"))])
def test_the_status_is_enough_where_the_content_never_comes(
    sink: Sink, server: Server, status: int, outcome: sinks.Delivery
) -> None:
    server.status = status
    began_s = time.monotonic()
    assert deliver(sink, within_s=SOON_S) == outcome
    assert time.monotonic() - began_s < 5


def test_one_connection_serves_many_events(sink: Sink, server: Server) -> None:
    server.says = b"thanks"
    for _ in range(5):
        assert deliver(sink) == Taken()
    assert len(server.clients) == 1


def test_an_event_goes_in_its_own_trace_and_in_no_other(sink: Sink, server: Server) -> None:
    deliver(sink, CloudEvent(id="1", source="/x", type="x", others={"traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"}))
    deliver(sink)
    assert server.seen[0][1]["traceparent"].split("-")[1] == TRACE
    assert "traceparent" not in server.seen[1][1]


text = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cn", "Cs"]), min_size=1, max_size=40)
events = st.builds(
    CloudEvent,
    id=text,
    source=st.just("/place-order"),
    type=text,
    subject=st.none() | text,
    time=st.none() | st.datetimes(datetime(1970, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),
    data=st.none() | st.recursive(st.integers() | text | st.booleans(), st.lists).map(lambda d: json.dumps(d).encode()),
    others=st.dictionaries(st.from_regex(r"\Ax[a-z0-9]{1,10}\Z"), text | st.integers(-(2**31), 2**31 - 1)),
)


@given(event=events)
def test_an_event_that_is_encoded_and_parsed_is_the_same_event(event: CloudEvent) -> None:
    assert parse(STRUCTURED, [], encode(event)) == [event]
