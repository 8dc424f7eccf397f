"""Refreshing: the next tokens for the last one, and nothing for any other."""

import hashlib
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from shared import passwords, settings, tokens
from shared.tokens import Identity
from tests.unit.functions.conftest import ACCOUNT_ID, Function, Reply, Shop, fields

EMAIL, PASSWORD = "ada@example.com", "correct horse"
AT_ONCE = 10


@pytest.fixture
def given(shop: Shop) -> dict[str, str]:
    """What a login gave."""
    shop.rows(
        "INSERT INTO identity.accounts (id, email, name, password_hash, roles) VALUES (%s, %s, 'Ada', %s, %s)",
        [ACCOUNT_ID, EMAIL, passwords.hash(PASSWORD), ["admin"]],
    )
    answer: dict[str, str] = (
        shop.function("login").post("/api/auth/login", json={"email": EMAIL, "password": PASSWORD}).json
    )
    return answer


def refresh(client: Function, token: object) -> Reply:
    return client.post("/api/auth/refresh", json={"refresh_token": token})


def identity(access_token: str) -> Identity:
    current = settings.current()
    return tokens.verify(
        access_token, current.token_public_keys, current.token_issuer, current.token_audience, time.time()
    )


def test_the_answer_is_as_a_logins_and_the_session_the_same(shop: Shop, given: dict[str, str]) -> None:
    response = refresh(shop.function("refresh_token"), given["refresh_token"])
    assert response.status_code == 200
    assert set(response.json) == {"access_token", "token_type", "expires_in", "refresh_token"}
    assert (response.json["token_type"], response.json["expires_in"]) == ("Bearer", 900)
    assert response.headers["Cache-Control"] == "no-store"
    before, after = identity(given["access_token"]), identity(response.json["access_token"])
    assert (after.subject, after.roles, after.session_id) == (ACCOUNT_ID, ("admin",), before.session_id)
    assert after.token_id != before.token_id
    assert response.json["refresh_token"] != given["refresh_token"]


def test_a_used_token_is_401_and_nothing_of_its_family_counts_any_more(shop: Shop, given: dict[str, str]) -> None:
    client, profile = shop.function("refresh_token"), shop.function("get_profile")
    following = refresh(client, given["refresh_token"]).json
    again = refresh(client, given["refresh_token"])
    assert (again.status_code, again.json["type"]) == (401, "unauthorized")
    assert "WWW-Authenticate" in again.headers
    assert refresh(client, following["refresh_token"]).status_code == 401
    for access_token in (given["access_token"], following["access_token"]):
        reply = profile.get("/api/me", headers={"Authorization": f"Bearer {access_token}"})
        assert reply.status_code == 401


def test_of_many_at_once_exactly_one_wins(shop: Shop, given: dict[str, str]) -> None:
    client, barrier = shop.function("refresh_token"), threading.Barrier(AT_ONCE)

    def one(_: int) -> int:
        barrier.wait(timeout=10)
        return refresh(client, given["refresh_token"]).status_code

    with ThreadPoolExecutor(AT_ONCE) as pool:
        assert sorted(pool.map(one, range(AT_ONCE))) == [200] + [401] * (AT_ONCE - 1)


def test_of_a_token_only_the_digest_is_kept(shop: Shop, given: dict[str, str]) -> None:
    following = refresh(shop.function("refresh_token"), given["refresh_token"]).json["refresh_token"]
    kept = shop.rows("SELECT encode(hash, 'hex') FROM identity.refresh_tokens")
    digests = {hashlib.sha256(token.encode()).hexdigest() for token in (given["refresh_token"], following)}
    assert {digest for (digest,) in kept} == digests


@pytest.mark.parametrize("token", ["", "x", "x" * 256, "ż"])
def test_what_was_never_given_out_is_401(shop: Shop, token: str) -> None:
    assert refresh(shop.function("refresh_token"), token).status_code == 401


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "refresh_token"), ({"refresh_token": None}, "refresh_token"), ({"refresh_token": "\0"}, "refresh_token"),
        ({"refresh_token": "x" * 257}, "refresh_token"), ({"refresh_token": "x", "roles": ["admin"]}, "roles"),
    ],
)  # fmt: skip
def test_a_wrong_field_is_named(shop: Shop, body: dict[str, object], field: str) -> None:
    response = shop.function("refresh_token").post("/api/auth/refresh", json=body)
    assert (response.status_code, fields(response)) == (422, [field])


def by_cookie(shop: Shop, token: str) -> Reply:
    headers = {"X-Refresh-Token": "cookie", "Cookie": f"zerocart_refresh={token}", "Origin": "https://a.example"}
    return shop.function("refresh_token").post("/api/auth/refresh", json={}, headers=headers)


def test_a_token_in_a_cookie_is_refreshed_into_the_next_cookie(shop: Shop, given: dict[str, str]) -> None:
    first = by_cookie(shop, given["refresh_token"])
    assert (first.status_code, set(first.json)) == (200, {"access_token", "token_type", "expires_in"})
    following = first.headers["Set-Cookie"].partition(";")[0].removeprefix("zerocart_refresh=")
    assert following != given["refresh_token"]
    assert by_cookie(shop, following).status_code == 200
    again = by_cookie(shop, following)
    assert (again.status_code, "Set-Cookie" in again.headers) == (401, False)


def test_a_cookie_without_the_header_that_no_form_can_send_does_nothing(shop: Shop, given: dict[str, str]) -> None:
    client = shop.function("refresh_token")
    headers = {"Cookie": f"zerocart_refresh={given['refresh_token']}"}
    response = client.post("/api/auth/refresh", json={}, headers=headers)
    assert (response.status_code, fields(response)) == (422, ["refresh_token"])
    form = {"X-Refresh-Token": "cookie", **headers}
    assert client.post("/api/auth/refresh", data="{}", headers=form).status_code == 415
    assert refresh(client, given["refresh_token"]).status_code == 200, "it was not used up"


def test_the_header_without_a_cookie_is_401(shop: Shop) -> None:
    response = shop.function("refresh_token").post("/api/auth/refresh", json={}, headers={"X-Refresh-Token": "cookie"})
    assert (response.status_code, response.json["type"]) == (401, "unauthorized")
