"""The key set verifies our tokens, and holds nothing that could sign one."""

import json

import jwt
import pytest

from shared import settings
from tests.unit.functions.conftest import ACCOUNT_ID, Function, Keys, Shop


def test_a_token_is_verified_by_the_key_that_it_names(shop: Shop) -> None:
    response = shop.function("get_jwks").get("/.well-known/jwks.json")
    assert (response.status_code, response.content_type) == (200, "application/json")
    assert response.headers["Cache-Control"] == "public, max-age=300"
    key_set = jwt.PyJWKSet.from_dict(response.json)
    token = shop.token()
    key = key_set[jwt.get_unverified_header(token)["kid"]]
    assert jwt.decode(token, key, algorithms=["EdDSA"], audience="zerocart")["sub"] == ACCOUNT_ID


def test_a_private_key_does_not_leave_though_it_be_set_by_mistake(
    shop: Shop, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOKEN_PUBLIC_KEYS", keys.private_jwks)
    settings.current.cache_clear()
    get_jwks: Function = shop.function("get_jwks")
    [key] = get_jwks.get("/.well-known/jwks.json").json["keys"]
    assert "d" in json.loads(keys.private_jwks)["keys"][0]
    assert set(key) == {"kty", "crv", "x", "kid", "alg"}
