"""POST /api/auth/refresh, POST /api/auth/logout and GET /api/me."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.contract.conftest import Customer, Door, Reply, join


def log_in(door: Door, customer: Customer) -> Reply:
    reply = door.patiently("POST", "/api/auth/login", {"email": customer.email, "password": customer.password})
    assert reply.status == 200, reply
    return reply


def refresh(door: Door, token: str) -> Reply:
    return door.patiently("POST", "/api/auth/refresh", {"refresh_token": token})


def me(door: Door, token: str) -> Reply:
    return door.patiently("GET", "/api/me", token=token)


def test_an_account_is_shown_to_its_owner(door: Door, customer: Customer) -> None:
    reply = me(door, customer.token)
    assert reply.status == 200
    assert reply.json == {"id": customer.id, "email": customer.email, "name": "Ada Lovelace", "roles": []}
    assert "no-store" in reply.headers["Cache-Control"]


@pytest.mark.parametrize(("method", "path"), [("GET", "/api/me"), ("POST", "/api/auth/logout")])
def test_without_a_token_it_is_401(door: Door, method: str, path: str) -> None:
    reply = door.call(method, path)
    assert (reply.status, reply.content_type) == (401, "application/problem+json")
    assert reply.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_refresh_is_200_as_a_login_and_the_token_rotates(door: Door) -> None:
    customer = join(door)
    first = log_in(door, customer)
    second = refresh(door, first.text("refresh_token"))
    assert second.status == 200
    assert set(second.json) == set(first.json)
    assert (second.json["token_type"], second.json["expires_in"]) == ("Bearer", 900)
    assert second.text("refresh_token") != first.text("refresh_token")
    assert second.headers["Cache-Control"] == first.headers["Cache-Control"] == "no-store"
    assert me(door, second.text("access_token")).text("id") == customer.id
    assert refresh(door, second.text("refresh_token")).status == 200


def test_a_used_refresh_token_is_401_and_its_family_is_revoked(door: Door) -> None:
    customer = join(door)
    other = log_in(door, customer)
    first = log_in(door, customer)
    second = refresh(door, first.text("refresh_token"))
    again = refresh(door, first.text("refresh_token"))
    assert (again.status, again.content_type) == (401, "application/problem+json")
    assert refresh(door, second.text("refresh_token")).status == 401
    assert refresh(door, other.text("refresh_token")).status == 200, "another login is another family"


def test_of_two_refreshes_at_once_with_one_token_exactly_one_is_200(door: Door) -> None:
    token = log_in(door, join(door)).text("refresh_token")
    with ThreadPoolExecutor(2) as pool:
        assert sorted(reply.status for reply in pool.map(lambda _: refresh(door, token), range(2))) == [200, 401]


def test_an_unknown_refresh_token_is_401(door: Door) -> None:
    assert refresh(door, "x" * 43).status == 401


@pytest.mark.parametrize("body", [{}, {"refresh_token": 1}, {"refresh_token": "x", "admin": True}])
def test_a_wrong_field_of_a_refresh_is_422(door: Door, body: dict[str, object]) -> None:
    assert door.patiently("POST", "/api/auth/refresh", body).status == 422


def test_after_a_logout_no_token_of_the_session_counts(door: Door) -> None:
    customer = join(door)
    first = log_in(door, customer)
    token = first.text("access_token")
    assert me(door, token).status == 200
    reply = door.patiently("POST", "/api/auth/logout", token=token)
    assert (reply.status, reply.body) == (204, b"")
    refused = me(door, token)
    assert (refused.status, refused.content_type) == (401, "application/problem+json")
    assert door.patiently("POST", "/api/auth/logout", token=token).status == 401
    assert refresh(door, first.text("refresh_token")).status == 401
    assert me(door, customer.token).status == 200, "another session of the same person stays"


@pytest.mark.parametrize("path", ["/api/products", "/api/me", "/api/nothing", "/.well-known/jwks.json"])
def test_every_answer_tells_a_browser_to_do_nothing_with_it(door: Door, path: str) -> None:
    headers = door.get(path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert headers["Referrer-Policy"] == "no-referrer"


def test_a_browser_has_its_refresh_token_in_a_cookie_alone(door: Door) -> None:
    customer = join(door)
    browser = {"X-Refresh-Token": "cookie", "Origin": "https://zerocart.example"}
    given = door.post("/api/auth/login", {"email": customer.email, "password": customer.password}, headers=browser)
    assert (given.status, set(given.json)) == (200, {"access_token", "token_type", "expires_in"})
    cookie, *attributes = given.headers["Set-Cookie"].split("; ")
    assert {"Secure", "HttpOnly", "SameSite=Strict", "Path=/api/auth"} <= set(attributes)
    following = door.post("/api/auth/refresh", {}, headers={**browser, "Cookie": cookie})
    assert (following.status, set(following.json)) == (200, set(given.json))
    token = following.text("access_token")
    ended = door.call("POST", "/api/auth/logout", headers=browser, token=token)
    assert (ended.status, ended.headers["Set-Cookie"].partition(";")[0]) == (204, "zerocart_refresh=")
    cookie = following.headers["Set-Cookie"].partition(";")[0]
    assert door.post("/api/auth/refresh", {}, headers={**browser, "Cookie": cookie}).status == 401


def test_another_sites_script_is_allowed_neither_the_cookie_nor_the_header_for_it(door: Door) -> None:
    for path in ("/api/auth/login", "/api/auth/refresh", "/api/auth/logout"):
        for origin in ("https://zerocart.example", "https://evil.example"):
            asked = {
                "Origin": origin, "Access-Control-Request-Method": "POST",
                "Access-Control-Request-Headers": "content-type,x-refresh-token",
            }  # fmt: skip
            reply = door.call("OPTIONS", path, headers=asked)
            assert "Access-Control-Allow-Credentials" not in reply.headers
            assert "x-refresh-token" not in reply.headers.get("Access-Control-Allow-Headers", "").lower()
