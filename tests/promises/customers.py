"""The people of the promise tests: they call a real stack's front door at the same time, and come again when it fails.

A client of the shop that meets a lost connection or a 503 asks again with the same Idempotency-Key, as the contract
tells it to. What it has been told in the end is what the database is held to.
"""

import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field

import msgspec
from urllib3.exceptions import HTTPError

from shared.orders import Order
from tests.stack import Stack

CARD = "4242424242424242"
PATIENCE_S = 40.0
PAUSE_S = 0.05
# Answers that mean: not now, come again.
LATER = frozenset({429, 502, 503, 504})


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One answer. Status 0 stands for none: the connection was refused, or broke."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    took_s: float
    failure: str = ""

    @property
    def refused_properly(self) -> bool:
        """Whether a refusal tells when to come again."""
        return self.status == 503 and self.headers.get("retry-after", "").isdecimal()


def call(stack: Stack, method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None) -> Reply:
    """One request, whatever comes of it."""
    began_s = time.monotonic()
    try:
        response = stack.call(method, path, body, headers)
    except HTTPError as error:
        return Reply(status=0, headers={}, body=b"", took_s=time.monotonic() - began_s, failure=repr(error))
    return Reply(
        status=response.status,
        headers={name.lower(): value for name, value in response.headers.items()},
        body=response.data,
        took_s=time.monotonic() - began_s,
    )


def insist(
    stack: Stack,
    method: str,
    path: str,
    body: object = None,
    headers: Mapping[str, str] | None = None,
    *,
    within_s: float = PATIENCE_S,
) -> Reply:
    """A request that comes again until the shop says yes or no."""
    deadline_s = time.monotonic() + within_s
    pause = threading.Event()
    while True:
        reply = call(stack, method, path, body, headers)
        if reply.status and reply.status not in LATER:
            return reply
        assert time.monotonic() < deadline_s, f"{method} {path}: {reply} after {within_s:.0f} s"
        pause.wait(PAUSE_S)


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """Somebody who is logged in."""

    stack: Stack
    token: str

    def order(self, key: str, pieces: Mapping[str, int]) -> Reply:
        """Try once to place an order."""
        return call(self.stack, "POST", "/api/orders", basket(pieces), self.headers(key))

    def insist_on_order(self, key: str, pieces: Mapping[str, int]) -> Reply:
        """Place an order, with one key for as often as it takes."""
        return insist(self.stack, "POST", "/api/orders", basket(pieces), self.headers(key))

    def headers(self, key: str) -> dict[str, str]:
        return {"authorization": f"Bearer {self.token}", "idempotency-key": key}


def basket(pieces: Mapping[str, int]) -> dict[str, object]:
    return {
        "items": [{"sku": sku, "quantity": count} for sku, count in pieces.items()],
        "payment": {"card": CARD},
    }


def join(stack: Stack) -> Customer:
    """A new customer, registered and logged in."""
    email, password = f"promise-{secrets.token_hex(6)}@example.com", secrets.token_urlsafe(12)
    account = insist(stack, "POST", "/api/auth/register", {"email": email, "password": password, "name": "Ada"})
    # 409: the answer to an earlier try was lost.
    assert account.status in {201, 409}, account
    tokens = insist(stack, "POST", "/api/auth/login", {"email": email, "password": password})
    assert tokens.status == 200, tokens
    return Customer(stack=stack, token=msgspec.json.decode(tokens.body, type=dict[str, object])["access_token"])  # type: ignore[arg-type]


def new_key() -> str:
    return f"promise-{secrets.token_hex(12)}"


def order_of(reply: Reply) -> Order:
    """The order that an answer acknowledges."""
    assert reply.status in {200, 201}, reply
    return msgspec.json.decode(reply.body, type=Order)


@dataclass(slots=True)
class Crowd:
    """Threads that do one thing again and again until the test is done, and how often they have."""

    counts: Counter[str] = field(default_factory=Counter)
    stopping: threading.Event = field(default_factory=threading.Event)
    running: list[Future[None]] = field(default_factory=list)

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def failed(self) -> bool:
        """Whether somebody has ended early, with an error that the end of the block raises."""
        return any(each.done() for each in self.running)


@contextmanager
def crowd(things: Mapping[str, Callable[[], object]]) -> Iterator[Crowd]:
    """A thread for each named thing, which does it over and over. What one raises, the end of the block raises."""
    people = Crowd()

    def go_on(name: str, thing: Callable[[], object]) -> None:
        while not people.stopping.is_set():
            thing()
            people.counts[name] += 1

    with ThreadPoolExecutor(len(things)) as threads:
        people.running += [threads.submit(go_on, name, thing) for name, thing in things.items()]
        try:
            yield people
        finally:
            people.stopping.set()
    for each in people.running:
        each.result()
