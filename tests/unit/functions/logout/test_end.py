"""Logging out: from the answer on the session's tokens count nowhere, whatever becomes of Redis."""

import pytest
import redis

from shared import passwords, revocations
from tests.unit.functions.conftest import ACCOUNT_ID, Reply, Shop

EMAIL, PASSWORD = "ada@example.com", "correct horse"


@pytest.fixture
def account(shop: Shop) -> None:
    shop.rows(
        "INSERT INTO identity.accounts (id, email, name, password_hash) VALUES (%s, %s, 'Ada', %s)",
        [ACCOUNT_ID, EMAIL, passwords.hash(PASSWORD)],
    )


def log_in(shop: Shop) -> dict[str, str]:
    answer: dict[str, str] = (
        shop.function("login").post("/api/auth/login", json={"email": EMAIL, "password": PASSWORD}).json
    )
    return answer


def log_out(shop: Shop, access_token: str) -> Reply:
    return shop.function("logout").post("/api/auth/logout", headers={"Authorization": f"Bearer {access_token}"})


def me(shop: Shop, access_token: str) -> Reply:
    return shop.function("get_profile").get("/api/me", headers={"Authorization": f"Bearer {access_token}"})


@pytest.mark.usefixtures("account")
def test_from_the_answer_on_every_token_of_the_session_is_refused(shop: Shop) -> None:
    first = log_in(shop)
    refreshing = shop.function("refresh_token")
    second = refreshing.post("/api/auth/refresh", json={"refresh_token": first["refresh_token"]}).json
    assert me(shop, second["access_token"]).status_code == 200
    response = log_out(shop, second["access_token"])
    assert (response.status_code, response.data) == (204, b"")
    for tokens in (first, second):
        refused = me(shop, tokens["access_token"])
        assert (refused.status_code, refused.headers["WWW-Authenticate"]) == (401, 'Bearer error="invalid_token"')
    reply = refreshing.post("/api/auth/refresh", json={"refresh_token": second["refresh_token"]})
    assert reply.status_code == 401
    assert log_out(shop, second["access_token"]).status_code == 401


@pytest.mark.usefixtures("account")
def test_another_session_of_the_account_stays(shop: Shop) -> None:
    first, second = log_in(shop), log_in(shop)
    assert log_out(shop, first["access_token"]).status_code == 204
    assert me(shop, second["access_token"]).status_code == 200


@pytest.mark.usefixtures("account")
def test_a_redis_that_is_flushed_gives_nobody_his_token_back(shop: Shop, redis_url: str) -> None:
    access_token = log_in(shop)["access_token"]
    assert log_out(shop, access_token).status_code == 204
    with redis.Redis.from_url(redis_url) as client:
        client.flushall()
    revocations.of.cache_clear()  # as in a process that starts now
    assert me(shop, access_token).status_code == 401


@pytest.mark.usefixtures("account")
def test_the_answer_waits_until_every_process_knows(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    access_token = log_in(shop)["access_token"]
    ended: list[object] = []

    def settle() -> None:
        ended.append(shop.value("SELECT count(*) FROM identity.revoked_sessions WHERE expires_at > now()"))

    shop.rows("TRUNCATE identity.revoked_sessions")
    monkeypatch.setattr(revocations, "settle", settle)
    assert log_out(shop, access_token).status_code == 204
    assert ended == [1], "what is waited for is committed"


def test_who_has_no_token_is_401(shop: Shop) -> None:
    assert shop.function("logout").post("/api/auth/logout").status_code == 401


@pytest.mark.usefixtures("account")
def test_who_keeps_the_refresh_token_in_a_cookie_has_it_deleted(shop: Shop) -> None:
    headers = {"Authorization": f"Bearer {log_in(shop)['access_token']}", "X-Refresh-Token": "cookie"}
    response = shop.function("logout").post("/api/auth/logout", headers=headers)
    value, *attributes = response.headers["Set-Cookie"].split("; ")
    assert (response.status_code, value) == (204, "zerocart_refresh=")
    assert {"Max-Age=0", "Path=/api/auth"} <= set(attributes)
