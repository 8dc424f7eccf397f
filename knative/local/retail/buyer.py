"""Logs customers in and places their orders, trying again until it is settled or too late.

All waiting is here. What an answer means is `answers`' business, what to buy is `plan`'s.
"""

import hashlib
import json
import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from knative.local.retail.answers import Again, Expired, NoReply, Placed, Refused, Reply, judge_order, pause_s, refusal
from knative.local.retail.plan import Customer, Placement

# The contract's test card that is paid.
_CARD = "4242424242424242"
T = TypeVar("T")

OTHER_PASSWORD = "the customer's address has an account with another password"  # noqa: S105 - a reason, not a password
NO_LOGIN = "the customer could not log in before the deadline"


class Poster(Protocol):
    """Sends one request: `shop.Shop`, or a test's."""

    def post(self, path: str, body: bytes, headers: dict[str, str] | None = None) -> Reply | NoReply: ...


class Waiting(Protocol):
    """A clock, and a wait that ends early, and is then true, when the replay is stopped."""

    def now_s(self) -> float: ...
    def wait(self, timeout_s: float) -> bool: ...


class StoppableClock:
    """The machine's monotonic clock; `stop` ends every wait on it."""

    def __init__(self) -> None:
        self._stopped = threading.Event()

    def now_s(self) -> float:
        return time.monotonic()

    def wait(self, timeout_s: float) -> bool:
        return self._stopped.wait(max(0.0, timeout_s))

    def stop(self) -> None:
        self._stopped.set()


@dataclass(frozen=True, slots=True)
class Uncertain:
    """Asked for, and never answered before the deadline: it may have been placed."""

    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one placement; `latency_s` from the first attempt to the answer, pauses included."""

    placement: Placement
    result: Placed | Refused | Uncertain
    latency_s: float
    retries: Counter[str]


class Buyer:
    """Places orders for many customers; safe to use from many threads.

    Args:
        shop: sends the requests.
        clock: tells the time and waits.
        patience_s: how long to try for one order, its login included.
    """

    def __init__(self, shop: Poster, clock: Waiting, patience_s: float) -> None:
        self._shop = shop
        self._clock = clock
        self._patience_s = patience_s
        self._tokens: dict[Customer, str] = {}
        self._locks: dict[Customer, threading.Lock] = {}
        self._lock = threading.Lock()

    def buy(self, placement: Placement) -> Outcome:
        """Place one order, whatever it takes until the deadline."""
        retries: Counter[str] = Counter()
        deadline_s = self._clock.now_s() + self._patience_s
        token = self._token(placement.customer, None, deadline_s, retries)
        started_s = self._clock.now_s()
        result = token if isinstance(token, Refused) else self._place(placement, token, deadline_s, retries)
        return Outcome(placement=placement, result=result, latency_s=self._clock.now_s() - started_s, retries=retries)

    def _place(
        self, placement: Placement, token: str, deadline_s: float, retries: Counter[str]
    ) -> Placed | Refused | Uncertain:
        body = _order(placement)
        open_question = False  # an attempt with an unclear end: the order may exist

        def attempt() -> Placed | Refused | Again:
            nonlocal token, open_question
            headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": placement.key}
            verdict = judge_order(self._shop.post("/api/orders", body, headers))
            if isinstance(verdict, Again):
                open_question = open_question or verdict.unclear
            if not isinstance(verdict, Expired):
                return verdict
            renewed = self._token(placement.customer, token, deadline_s, retries)
            if isinstance(renewed, Refused):
                return renewed
            token = renewed
            return Again(cause="401", unclear=False)

        settled: Placed | Refused | Again = self._until_settled(attempt, deadline_s, retries)
        if isinstance(settled, Again):
            return Uncertain(settled.cause) if open_question else Refused(f"{settled.cause} until the deadline")
        return Uncertain("401") if open_question and settled == Refused(NO_LOGIN) else settled

    def _token(self, customer: Customer, stale: str | None, deadline_s: float, retries: Counter[str]) -> str | Refused:
        """Give the customer's token; a new one where there is none but `stale`. One login at a time a customer."""
        with self._lock:
            lock = self._locks.setdefault(customer, threading.Lock())
        with lock:
            known = self._tokens.get(customer)
            if known is not None and known != stale:
                return known
            if known is None:
                registered = self._until_settled(lambda: self._register(customer), deadline_s, retries)
                if not isinstance(registered, str):
                    return registered if isinstance(registered, Refused) else Refused(NO_LOGIN)
            token = self._until_settled(lambda: self._log_in(customer), deadline_s, retries)
            if not isinstance(token, str):
                return token if isinstance(token, Refused) else Refused(NO_LOGIN)
            self._tokens[customer] = token
            return token

    def _register(self, customer: Customer) -> str | Refused | Again:
        body = {"email": customer.email, "password": password(customer), "name": customer.name}
        reply = self._shop.post("/api/auth/register", json.dumps(body).encode())
        if isinstance(reply, NoReply):
            return Again(cause=reply.cause, unclear=True)
        # 409: an earlier run, or an attempt whose answer was lost, has registered it.
        return customer.email if reply.status in {201, 409} else refusal(reply)

    def _log_in(self, customer: Customer) -> str | Refused | Again:
        body = {"email": customer.email, "password": password(customer)}
        reply = self._shop.post("/api/auth/login", json.dumps(body).encode())
        if isinstance(reply, NoReply):
            return Again(cause=reply.cause, unclear=True)
        if reply.status == 401:
            return Refused(OTHER_PASSWORD)
        if reply.status != 200:
            return refusal(reply)
        try:
            return str(json.loads(reply.body)["access_token"])
        except (ValueError, KeyError, TypeError):
            return Refused("200 from login with a body that has no token")

    def _until_settled(self, attempt: Callable[[], T | Again], deadline_s: float, retries: Counter[str]) -> T | Again:
        """Repeat an attempt until it is settled; give the last `Again` when time is up or the replay stops."""
        count = 0
        while True:
            verdict = attempt()
            if not isinstance(verdict, Again):
                return verdict
            count += 1
            wait_s = pause_s(verdict, count, random.random())  # noqa: S311 - spreads retries, no secret
            if self._clock.now_s() + wait_s >= deadline_s or self._clock.wait(wait_s):
                return verdict
            retries[verdict.cause] += 1


def password(customer: Customer) -> str:
    """Give a replayed customer's password: made from the address, for these accounts hold nothing to protect."""
    return f"replay-{hashlib.sha256(customer.email.encode()).hexdigest()[:24]}"


def _order(placement: Placement) -> bytes:
    items = [{"sku": sku, "quantity": quantity} for sku, quantity in placement.pieces.items()]
    return json.dumps({"items": items, "payment": {"card": _CARD}}).encode()
