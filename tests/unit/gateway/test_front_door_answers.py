"""What comes back beside the function's own answer: limits, compression, CORS, traces."""

import json
import re
import socket
import time
from pathlib import Path

import pytest

from tests.unit.gateway.front_door import FrontDoor

trace_id = "0af7651916cd43dd8448eb211c80319c"


def test_256_kib_arrive_and_a_byte_more_is_a_413_problem(door: FrontDoor) -> None:
    assert door.ask("/api/auth/login", method="POST", body=b"x" * 262144).json["received"] == 262144
    answer = door.ask("/api/auth/login", method="POST", body=b"x" * 262145)
    assert (answer.status, answer.json["type"], answer.json["status"]) == (413, "too-large", 413)


def test_past_the_limit_a_request_is_a_429_problem_with_retry_after(door: FrontDoor) -> None:
    answers = [door.ask("/api/auth/register", method="POST", body=b"{}") for _ in range(3)]
    assert [answer.status for answer in answers] == [200, 200, 429]
    assert answers[-1].headers["retry-after"] == "1"
    told = [re.fullmatch(r'"gateway";r=(\d+);t=\d+', answer.headers["ratelimit"]) for answer in answers]
    assert [found and found[1] for found in told] == ["1", "0", "0"]
    assert {answer.headers["ratelimit-policy"] for answer in answers} == {'"gateway";q=200;w=2'}
    assert not [name for answer in answers for name in answer.headers if name.startswith("x-ratelimit")]
    assert answers[-1].json["type"] == "too-many-requests"


def test_what_a_function_tells_of_its_own_limits_stands_beside_the_gateways(door: FrontDoor) -> None:
    answer = door.ask("/api/auth/login", method="POST", body=b"{}", headers={"x-limit": '"login";r=1;t=2'})
    assert re.fullmatch(r'"login";r=1;t=2, "gateway";r=\d+;t=\d+', answer.headers["ratelimit"])
    assert "ratelimit" not in door.ask("/api/products").headers, "of a ceiling that is far away nobody is told"


def test_too_large_headers_are_a_431_problem_with_an_id(door: FrontDoor) -> None:
    answer = door.ask("/api/products", headers={"x-large": "x" * 40000})
    assert (answer.status, answer.json["trace_id"]) == (431, answer.headers["x-trace-id"])


@pytest.mark.parametrize(
    ("accepted", "encoding"), [("gzip, deflate, br", "br"), ("gzip", "gzip"), ("br;q=0.5, gzip", "gzip"), ("zip", None)]
)
def test_an_answer_is_compressed_as_the_client_can_read_it(
    door: FrontDoor, accepted: str, encoding: str | None
) -> None:
    answer = door.ask("/api/products", headers={"accept-encoding": accepted, "x-padding": "5000"})
    assert answer.headers.get("content-encoding") == encoding
    assert answer.headers["etag"] == ('W/"strong"' if encoding else '"strong"')
    assert (len(answer.body) < 2000) == (encoding is not None)
    assert answer.headers["vary"] == "Accept-Encoding,Origin"


def test_a_small_answer_is_left_as_it_is(door: FrontDoor) -> None:
    answer = door.ask("/api/products", headers={"accept-encoding": "gzip, br"})
    assert "content-encoding" not in answer.headers


@pytest.mark.parametrize("origin", ["https://zerocart.example", "http://localhost:5173", "http://127.0.0.1"])
def test_a_preflight_of_a_page_of_ours_is_answered_without_the_function_or_a_token(
    door: FrontDoor, origin: str
) -> None:
    asked = {
        "origin": origin,
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization,content-type,idempotency-key",
    }
    answer = door.ask("/api/orders", method="OPTIONS", headers=asked)
    assert answer.status == 200
    assert answer.headers["access-control-allow-origin"] == origin
    assert "idempotency-key" in answer.headers["access-control-allow-headers"]
    assert answer.body == b""


@pytest.mark.parametrize("origin", ["https://elsewhere.example", "http://localhost.elsewhere.example", "null"])
def test_another_page_gets_no_permission(door: FrontDoor, origin: str) -> None:
    answer = door.ask("/api/products", headers={"origin": origin})
    assert "access-control-allow-origin" not in answer.headers


def test_a_page_of_ours_may_read_that_it_was_refused(door: FrontDoor) -> None:
    answer = door.ask("/api/orders", headers={"origin": "https://zerocart.example", "authorization": "Bearer x.y.z"})
    assert answer.status == 401
    assert answer.headers["access-control-allow-origin"] == "https://zerocart.example"


def test_a_page_of_ours_may_read_the_trace_and_the_etag(door: FrontDoor) -> None:
    answer = door.ask("/api/products", headers={"origin": "https://zerocart.example"})
    assert "x-trace-id" in answer.headers["access-control-expose-headers"]


def test_a_trace_begun_by_the_client_goes_on_to_the_function(door: FrontDoor) -> None:
    answer = door.ask("/api/products", headers={"traceparent": f"00-{trace_id}-b7ad6b7169203331-01"})
    assert answer.headers["x-trace-id"] == trace_id
    assert re.fullmatch(f"00-{trace_id}-[0-9a-f]{{16}}-0[01]", answer.asked["traceparent"])
    assert "b7ad6b7169203331" not in answer.asked["traceparent"]


def test_without_one_a_trace_begins_at_the_door(door: FrontDoor) -> None:
    answers = [door.ask("/api/products") for _ in range(2)]
    for answer in answers:
        assert answer.asked["traceparent"].split("-")[1] == answer.headers["x-trace-id"]
    assert answers[0].headers["x-trace-id"] != answers[1].headers["x-trace-id"]


def test_an_answer_says_its_trace_once_and_nothing_about_what_made_it(door: FrontDoor) -> None:
    answer = door.ask("/api/products")
    assert re.fullmatch("[0-9a-f]{32}", answer.headers["x-trace-id"])
    told = [name for name in answer.headers if name == "server" or name.startswith("x-envoy")]
    assert told == []
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("path", "method", "headers", "status"),
    [
        ("/api/products", "GET", {}, 200),
        ("/api/products", "GET", {"x-answer": "500"}, 500),
        ("/api/orders", "POST", {}, 401),
        ("/api/products", "GET", {"authorization": "Bearer x.y.z"}, 401),
        ("/api/nothing", "GET", {}, 404),
        ("/a%2fb", "GET", {}, 400),
        ("/api/events", "POST", {}, 503),
        ("/api/orders", "OPTIONS", {"origin": "http://localhost", "access-control-request-method": "POST"}, 200),
        ("/api/products", "GET", {"x-large": "x" * 40000}, 431),
    ],
)
def test_every_answer_tells_a_browser_to_do_nothing_with_it_whoever_made_it(
    door: FrontDoor, path: str, method: str, headers: dict[str, str], status: int
) -> None:
    answer = door.ask(path, method=method, headers=headers)
    assert answer.status == status
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "Origin" in answer.headers["vary"]
    assert "strict-transport-security" not in answer.headers, "this door speaks plain HTTP; RFC 6797, 7.2"


def test_a_function_that_has_a_policy_of_its_own_keeps_it(door: FrontDoor) -> None:
    answer = door.ask("/images/x.svg", headers={"x-policy": "default-src 'self'"})
    assert answer.headers["content-security-policy"] == "default-src 'self'"


def test_a_request_waits_as_long_as_its_route_says_whatever_it_asks_itself(door: FrontDoor) -> None:
    answer = door.ask("/api/products", headers={"x-envoy-upstream-rq-timeout-ms": "1"})
    assert answer.asked["x-envoy-expected-rq-timeout-ms"] == "15000"


def test_a_request_is_a_line_of_json_in_the_access_log(door: FrontDoor) -> None:
    sought = door.ask("/api/products?secret=1").headers["x-trace-id"]
    log: Path = door.edge.access_log

    def line() -> dict[str, object] | None:
        lines = [json.loads(text) for text in log.read_text().splitlines() if text.endswith("}")]
        return next((line for line in lines if line["trace_id"] == sought), None)

    door.wait_until(lambda: line() is not None)
    found = line() or {}
    assert found["path"] == "/api/products"
    assert (found["status"], found["revision"], found["route"]) == (200, "list-products-00001", "list-products")


def test_statistics_have_the_revisions_name(door: FrontDoor) -> None:
    door.ask("/api/products")
    counted = door.stats("cluster.list-products-00001.upstream_rq_(active|total)$")
    assert counted["cluster.list-products-00001.upstream_rq_active"] == 0
    assert counted["cluster.list-products-00001.upstream_rq_total"] > 0
    # Pull model: as many connections as requests.
    connections = door.stats("cluster.list-products-00001.upstream_cx_total$")
    assert connections.popitem()[1] == counted["cluster.list-products-00001.upstream_rq_total"]


def test_what_only_reads_is_asked_again_when_the_function_breaks_off(door: FrontDoor) -> None:
    assert door.ask("/api/products", headers={"x-break": "read"}).status == 200


def test_what_writes_is_never_asked_again(door: FrontDoor) -> None:
    answer = door.ask("/api/auth/login", method="POST", body=b"{}", headers={"x-break": "write"})
    assert (answer.status, answer.json["type"], answer.headers["retry-after"]) == (503, "unavailable", "1")


def test_a_slow_upload_holds_no_instance(door: FrontDoor) -> None:
    active = "(http.front.downstream_rq_active|cluster.login-00001.upstream_rq_active)$"
    with socket.create_connection(("127.0.0.1", door.port), timeout=10) as client:
        client.sendall(b"POST /api/auth/login HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 4\r\n\r\nha")
        waiting = {"http.front.downstream_rq_active": 1, "cluster.login-00001.upstream_rq_active": 0}
        door.wait_until(lambda: door.stats(active) == waiting)
        client.sendall(b"lf")
        assert client.recv(15) == b"HTTP/1.1 200 OK"


def test_a_function_is_told_when_a_request_came_and_in_how_long_it_was_there_whole(door: FrontDoor) -> None:
    forged = {"x-request-arrived": "1.000;0"}
    before_s = time.time()
    answer = door.ask("/api/auth/login", method="POST", body=b"x" * 1000, headers=forged)
    found = re.fullmatch(r"(\d+\.\d{3});(\d+)", answer.asked["x-request-arrived"])
    assert found
    assert before_s - 0.001 <= float(found[1]) <= time.time()
    assert re.fullmatch(r"\d+\.\d{3};(\d+|-)", door.ask("/api/products").asked["x-request-arrived"])
