"""What an endpoint lets in, what it refuses, and how it says so."""

import functools
import logging
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, cast

import flask
import msgspec
import pytest
from werkzeug.test import EnvironBuilder

from shared import revocations, settings, tokens
from shared.bodies import LIMIT_BYTES
from shared.callers import client_address
from shared.endpoint import Answer, Call, View, endpoint, one_path
from shared.errors import TooManyRequests, Unauthorized, Unavailable
from shared.revocations import Revocations
from tests.unit.shared.functions_for_tests.echo.main import echo
from tests.unit.shared.functions_for_tests.order.main import order

ORDER = b'{"items": [{"sku": "a", "quantity": 2}]}'
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


def ask(
    view: object, path: str, method: str = "GET", body: bytes = b"", headers: Mapping[str, str] | None = None
) -> flask.Response:
    given = {"Content-Type": "application/json", **(headers or {})} if body else dict(headers or {})
    builder = EnvironBuilder(path=path, method=method, data=body, headers=list(given.items()))
    return cast("View", view)(flask.Request(builder.get_environ()))


def place(
    body: bytes = ORDER, path: str = "/api/shops/x/orders", headers: Mapping[str, str] | None = None
) -> flask.Response:
    return ask(order, path, "POST", body, {"Idempotency-Key": "k-1", **(headers or {})})


def problem(response: flask.Response) -> dict[str, Any]:
    assert response.content_type == "application/problem+json"
    document: dict[str, Any] = msgspec.json.decode(response.data)
    assert document["status"] == response.status_code
    assert document["trace_id"] == response.headers["x-trace-id"]
    assert {"type", "title", "detail", "instance"} <= document.keys()
    return document


def test_a_call_reaches_its_function_with_everything_typed() -> None:
    response = place(path="/api/shops/caf%C3%A9/orders?limit=5")
    assert response.status_code == 201
    assert response.headers["Location"] == "/api/orders/1"
    assert response.content_type == "application/json"
    assert msgspec.json.decode(response.data) == {"shop": "café", "skus": ["a"], "limit": 5, "key": "k-1"}


def test_a_path_without_parameters_is_served_on_the_root_too() -> None:
    assert ask(echo, "/").status_code == ask(echo, "/api/echo").status_code == 200


@pytest.mark.parametrize("path", ["/api/echo/", "/api", "/api/echo/x", "/API/ECHO"])
def test_another_path_is_not_found(path: str) -> None:
    assert problem(ask(echo, path))["type"] == "not-found"


@pytest.mark.parametrize("path", ["/", "/api/shops//orders", "/api/shops/a/b/orders", "/api/shops/%00/orders"])
def test_a_path_that_does_not_fit_its_pattern_is_not_found(path: str) -> None:
    assert place(path=path).status_code == 404


def test_a_path_that_is_not_utf_8_is_not_found() -> None:
    environ = EnvironBuilder(path="/", method="POST", data=ORDER, content_type="application/json").get_environ()
    environ["PATH_INFO"] = "/api/shops/\xff/orders"
    assert problem(cast("View", order)(flask.Request(environ)))["type"] == "not-found"


@endpoint("GET", "/api/note", answers={200: bytes})
def read_note(call: Call[None, None]) -> Answer:
    return Answer(b"read")


@endpoint("PUT", "/api/note", answers={200: bytes}, conditional=True)
def write_note(call: Call[None, None]) -> Answer:
    return Answer(f"written over {call.if_match}".encode())


@one_path(read_note, write_note)
def note() -> None:
    """One function for both."""


def test_endpoints_of_one_path_are_told_apart_by_the_method() -> None:
    assert [described.name for described in note.endpoints] == ["read_note", "write_note"]
    assert ask(note, "/api/note").data == ask(note, "/").data == b"read"
    assert ask(note, "/api/note", "PUT", headers={"If-Match": '"1"'}).data == b'written over "1"'
    refused = ask(note, "/api/note", "DELETE")
    assert (problem(refused)["type"], refused.headers["Allow"]) == ("method-not-allowed", "GET, HEAD, PUT")


def test_a_change_that_does_not_say_of_what_is_refused() -> None:
    assert problem(ask(note, "/api/note", "PUT"))["type"] == "precondition-required"


def test_another_method_is_refused_and_told_which_fit() -> None:
    response = ask(echo, "/api/echo", "DELETE")
    assert problem(response)["type"] == "method-not-allowed"
    assert response.headers["Allow"] == "GET, HEAD"
    assert place().status_code == 201
    assert ask(order, "/api/shops/x/orders").headers["Allow"] == "POST"


def test_head_works_where_get_does() -> None:
    assert ask(echo, "/api/echo", "HEAD").status_code == 200


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("application/json", 201), ("application/json; charset=utf-8", 201), ('application/json;charset="UTF-8"', 201),
        ("application/vnd.order+json", 201), ("text/plain", 415), ("", 415), ("application/json; charset=latin-1", 415),
        ("application/x-www-form-urlencoded", 415),
    ],
)  # fmt: skip
def test_only_json_is_taken_as_a_body(content_type: str, status: int) -> None:
    assert place(headers={"Content-Type": content_type}).status_code == status


def test_a_wrong_field_is_named() -> None:
    document = problem(place(b'{"items": [{"sku": "a", "quantity": 0}]}'))
    assert document["status"] == 422
    assert document["errors"] == [{"field": "items[0].quantity", "message": "Expected `int` >= 1"}]


def test_a_wrong_query_parameter_is_named() -> None:
    for query, field in (
        ("limit=x", "limit"),
        ("limit=101", "limit"),
        ("page=2", "page"),
        ("limit=1&limit=2", "limit"),
    ):
        document = problem(place(path=f"/api/shops/x/orders?{query}"))
        assert (document["status"], document["errors"][0]["field"]) == (422, field)


def test_a_body_over_the_limit_is_refused_unread() -> None:
    assert problem(place(b" " * (LIMIT_BYTES + 1)))["type"] == "too-large"
    assert place(ORDER + b" " * (LIMIT_BYTES - len(ORDER))).status_code == 201


@pytest.mark.parametrize("key", ["", "a b", "k" * 256, "\x7f"])
def test_an_endpoint_that_wants_an_idempotency_key_insists(key: str) -> None:
    document = problem(place(headers={"Idempotency-Key": key}))
    assert document["status"] == 400
    assert "Idempotency-Key" in document["detail"]


def test_a_problem_says_what_its_kind_knows() -> None:
    document = problem(place(b'{"items": [{"sku": "none", "quantity": 1}]}'))
    assert (document["status"], document["type"], document["skus"]) == (409, "out-of-stock", ["none"])
    assert document["instance"] == "/api/shops/x/orders"


def test_a_bug_is_logged_and_the_client_learns_nothing(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        response = place(b'{"items": [{"sku": "bug", "quantity": 1}]}')
    assert problem(response)["type"] == "internal-error"
    assert b"secret" not in response.data
    assert "RuntimeError: the secret" in caplog.text


def test_the_callers_trace_goes_on() -> None:
    response = ask(echo, "/", headers={"traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"})
    assert response.headers["x-trace-id"] == TRACE


def test_every_request_without_a_trace_gets_one_of_its_own() -> None:
    assert len({ask(echo, "/").headers["x-trace-id"] for _ in range(50)}) == 50


def test_retry_after_is_whole_seconds_and_at_least_one() -> None:
    assert Unavailable(retry_after_s=0.2).headers() == {"Retry-After": "1"}
    assert TooManyRequests(retry_after_s=2.1).headers() == {"Retry-After": "3"}


def test_a_refused_token_is_told_apart_from_none_in_the_header_only() -> None:
    assert Unauthorized().headers()["WWW-Authenticate"] == "Bearer"
    assert "invalid_token" in Unauthorized(token_given=True).headers()["WWW-Authenticate"]


def test_an_answer_may_be_bytes_or_nothing() -> None:
    @endpoint("GET", "/picture", answers={200: "image/svg+xml"})
    def picture(call: Call[None, None]) -> Answer:
        if call.headers.get("If-None-Match"):
            return Answer(status=304, headers={"ETag": '"1"'})
        return Answer(b"<svg/>", content_type="image/svg+xml", headers={"ETag": '"1"'})

    full, unchanged = ask(picture, "/picture"), ask(picture, "/picture", headers={"If-None-Match": '"1"'})
    assert (full.data, full.content_type) == (b"<svg/>", "image/svg+xml")
    assert (unchanged.data, unchanged.status_code, "Content-Type" in unchanged.headers) == (b"", 304, False)


def test_an_endpoint_without_a_body_type_hands_over_the_bytes() -> None:
    seen = []

    @endpoint("POST", "/events", answers={202: None})
    def events(call: Call[None, None]) -> Answer:
        seen.append(call.raw_body)
        return Answer(status=202)

    assert ask(events, "/events", "POST", b"\x00anything", {"Content-Type": "x/y"}).status_code == 202
    assert seen == [b"\x00anything"]


def test_what_is_declared_stays_readable_on_the_decorated_function() -> None:
    [declared] = cast("View", functools.wraps(order)(lambda request: request)).endpoints  # as functions-framework wraps
    assert (declared.name, declared.method, declared.path) == ("order", "POST", "/api/shops/{shop}/orders")
    assert (declared.summary, declared.description) == ("Place an order.", "The whole of it, or nothing.")


@pytest.mark.parametrize(
    ("forwarded", "address"),
    [(None, "127.0.0.1"), ("10.0.0.1", "10.0.0.1"), ("6.6.6.6, 10.0.0.1", "10.0.0.1"), ("6.6.6.6,", "127.0.0.1")],
)
def test_only_what_our_gateway_wrote_tells_the_clients_address(forwarded: str | None, address: str) -> None:
    environ = {"REMOTE_ADDR": "127.0.0.1"} | ({"HTTP_X_FORWARDED_FOR": forwarded} if forwarded else {})
    assert client_address(environ) == address
    assert client_address({**environ, "HTTP_X_CLIENT_ADDRESS": "10.0.0.9"}) == "10.0.0.9"


class Who(msgspec.Struct, frozen=True):
    subject: str
    roles: list[str]


def _who(call: Call[None, None]) -> Answer:
    assert call.identity is not None
    return Answer(Who(subject=call.identity.subject, roles=list(call.identity.roles)))


@pytest.fixture
def signed(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., str]]:
    """Makes Authorization headers that this process takes."""
    private, public = tokens.generate_keys(datetime.now(UTC))
    monkeypatch.setenv("TOKEN_PUBLIC_KEYS", public)
    settings.current.cache_clear()
    monkeypatch.setattr(revocations, "of", lambda _: Revocations(frozenset, None))

    def sign(*roles: str, audience: str = "zerocart", now_s: float | None = None) -> str:
        issuer = settings.current().token_issuer
        at_s = time.time() if now_s is None else now_s
        return "Bearer " + tokens.sign("a-1", roles, keys=private, issuer=issuer, audience=audience, now_s=at_s)

    yield sign
    settings.current.cache_clear()


def test_a_valid_token_says_who_calls(signed: Callable[..., str]) -> None:
    who = endpoint("GET", "/who", answers={200: Who}, token=True)(_who)
    response = ask(who, "/who", headers={"Authorization": signed("buyer")})
    assert msgspec.json.decode(response.data) == {"subject": "a-1", "roles": ["buyer"]}
    assert ask(who, "/who", headers={"Authorization": signed().replace("Bearer", "bearer")}).status_code == 200


def test_without_a_token_that_counts_nobody_gets_in(signed: Callable[..., str]) -> None:
    who = endpoint("GET", "/who", answers={200: Who}, token=True)(_who)
    wrong = ["", "Bearer", "Bearer ", "Basic eDp5", "Bearer x.y.z", signed(audience="other"), signed(now_s=1.0)]
    for authorization in (*wrong, signed()[:-3] + "AAA"):
        response = ask(who, "/who", headers={"Authorization": authorization} if authorization else {})
        assert problem(response)["type"] == "unauthorized"
        assert response.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_token_whose_session_was_ended_counts_no_more(
    signed: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    who = endpoint("GET", "/who", answers={200: Who}, roles=("admin",))(_who)
    buyer = signed("buyer")
    session_id = tokens.verify(
        buyer.removeprefix("Bearer "), settings.current().token_public_keys, "https://zerocart.example", "zerocart",
        time.time(),
    ).session_id  # fmt: skip
    monkeypatch.setattr(revocations, "of", lambda _: Revocations(lambda: frozenset({session_id}), None))
    response = ask(who, "/who", headers={"Authorization": buyer})
    assert problem(response)["status"] == 401
    assert ask(who, "/who", headers={"Authorization": signed("admin")}).status_code == 200


def test_a_role_is_needed_where_one_is_asked_for(signed: Callable[..., str]) -> None:
    report = endpoint("GET", "/report", answers={200: Who}, roles=("admin", "auditor"))(_who)
    assert problem(ask(report, "/report", headers={"Authorization": signed("buyer")}))["status"] == 403
    assert ask(report, "/report", headers={"Authorization": signed("buyer", "auditor")}).status_code == 200
    assert ask(report, "/report", headers={"x-user-roles": "admin"}).status_code == 401
