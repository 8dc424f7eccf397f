"""The shop as a black box: an address, HTTP, and nothing else. The same suite runs against either engine.

ZEROCART_URL is that address; without it the tests start a stack. What a test needs it makes itself, through the same
door: accounts, and orders of goods that it finds in the catalogue.
"""

import os
import secrets
import shlex
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import msgspec
import pytest
import urllib3

from tests.contract.slow_clients import slow_clients
from tests.stack import Stack

__all__ = ["slow_clients"]

CARD = "4242424242424242"
PATIENCE_S = 60.0
CALL_WITHIN_S = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One answer, whole."""

    status: int
    headers: urllib3.HTTPHeaderDict
    body: bytes

    @property
    def content_type(self) -> str:
        return self.headers.get("Content-Type", "").partition(";")[0]

    @property
    def json(self) -> dict[str, object]:
        """The object that the body is; problem documents too."""
        assert self.content_type in {"application/json", "application/problem+json"}, self
        return msgspec.json.decode(self.body, type=dict[str, object])

    def text(self, name: str) -> str:
        """A member of the body that is a string."""
        value = self.json[name]
        assert isinstance(value, str), self
        return value

    def number(self, name: str) -> int:
        """A member of the body that is a whole number."""
        value = self.json[name]
        assert isinstance(value, int), self
        return value

    def objects(self, name: str) -> list[dict[str, object]]:
        """A member of the body that is a list of objects."""
        return msgspec.convert(self.json[name], list[dict[str, object]])

    @property
    def fields(self) -> list[object]:
        """The fields that a problem document calls wrong."""
        return [error["field"] for error in self.objects("errors")]


class Door:
    """Calls the shop as any client does."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url.rstrip("/")
        self._pool = urllib3.PoolManager(maxsize=64, retries=False, timeout=CALL_WITHIN_S)

    def call(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        headers: Mapping[str, str] | None = None,
        token: str | None = None,
    ) -> Reply:
        """One request, one answer. `body`: bytes are sent as they are, anything else as JSON."""
        sent = {"Accept": "application/json"}
        if body is not None and not isinstance(body, bytes):
            body = msgspec.json.encode(body)
            sent["Content-Type"] = "application/json"
        if token is not None:
            sent["Authorization"] = f"Bearer {token}"
        response = self._pool.request(
            method, f"{self.base_url}{path}", body=body, headers=sent | dict(headers or {}), decode_content=False
        )
        return Reply(status=response.status, headers=response.headers, body=response.data)

    def get(self, path: str, *, headers: Mapping[str, str] | None = None, token: str | None = None) -> Reply:
        return self.call("GET", path, headers=headers, token=token)

    def post(
        self, path: str, body: object, *, headers: Mapping[str, str] | None = None, token: str | None = None
    ) -> Reply:
        return self.call("POST", path, body, headers=headers, token=token)

    def patiently(self, method: str, path: str, body: object = None, *, token: str | None = None) -> Reply:
        """A call that comes again when it is told to: after 429 and 503, when Retry-After says."""
        deadline_s = time.monotonic() + PATIENCE_S
        while True:
            reply = self.call(method, path, body, token=token)
            if reply.status not in {429, 503} or time.monotonic() > deadline_s:
                return reply
            time.sleep(int(reply.headers["Retry-After"]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    id: str
    email: str
    password: str
    token: str


@pytest.fixture(scope="session")
def base_url(request: pytest.FixtureRequest) -> str:
    """Where the shop is: ZEROCART_URL, for example a cluster's front door, or else a stack of these tests' own."""
    if url := os.environ.get("ZEROCART_URL"):
        return url
    stack: Stack = request.getfixturevalue("stack")
    return stack.url


@pytest.fixture(scope="session")
def make_admin(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Makes an account an admin, which nobody becomes through the front door.

    Who has the shop's database can: of a stack of these tests, the command line; elsewhere ZEROCART_ADMIN is a command
    that is given the address.
    """
    if "ZEROCART_URL" not in os.environ:
        stack: Stack = request.getfixturevalue("stack")

        def on_this_stack(email: str) -> None:
            stack.run("admin", email)

        return on_this_stack
    command = os.environ.get("ZEROCART_ADMIN")
    if command is None:
        pytest.skip("nobody becomes an admin through the front door")

    def grant(email: str) -> None:
        subprocess.run([*shlex.split(command), email], check=True, capture_output=True)

    return grant


@pytest.fixture(scope="session")
def door(base_url: str) -> Door:
    return Door(base_url)


def new_email() -> str:
    return f"contract-{secrets.token_hex(8)}@example.com"


def join(door: Door) -> Customer:
    """A new customer, logged in."""
    email, password = new_email(), secrets.token_urlsafe(12)
    account = door.patiently(
        "POST", "/api/auth/register", {"email": email, "password": password, "name": "Ada Lovelace"}
    )
    assert account.status == 201, account
    tokens = door.patiently("POST", "/api/auth/login", {"email": email, "password": password})
    assert tokens.status == 200, tokens
    return Customer(id=account.text("id"), email=email, password=password, token=tokens.text("access_token"))


@pytest.fixture(scope="session")
def customer(door: Door) -> Customer:
    return join(door)


@pytest.fixture(scope="session")
def goods(door: Door) -> list[dict[str, object]]:
    """Some of what is for sale, with enough in stock for all that these tests buy."""
    items = door.patiently("GET", "/api/products?limit=100").objects("items")
    plenty = [item for item in items if isinstance(item["available"], int) and item["available"] >= 50]
    assert len(plenty) >= 3, "the shop must have three products with 50 pieces each"
    return plenty


@pytest.fixture
def key() -> str:
    """A new Idempotency-Key."""
    return f"contract-{secrets.token_hex(12)}"
