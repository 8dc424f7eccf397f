"""What is missing is made, what is there stays, and keys of a pair fit each other, whenever it was ended before."""

import base64
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from knative.operations import secrets
from knative.operations.kubernetes_api import KubernetesApi
from shared import sealed_cards, tokens
from shared.errors import StartError

NOW = datetime(2026, 11, 28, tzinfo=UTC)
NAMES = ["database-orders", "database-owner", "payment-private-key", "payment-public-key", "shop-redis",
         "token-public-keys", "token-signing-keys"]  # fmt: skip
DATABASE = "postgresql://{user}:{password}@shop-db-rw:5432/shop?sslmode=require"
REDIS = "redis://:{password}@shop-valkey:6379/0"


class Server(ThreadingHTTPServer):
    """Secrets over HTTP, as the API server has them (as far as the Job asks)."""

    secrets: dict[str, dict[str, str]]
    refuses: set[str]


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        data = self.server.secrets.get(self.path.rpartition("/")[2])
        packed = {key: base64.b64encode(value.encode()).decode() for key, value in (data or {}).items()}
        self._answer(404 if data is None else 200, {"data": packed})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        name = body["metadata"]["name"]
        assert self.headers["authorization"] == "Bearer t"
        if name in self.server.refuses:
            self._answer(403, {"message": f"secrets {name!r} is forbidden"})
        elif name in self.server.secrets:
            self._answer(409, {})
        else:
            self.server.secrets[name] = body["stringData"]
            self._answer(201, {})

    def _answer(self, status: int, body: Mapping[str, Any]) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *args: object) -> None:
        return


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server(("127.0.0.1", 0), Handler)
    made.secrets, made.refuses = {}, set()
    thread = Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield made
    made.shutdown()
    made.server_close()
    thread.join()


def prepare(server: Server, names: list[str] = NAMES) -> list[str]:
    api = KubernetesApi(f"http://127.0.0.1:{server.server_address[1]}", "t", None)
    return secrets.prepare(api, "shop", names, database_url=DATABASE, redis_url=REDIS, now=NOW)


def test_the_first_time_all_is_made_and_fits(server: Server) -> None:
    assert sorted(prepare(server)) == NAMES
    found = server.secrets
    assert found["database-orders"]["username"] == "shop_orders"
    assert found["database-owner"]["username"] == "shop"
    password = found["database-orders"]["password"]
    assert (
        found["database-orders"]["url"] == f"postgresql://shop_orders:{password}@shop-db-rw:5432/shop?sslmode=require"
    )
    private, public = found["token-signing-keys"]["private.jwks"], found["token-public-keys"]["public.jwks"]
    token = tokens.sign("somebody", [], keys=private, issuer="i", audience="a", now_s=NOW.timestamp())
    assert tokens.verify(token, public, "i", "a", NOW.timestamp()).subject == "somebody"
    assert '"d"' not in public
    sealed = sealed_cards.seal("4242", "order-1", found["payment-public-key"]["public.key"])
    assert sealed_cards.unseal(sealed, "order-1", found["payment-private-key"]["private.key"]) == "4242"


def test_what_is_there_stays(server: Server) -> None:
    prepare(server)
    before = json.dumps(server.secrets, sort_keys=True)
    assert prepare(server) == []
    assert json.dumps(server.secrets, sort_keys=True) == before


@pytest.mark.parametrize("ended_before", ["payment-public-key", "token-public-keys"])
def test_a_public_key_that_was_not_made_any_more_is_derived_the_next_time(server: Server, ended_before: str) -> None:
    prepare(server)
    expected = server.secrets.pop(ended_before)
    assert prepare(server) == [ended_before]
    assert server.secrets[ended_before] == expected


def test_a_name_that_nobody_knows_is_refused_before_anything_is_made(server: Server) -> None:
    with pytest.raises(StartError, match="nobody knows how to make Secret smtp-password"):
        prepare(server, [*NAMES, "smtp-password"])
    assert server.secrets == {}


def test_a_refusal_says_what_may_not_be_made_and_nothing_of_what_was_to_be_in_it(server: Server) -> None:
    server.refuses = {"shop-redis"}
    with pytest.raises(StartError, match="may not make Secret shop-redis: 403, secrets 'shop-redis' is forbidden"):
        prepare(server)


def test_outside_a_pod_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(StartError, match="no API server to ask"):
        KubernetesApi.of_this_pod({}, tmp_path)
