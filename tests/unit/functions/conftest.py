"""Functions as they are served, called in this process, on a real Postgres and a real Valkey."""

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import jwt
import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from jwt.algorithms import OKPAlgorithm
from werkzeug.test import Client, TestResponse

from shared import mesh, settings
from shared.server import build_app
from tests.payment_provider import PaymentProvider

FUNCTIONS = Path(__file__).parents[3] / "functions"
ACCOUNT_ID = "7d0b9a52-3c0f-4d5e-9a8b-2f1f6f0a1c11"
OTHER_ACCOUNT_ID = "0c9f6a4e-5a2e-4f0b-8f0e-6f7c5b0d2e22"
CARD = "4242424242424242"


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """A key pair as the functions get it."""

    private_jwks: str
    public_jwks: str


@pytest.fixture(scope="session")
def keys() -> Keys:
    private = json.loads(OKPAlgorithm.to_jwk(Ed25519PrivateKey.generate())) | {"kid": "key-1", "alg": "EdDSA"}
    public = {name: value for name, value in private.items() if name != "d"} | {"use": "sig"}
    return Keys(private_jwks=json.dumps({"keys": [private]}), public_jwks=json.dumps({"keys": [public]}))


class Reply(TestResponse):
    """An answer, with its JSON as tests want it: wrong is wrong where it is used."""

    @property
    def json(self) -> Any:
        return self.get_json()


class Function:
    """One function, whole, as a client sees it."""

    def __init__(self, name: str) -> None:
        app = build_app(FUNCTIONS / name / "main.py", settings.current())
        self._client = Client(app, Reply, use_cookies=False)  # a test says itself which cookies it sends

    def get(self, path: str, **arguments: Any) -> Reply:
        return cast("Reply", self._client.get(path, **arguments))

    def head(self, path: str, **arguments: Any) -> Reply:
        return cast("Reply", self._client.head(path, **arguments))

    def post(self, path: str, **arguments: Any) -> Reply:
        return cast("Reply", self._client.post(path, **arguments))

    def put(self, path: str, **arguments: Any) -> Reply:
        return cast("Reply", self._client.put(path, **arguments))


class Shop:
    """All functions over one database. Each call goes through the function's whole WSGI application."""

    def __init__(self, database_url: str, keys: Keys) -> None:
        self.database_url = database_url
        self.keys = keys

    def function(self, name: str) -> Function:
        return Function(name)

    def rows(self, statement: str, values: Sequence[object] = ()) -> list[tuple[object, ...]]:
        with psycopg.connect(self.database_url) as connection:
            cursor = connection.execute(statement, values)
            return cursor.fetchall() if cursor.description else []

    def value(self, statement: str, values: Sequence[object] = ()) -> object:
        [[value]] = self.rows(statement, values)
        return value

    def stock(self, available: Mapping[str, int], *, price_minor: int = 250) -> None:
        """Have these goods, and no others."""
        with psycopg.connect(self.database_url) as connection, connection.cursor() as cursor:
            cursor.execute("TRUNCATE catalog.products")
            cursor.executemany(
                "INSERT INTO catalog.products"
                " (sku, name, description, category, price_minor, currency, available, image_url)"
                " VALUES (%s, %s, %s, %s, %s, 'GBP', %s, %s)",
                [
                    (sku, f"Good {sku}", f"A description of {sku}", "things", price_minor, pieces, f"/images/{sku}.svg")
                    for sku, pieces in available.items()
                ],
            )

    def token(self, account_id: str = ACCOUNT_ID, **claims: object) -> str:
        """An access token as `login` gives it, but for the claims given."""
        now_s = int(time.time())
        current = settings.current()
        key = jwt.PyJWK.from_dict(json.loads(self.keys.private_jwks)["keys"][0])
        payload: dict[str, object] = {
            "iss": current.token_issuer, "aud": current.token_audience, "sub": account_id, "iat": now_s,
            "exp": now_s + 900, "jti": "token-1", "roles": [],
        }  # fmt: skip
        return jwt.encode(payload | claims, key.key, algorithm="EdDSA", headers={"kid": "key-1"})


@pytest.fixture
def shop(database_url: str, redis_url: str, keys: Keys, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    environment = {
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "TOKEN_SIGNING_KEYS": keys.private_jwks,
        "TOKEN_PUBLIC_KEYS": keys.public_jwks,
        "CONCURRENCY": "50",  # as many threads as a test has
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    settings.current.cache_clear()
    shop = Shop(database_url, keys)
    shop.rows(
        "TRUNCATE catalog.products, catalog.words, identity.accounts, orders.orders, orders.idempotency_keys,"
        " orders.outbox, analytics.events, analytics.sales, analytics.sale_events, carts.carts CASCADE"
    )
    yield shop
    settings.current.cache_clear()


@pytest.fixture
def paying_shop(shop: Shop, payment_provider: PaymentProvider, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    """The shop, with a payment provider that runs: place-order finds it, by a breaker that no other test has opened."""
    for name, value in payment_provider.environment.items():
        monkeypatch.setenv(name, value)
    settings.current.cache_clear()
    with payment_provider.mesh() as way:
        monkeypatch.setattr(mesh, "mesh", lambda _settings: way)
        yield shop


def fields(response: Reply) -> list[str]:
    """The fields that a problem document names."""
    assert response.content_type == "application/problem+json", response.text
    return [error["field"] for error in response.json["errors"]]
