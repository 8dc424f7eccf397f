"""Logging in: tokens for who knows the password, and nothing to learn for who does not."""

import dataclasses
import hashlib
import json
import re
import statistics
import time

import jwt
import pytest
from argon2 import PasswordHasher

from functions.login import store
from shared import passwords, settings, tokens
from tests.unit.functions.conftest import ACCOUNT_ID, Function, Reply, Shop, fields

EMAIL, PASSWORD = "Ada@Example.com", "correct horse"


@pytest.fixture
def login(shop: Shop) -> Function:
    shop.rows(
        "INSERT INTO identity.accounts (id, email, name, password_hash, roles) VALUES (%s, %s, 'Ada', %s, %s)",
        [ACCOUNT_ID, EMAIL, passwords.hash(PASSWORD), ["admin"]],
    )
    return shop.function("login")


def send(client: Function, email: str = EMAIL, password: str = PASSWORD, address: str = "192.0.2.1") -> Reply:
    return client.post(
        "/api/auth/login", json={"email": email, "password": password}, headers={"X-Forwarded-For": address}
    )


def test_the_access_token_says_who_and_what_roles_for_15_minutes(shop: Shop, login: Function) -> None:
    response = send(login)
    assert response.status_code == 200
    document = response.json
    assert (document["token_type"], document["expires_in"]) == ("Bearer", 900)
    assert response.headers["Cache-Control"] == "no-store"
    [key] = json.loads(shop.keys.public_jwks)["keys"]
    assert jwt.get_unverified_header(document["access_token"])["kid"] == key["kid"]
    claims = jwt.decode(
        document["access_token"], jwt.PyJWK.from_dict(key), algorithms=["EdDSA"], audience="zerocart",
        issuer="https://zerocart.example",
    )  # fmt: skip
    assert set(claims) == {"iss", "sub", "aud", "exp", "iat", "jti", "roles"}
    assert (claims["sub"], claims["roles"], claims["exp"] - claims["iat"]) == (ACCOUNT_ID, ["admin"], 900)
    current = settings.current()
    verified = tokens.verify(
        document["access_token"], current.token_public_keys, current.token_issuer, current.token_audience, time.time()
    )
    assert verified.subject == ACCOUNT_ID


def test_of_the_refresh_token_only_its_digest_is_kept_and_each_login_begins_a_family(
    shop: Shop, login: Function
) -> None:
    given = [send(login).json["refresh_token"] for _ in range(2)]
    rows = shop.rows(
        "SELECT hash, family, account_id::text, expires_at > now() + '29 days' FROM identity.refresh_tokens"
    )
    assert {bytes(digest) for digest, *_ in rows} == {hashlib.sha256(token.encode()).digest() for token in given}  # type: ignore[call-overload]
    assert len({family for _, family, *_ in rows}) == 2
    assert {(account, lasts) for *_, account, lasts in rows} == {(ACCOUNT_ID, True)}


@pytest.mark.parametrize("email", ["ada@example.com", "ADA@EXAMPLE.COM"])
def test_the_case_of_an_address_does_not_matter(login: Function, email: str) -> None:
    assert send(login, email).status_code == 200


def test_an_unknown_address_and_a_wrong_password_get_the_same_answer(login: Function) -> None:
    wrong, unknown = send(login, password="wrong horse"), send(login, email="eve@example.com")
    assert (wrong.status_code, unknown.status_code) == (401, 401)
    documents = [{**response.json, "trace_id": ""} for response in (wrong, unknown)]
    assert documents[0] == documents[1]
    names = [{name for name, _ in response.headers} for response in (wrong, unknown)]
    assert names[0] == names[1]


def test_an_unknown_address_takes_as_long_as_a_wrong_password(login: Function) -> None:
    def median_s(email: str) -> float:
        times = []
        for turn in range(9):
            before_s = time.perf_counter()
            # Each from elsewhere, so that no limit comes in between.
            assert send(login, email.format(turn), "wrong horse", f"192.0.2.{turn}").status_code in {401, 429}
            times.append(time.perf_counter() - before_s)
        return statistics.median(times)

    ratio = median_s("nobody{}@example.com") / median_s(EMAIL)
    assert 0.5 < ratio < 2, "hashing dominates both; without it the ratio is below 0.2"


def test_after_ten_wrong_passwords_an_account_waits_wherever_they_come_from(login: Function) -> None:
    tries = [send(login, password="wrong horse", address=f"192.0.2.{turn}").status_code for turn in range(12)]
    assert tries[:10] == [401] * 10
    assert tries[10:] == [429] * 2
    refused = send(login)
    assert (refused.status_code, refused.json["type"]) == (429, "too-many-requests")
    assert 1 <= int(refused.headers["Retry-After"]) <= 10


def test_each_answer_tells_how_its_client_stands_with_both_limits(login: Function) -> None:
    answers = [send(login, password="wrong horse", address=f"192.0.2.{turn}") for turn in range(11)]
    assert {answer.headers["RateLimit-Policy"] for answer in answers} == {
        '"login-address";q=300;w=15, "login-account";q=10;w=100'
    }
    stands = [answer.headers["RateLimit"] for answer in answers]
    assert all(stand.startswith('"login-address";r=299;t=1, "login-account";r=') for stand in stands)
    left = [int(stand.rpartition("r=")[2].partition(";")[0]) for stand in stands]
    assert left == [9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 0]
    refused = answers[-1].headers
    assert refused["RateLimit"].endswith(f";t={refused['Retry-After']}")


def test_an_unknown_address_waits_just_as_an_account_does(login: Function) -> None:
    tries = [send(login, "nobody@example.com", address=f"192.0.2.{turn}").status_code for turn in range(11)]
    assert tries == [401] * 10 + [429]


def test_the_right_password_makes_wrong_ones_forgotten(login: Function) -> None:
    for _ in range(3):
        tries = [send(login, password="wrong horse").status_code for _ in range(6)]
        assert tries == [401] * 6
        assert send(login).status_code == 200


def test_one_address_of_the_network_tries_so_often_and_then_waits(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "BY_ADDRESS", dataclasses.replace(store.BY_ADDRESS, at_once=3, per_s=0.01))
    login = shop.function("login")
    tries = [send(login, f"{turn}@example.com").status_code for turn in range(4)]
    assert tries == [401, 401, 401, 429]
    assert send(login, "3@example.com", address="192.0.2.9").status_code == 401


def test_a_hash_of_older_parameters_is_renewed_when_the_password_is_known(shop: Shop, login: Function) -> None:
    old = PasswordHasher(memory_cost=1024, time_cost=1, parallelism=1).hash(PASSWORD)
    shop.rows("UPDATE identity.accounts SET password_hash = %s", [old])
    assert send(login).status_code == 200
    assert shop.value("SELECT password_hash FROM identity.accounts") != old
    assert send(login).status_code == 200


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"email": EMAIL}, "password"), ({"password": PASSWORD}, "email"), ({"email": 5, "password": "x"}, "email"),
        ({"email": "a\0", "password": "x"}, "email"), ({"email": EMAIL, "password": "x", "totp": "1"}, "totp"),
    ],
)  # fmt: skip
def test_a_wrong_field_is_named(login: Function, body: dict[str, object], field: str) -> None:
    response = login.post("/api/auth/login", json=body)
    assert (response.status_code, fields(response)) == (422, [field])


def test_who_asks_for_it_gets_the_refresh_token_in_a_cookie_that_no_script_reads(login: Function) -> None:
    response = login.post(
        "/api/auth/login", json={"email": EMAIL, "password": PASSWORD},
        headers={"X-Refresh-Token": "cookie", "Origin": "https://zerocart.example"},
    )  # fmt: skip
    assert set(response.json) == {"access_token", "token_type", "expires_in"}
    value, *attributes = response.headers["Set-Cookie"].split("; ")
    assert re.fullmatch(r"zerocart_refresh=[\w-]{43}", value)
    assert set(attributes) >= {"Secure", "HttpOnly", "Max-Age=2592000", "Path=/api/auth", "SameSite=Strict"}
    assert not any(attribute.startswith("Domain") for attribute in attributes), "it is this host's alone"


@pytest.mark.parametrize(("origin", "secure"), [("http://localhost:8080", False), ("https://a.example", True)])
def test_the_cookie_travels_without_tls_only_for_a_page_that_did(login: Function, origin: str, secure: bool) -> None:
    headers = {"X-Refresh-Token": "cookie", "Origin": origin}
    response = login.post("/api/auth/login", json={"email": EMAIL, "password": PASSWORD}, headers=headers)
    assert ("Secure" in response.headers["Set-Cookie"].split("; ")) == secure


def test_who_does_not_ask_for_a_cookie_gets_none(login: Function) -> None:
    response = send(login)
    assert "Set-Cookie" not in response.headers
    assert response.json["refresh_token"]


def test_another_word_for_where_the_token_shall_be_is_refused(login: Function) -> None:
    response = login.post(
        "/api/auth/login", json={"email": EMAIL, "password": PASSWORD}, headers={"X-Refresh-Token": "jar"}
    )
    assert (response.status_code, response.json["type"]) == (400, "malformed-request")
