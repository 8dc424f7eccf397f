"""Accounts: one an address, with names as people have them and passwords that nobody reads."""

import dataclasses
import threading
import unicodedata
from concurrent.futures import ThreadPoolExecutor

import pytest

from functions.register import store
from tests.unit.functions.conftest import Function, Reply, Shop, fields

ADA: dict[str, object] = {"email": "Ada@Example.com", "password": "correct horse", "name": "Ada Lovelace"}


@pytest.fixture
def register(shop: Shop) -> Function:
    return shop.function("register")


def send(client: Function, body: object) -> Reply:
    return client.post("/api/auth/register", json=body)


def test_an_account_has_an_id_and_says_nothing_of_the_password(shop: Shop, register: Function) -> None:
    response = send(register, ADA)
    assert response.status_code == 201
    assert response.json == {"id": response.json["id"], "email": "Ada@Example.com", "name": "Ada Lovelace"}
    [[account_id, email, kept]] = shop.rows("SELECT id::text, email, password_hash FROM identity.accounts")
    assert (account_id, email) == (response.json["id"], "Ada@Example.com")
    assert str(kept).startswith("$argon2id$")


@pytest.mark.parametrize("email", ["Ada@Example.com", "ada@example.com", "ADA@EXAMPLE.COM"])
def test_an_address_is_taken_in_whatever_case(shop: Shop, register: Function, email: str) -> None:
    send(register, ADA)
    response = send(register, ADA | {"email": email})
    assert (response.status_code, response.json["type"]) == (409, "email-taken")
    assert shop.value("SELECT count(*) FROM identity.accounts") == 1


def test_of_many_who_want_one_address_at_once_one_gets_it(shop: Shop, register: Function) -> None:
    together = threading.Barrier(8, timeout=20)

    def send_at_once(_turn: int) -> int:
        together.wait()
        return send(register, ADA).status_code

    with ThreadPoolExecutor(8) as threads:
        assert sorted(threads.map(send_at_once, range(8))) == [201] + [409] * 7


@pytest.mark.parametrize(
    "name", ["Łukasz Żółć", "山田太郎", "محمد علي", "Ἑλένη", "O'Brien-Smith", "X Æ A-12", "नेहा", "👩‍🚀"]
)
def test_a_name_may_have_any_letters(register: Function, name: str) -> None:
    assert send(register, ADA | {"name": name}).json["name"] == unicodedata.normalize("NFC", name)


def test_a_name_is_trimmed_and_composed(register: Function) -> None:
    assert send(register, ADA | {"name": "  Rene\u0301e \u00a0"}).json["name"] == "Ren\u00e9e"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"email": ""}, "email"), ({"email": "ada"}, "email"), ({"email": "ada@example"}, "email"),
        ({"email": "a b@example.com"}, "email"), ({"email": "a@b@example.com"}, "email"),
        ({"email": "ada@example.com\n"}, "email"), ({"email": "a@" + "b." * 130 + "c"}, "email"),
        ({"email": "ada@.com"}, "email"), ({"email": 5}, "email"), ({"email": None}, "email"),
        ({"password": "short77"}, "password"), ({"password": "x" * 129}, "password"),
        ({"password": 12345678}, "password"), ({"name": ""}, "name"), ({"name": " \u00a0 "}, "name"),
        ({"name": "a\nb"}, "name"), ({"name": "a" * 201}, "name"),
        ({"name": "nul\0"}, "name"), ({"role": "admin"}, "role"), ({"roles": ["admin"]}, "roles"),
    ],
)  # fmt: skip
def test_a_wrong_field_is_named(shop: Shop, register: Function, change: dict[str, object], field: str) -> None:
    response = send(register, ADA | change)
    assert (response.status_code, fields(response)) == (422, [field])
    assert shop.value("SELECT count(*) FROM identity.accounts") == 0


def test_a_missing_field_is_named(register: Function) -> None:
    for name in ADA:
        response = send(register, {other: value for other, value in ADA.items() if other != name})
        assert (response.status_code, fields(response)) == (422, [name])


def test_one_address_opens_so_many_accounts_and_then_waits(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "BY_ADDRESS", dataclasses.replace(store.BY_ADDRESS, at_once=2, per_s=0.01))
    register = shop.function("register")
    statuses = []
    for number in range(3):
        response = register.post(
            "/api/auth/register",
            json=ADA | {"email": f"{number}@example.com"},
            headers={"X-Forwarded-For": "198.51.100.7, 192.0.2.1"},
        )
        statuses.append(response.status_code)
    assert statuses == [201, 201, 429]
    assert response.json["type"] == "too-many-requests"
    assert 1 <= int(response.headers["Retry-After"]) <= 100
    elsewhere = register.post("/api/auth/register", json=ADA, headers={"X-Forwarded-For": "192.0.2.1, 192.0.2.9"})
    assert elsewhere.status_code == 201
