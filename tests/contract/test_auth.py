"""POST /api/auth/register, POST /api/auth/login and GET /.well-known/jwks.json."""

import jwt
import pytest

from tests.contract.conftest import Customer, Door, join, new_email

PASSWORD = "correct horse battery"


def test_an_account_is_201_with_id_email_and_name(door: Door) -> None:
    email = new_email()
    reply = door.patiently("POST", "/api/auth/register", {"email": email, "password": PASSWORD, "name": " Łucja Żak "})
    assert reply.status == 201
    assert reply.json == {"id": reply.text("id"), "email": email, "name": "Łucja Żak"}


def test_an_address_that_has_an_account_is_409_in_whatever_case(door: Door, customer: Customer) -> None:
    for email in (customer.email, customer.email.upper()):
        reply = door.patiently("POST", "/api/auth/register", {"email": email, "password": PASSWORD, "name": "Eve"})
        assert reply.status == 409
        assert PASSWORD not in reply.body.decode()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"email": "nobody"}, "email"), ({"email": ""}, "email"), ({"email": None}, "email"),
        ({"password": "short"}, "password"), ({"password": "x" * 1000}, "password"), ({"password": 1234}, "password"),
        ({"name": ""}, "name"), ({"name": "   "}, "name"), ({"admin": True}, "admin"),
    ],
)  # fmt: skip
def test_a_wrong_field_of_an_account_is_422(door: Door, change: dict[str, object], field: str) -> None:
    body = {"email": new_email(), "password": PASSWORD, "name": "Eve"} | change
    reply = door.patiently("POST", "/api/auth/register", body)
    assert (reply.status, reply.fields) == (422, [field])


def test_logging_in_is_200_with_two_tokens(door: Door, customer: Customer) -> None:
    reply = door.patiently("POST", "/api/auth/login", {"email": customer.email, "password": customer.password})
    assert reply.status == 200
    assert set(reply.json) == {"access_token", "token_type", "expires_in", "refresh_token"}
    assert (reply.json["token_type"], reply.json["expires_in"]) == ("Bearer", 900)
    assert reply.text("refresh_token")


def test_the_access_token_is_verified_by_the_published_keys(door: Door, customer: Customer) -> None:
    keys = door.get("/.well-known/jwks.json")
    assert keys.status == 200
    header = jwt.get_unverified_header(customer.token)
    assert header["alg"] in {"EdDSA", "RS256"}
    key = jwt.PyJWKSet.from_dict(keys.json)[header["kid"]]
    claims = jwt.decode(customer.token, key, algorithms=[header["alg"]], options={"verify_aud": False})
    assert claims.keys() >= {"iss", "sub", "aud", "exp", "iat", "jti", "roles"}
    assert (claims["sub"], claims["roles"]) == (customer.id, [])
    assert claims["exp"] - claims["iat"] == 900


def test_the_published_keys_have_no_private_part(door: Door) -> None:
    for key in door.get("/.well-known/jwks.json").objects("keys"):
        assert not key.keys() & {"d", "p", "q", "dp", "dq", "qi", "k"}


def test_an_unknown_address_and_a_wrong_password_are_401_and_the_same(door: Door) -> None:
    customer = join(door)
    wrong = door.patiently("POST", "/api/auth/login", {"email": customer.email, "password": "wrong password"})
    unknown = door.patiently("POST", "/api/auth/login", {"email": new_email(), "password": "wrong password"})
    assert (wrong.status, unknown.status) == (401, 401)
    assert {**wrong.json, "trace_id": ""} == {**unknown.json, "trace_id": ""}


def test_too_many_wrong_passwords_are_429_and_told_when_to_come_back(door: Door) -> None:
    email = new_email()
    for _ in range(100):
        reply = door.post("/api/auth/login", {"email": email, "password": "wrong password"})
        if reply.status == 429:
            break
        assert reply.status == 401
    assert reply.status == 429
    assert reply.json["type"] == "too-many-requests"
    assert int(reply.headers["Retry-After"]) >= 1


@pytest.mark.parametrize(
    ("body", "field"),
    [({"email": "a@example.com"}, "password"), ({"password": "x"}, "email"), ({"email": 1, "password": "x"}, "email")],
)
def test_a_wrong_field_of_a_login_is_422(door: Door, body: dict[str, object], field: str) -> None:
    reply = door.patiently("POST", "/api/auth/login", body)
    assert (reply.status, reply.fields) == (422, [field])
