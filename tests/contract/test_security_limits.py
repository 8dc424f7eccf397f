"""How much one client may take: bytes, time, connections. And what every answer says, whoever made it."""

import contextlib
import gzip
import itertools
import socket
import time
import zlib
from collections.abc import Mapping
from urllib.parse import quote

import pytest

from tests.contract import raw_http
from tests.contract.conftest import Customer, Door, new_email
from tests.contract.raw_http import HOST, chunked, request
from tests.contract.slow_clients import SlowClient
from tests.waiting import wait_until

pytestmark = pytest.mark.usefixtures("slow_clients")

JSON = {"Content-Type": "application/json"}
LIMIT_BYTES = 256 * 1024
HEADERS_WITHIN_S, BODY_WITHIN_S = 10.0, 30.0
BELATED_S = 15.0  # for a machine that is busy with others


@pytest.mark.parametrize("crowd", ["idle", "half a header", "half a body", "unread answers"])
def test_many_who_do_nothing_keep_nobody_out(door: Door, base_url: str, crowd: str) -> None:
    half = (b"Content-Type: application/json", b"Content-Length: 100")
    beginnings = {
        "idle": [b""],
        "half a header": [b"GET /api/products HTTP/1.1\r\n" + HOST + b"X: "],
        # Of two functions that take two at once: the gateway's bucket of each, 200 at once, is not what is asked about.
        "half a body": [request("POST", b"/api/auth/" + name, *half, body=b"{") for name in (b"login", b"register")],
        "unread answers": [request("GET", b"/api/products?limit=100") * 4],
    }
    with contextlib.ExitStack() as stack:
        for beginning in itertools.islice(itertools.cycle(beginnings[crowd]), 300):
            client = stack.enter_context(raw_http.connect(base_url))
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.sendall(beginning)
        # At first some are told to come again: the crowd asks for more than may wait at list-products.
        wait_until(lambda: [door.get("/api/products?limit=1").status for _ in range(5)] == [200] * 5, 10, "answers")
        body = {"email": new_email(), "password": "some password"}
        wait_until(lambda: door.post("/api/auth/login", body).status == 401, 10, "an answer of login")


def filler(size: int) -> bytes:
    return b'{"email":"%s","password":"x"}' % (b"x" * size)


@pytest.mark.parametrize("framed", ["length", "chunks", "chunks of a byte"])
def test_a_body_over_the_limit_is_413_however_it_comes(base_url: str, framed: str) -> None:
    body = filler(LIMIT_BYTES)
    if framed == "length":
        lines, sent = (b"Content-Length: %d" % len(body),), body
    else:
        pieces = chunked(body) if framed == "chunks" else b"1\r\nx\r\n" * (LIMIT_BYTES + 1) + b"0\r\n\r\n"
        lines, sent = (b"Transfer-Encoding: chunked",), pieces
    whole = request("POST", b"/api/auth/login", b"Content-Type: application/json", *lines)
    with raw_http.connect(base_url) as client:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # it has heard enough
            client.sendall(whole + sent)
        assert client.recv(12) == b"HTTP/1.1 413"


@pytest.mark.parametrize(
    "packed", [gzip.compress(filler(50_000_000)), zlib.compress(filler(100))], ids=["gzip", "deflate"]
)
@pytest.mark.parametrize("header", ["Content-Encoding", "Transfer-Encoding"])
def test_no_body_is_unpacked(base_url: str, packed: bytes, header: str) -> None:
    lines = [b"Content-Type: application/json", b"Content-Length: %d" % len(packed)]
    sent = request("POST", b"/api/auth/login", *lines, header.encode() + b": gzip", body=packed)
    [answer] = raw_http.exchange(base_url, sent)
    assert answer.status in {400, 415, 501}
    assert b"not JSON" in answer.body or b"not UTF-8" in answer.body or header == "Transfer-Encoding"


@pytest.mark.parametrize(
    ("sent", "statuses"),
    [
        (request("GET", b"/api/products?q=" + b"x" * 40_000), {414, 431, 400}),
        (request("GET", b"/" + b"a/" * 20_000), {414, 431, 400}),
        (request("GET", b"/api/products", b"X: " + b"x" * 40_000), {431}),
        (request("GET", b"/api/products", *(b"X-%d: x" % n for n in range(120))), {431}),
        (request("GET", b"/api/products", b"x" * 40_000 + b": x"), {431}),
        (request("GET", b"/api/me", b"Authorization: Bearer " + b"e" * 30_000), {401}),
        (request("GET", b"/api/products?" + b"&".join(b"a%d=" % n for n in range(2000))), {400, 422}),
        (request("G" * 5000, b"/api/products"), {400}),
        (request("GET", b"/api/products", b"Accept-Encoding: " + b"gzip," * 5000), {200}),
        (request("GET", b"/api/products", b"If-None-Match: " + b'"x",' * 5000), {200}),
        (request("GET", b"/api/products", b"Range: bytes=" + b"0-1," * 5000), {200}),
        (request("GET", b"/api/products?limit=1&cursor=" + b"A" * 20_000), {422}),
    ],
    ids=[
        "query",
        "path",
        "header",
        "headers",
        "name",
        "token",
        "parameters",
        "method",
        "encodings",
        "etags",
        "ranges",
        "cursor",
    ],
)
def test_what_is_too_long_is_refused_in_words(base_url: str, sent: bytes, statuses: set[int]) -> None:
    [answer] = raw_http.exchange(base_url, sent)
    assert answer.status in statuses


NUMBERS = [
    b"1" * 200_000,
    b"-" + b"9" * 5000,
    b"1e400",
    b"1e999999999999",
    b"0." + b"1" * 100_000,
    b"NaN",
    b"1e-999999999",
]
SHAPES = [b"[" * 100_000 + b"]" * 100_000, b'{"a":' * 40_000 + b"1" + b"}" * 40_000,
          b"{" + b",".join(b'"k%d":1' % n for n in range(20_000)) + b"}"]  # fmt: skip


# Where a value of any kind may stand: the path, the body around it, and its type.
BODIES = {
    "login": ("/api/auth/login", b'{"email":%s,"password":"x"}', "application/json"),
    "order": (
        "/api/orders",
        b'{"items":[{"sku":"x","quantity":%s}],"payment":{"card":"4242424242424242"}}',
        "application/json",
    ),
    "event": (
        "/api/events",
        b'{"specversion":"1.0","id":"1","source":"/s","type":"t","data":%s}',
        "application/cloudevents+json",
    ),
}


@pytest.mark.parametrize("value", NUMBERS + SHAPES, ids=lambda value: value[:8].decode())
@pytest.mark.parametrize("place", ["login", "order", "event"])
def test_a_value_that_is_too_much_is_refused_and_nothing_breaks(
    door: Door, customer: Customer, key: str, place: str, value: bytes
) -> None:
    path, body, content_type = BODIES[place]
    headers = {"Content-Type": content_type, "Idempotency-Key": key}
    began_s = time.monotonic()
    reply = door.call("POST", path, body % value, headers=headers, token=customer.token)
    # Data of an event is anything that JSON can say and Postgres can keep.
    assert reply.status in ({202, 400, 422} if place == "event" else {400, 422}), reply
    assert time.monotonic() - began_s < BELATED_S


@pytest.mark.parametrize(
    "text",
    ["\ufdfa" * 100, "Z\u0351\u036b\u0343" * 25, "\u202e\u200f\u2066x", "\U0001f468\u200d" * 30, "((((((", "%_\\'\""],
)
def test_letters_that_grow_or_turn_are_searched_for_like_others(door: Door, text: str) -> None:
    began_s = time.monotonic()
    assert door.get(f"/api/products?q={quote(text)}").status == 200
    assert time.monotonic() - began_s < BELATED_S


# What every answer says.

ANSWERS: list[tuple[int, str, str, Mapping[str, str], bytes | None]] = [
    (200, "GET", "/api/products?limit=1", {}, None),
    (200, "HEAD", "/api/products?limit=1", {}, None),
    (304, "GET", "/api/products?limit=1", {"If-None-Match": "*"}, None),
    (200, "OPTIONS", "/api/products", {"Origin": "http://localhost:1", "Access-Control-Request-Method": "GET"}, None),
    (400, "POST", "/api/auth/login", JSON, b"{"),
    (400, "GET", "/api%2Fproducts", {}, None),
    (401, "GET", "/api/me", {}, None),
    (401, "GET", "/api/products", {"Authorization": "Bearer x.y.z"}, None),
    (404, "GET", "/api/nothing", {}, None),
    (404, "GET", "/api/products/none", {}, None),
    (405, "DELETE", "/api/products", {}, None),
    (413, "POST", "/api/auth/login", JSON, b" " * (LIMIT_BYTES + 1)),
    (415, "POST", "/api/auth/login", {}, b"{}"),
    (422, "POST", "/api/auth/login", JSON, b"{}"),
    (431, "GET", "/api/products", {"X": "x" * 40_000}, None),
]


def says_what_it_must(headers: Mapping[str, str]) -> None:
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "origin" in headers["Vary"].lower()
    assert not {name.lower() for name in headers} & {
        "server",
        "x-powered-by",
        "set-cookie",
        "x-envoy-upstream-service-time",
    }
    assert headers.get("Access-Control-Allow-Credentials") is None
    assert headers.get("Access-Control-Allow-Origin") != "*"


@pytest.mark.parametrize("case", ANSWERS, ids=lambda case: f"{case[0]} {case[1]} {case[2]}")
def test_every_answer_says_what_a_browser_may_do_with_it(
    door: Door, case: tuple[int, str, str, Mapping[str, str], bytes | None]
) -> None:
    status, method, path, headers, body = case
    reply = door.call(method, path, body, headers=headers)
    assert reply.status == status
    says_what_it_must(reply.headers)


def test_a_refusal_for_too_many_tries_says_it_too(door: Door) -> None:
    body = {"email": new_email(), "password": "wrong password"}
    replies = [door.post("/api/auth/login", body) for _ in range(14)]
    assert replies[-1].status == 429
    says_what_it_must(replies[-1].headers)


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-Host": "evil.example"}, {"X-Forwarded-Scheme": "https"}, {"X-Original-URL": "/api/me"},
        {"X-HTTP-Method-Override": "POST"}, {"Origin": "https://evil.example"}, {"X-Forwarded-Prefix": "/evil"},
        {"Accept": "text/html"}, {"Accept-Language": "xx"}, {"User-Agent": "evil"}, {"Cookie": "a=b"},
        {"Range": "bytes=0-1"},
    ],
    ids=lambda headers: next(iter(headers)),
)  # fmt: skip
def test_what_the_catalogue_answers_depends_on_nothing_that_a_cache_does_not_know(
    door: Door, headers: Mapping[str, str]
) -> None:
    path = f"/api/products?limit=3&q={next(iter(headers)).replace('-', '+')}"
    first, again = door.get(path, headers=headers), door.get(path)
    assert (first.status, first.body) == (again.status, again.body)
    varying = {"x-trace-id", "date"}
    kept = [
        {name: value for name, value in reply.headers.items() if name.lower() not in varying}
        for reply in (first, again)
    ]
    assert kept[0] == kept[1]
    assert b"evil" not in first.body


def test_what_is_one_persons_is_kept_by_no_cache(door: Door, customer: Customer) -> None:
    for path in ("/api/me", "/api/cart"):
        policy = door.get(path, token=customer.token).headers["Cache-Control"]
        assert "no-store" in policy or "private" in policy


def test_who_is_slow_is_dropped_in_bounded_time_and_is_told_why(
    door: Door, slow_clients: dict[str, SlowClient]
) -> None:
    assert door.get("/api/products?limit=1").status == 200
    bounds_s = {
        name: HEADERS_WITHIN_S if name in {"headers", "half a line"} else BODY_WITHIN_S for name in slow_clients
    }
    for name, client in slow_clients.items():
        left_s = bounds_s[name] + BELATED_S - (time.monotonic() - client.began_s)
        wait_until(lambda client=client: client.took_s is not None, max(left_s, 0.1), f"the end of {name}")  # type: ignore[misc]
        assert client.told.startswith(b"HTTP/1.1 408 "), (name, client.told)
        assert client.told.count(b"HTTP/1.1 ") == 1
        assert client.took_s is not None
        assert client.took_s >= bounds_s[name] - 1, f"{name}: a slow network is no attack"
