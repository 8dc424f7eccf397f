"""Calls from one function to another, by their Knative names: `http://charge-payment.shop.svc.cluster.local`.

A call has a deadline and never outlives its caller's; a breaker keeps callers from a function that is away; what is
safe to repeat is repeated, within a budget; the trace goes along. What cannot be had is `Unavailable`; every other
answer is the caller's to judge.
"""

import functools
import os
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from opentelemetry import propagate

from shared import connections, tracing
from shared.breakers import Breaker
from shared.connections import Connections, NoAnswerError
from shared.deadlines import Deadline
from shared.errors import Unavailable
from shared.redis_client import PromptRedis, RedisSettings, client
from shared.retry_budget import RetryBudget

WITHIN_S = 2.0
ATTEMPTS = 3
PORT = 80

_REPEATABLE = {"GET", "OPTIONS", "PUT", "DELETE"}  # RFC 9110 9.2.2
_AWAY = {502, 503, 504}


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What to ask of which function. With an idempotency key, any method may be repeated."""

    service: str
    path: str
    method: str = "GET"
    body: bytes = b""
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    idempotency_key: str | None = None

    @property
    def repeatable(self) -> bool:
        return self.method in _REPEATABLE or self.idempotency_key is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """What came back; names of headers in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class NotHadError(Exception):
    """No answer, or one that says "not now". `later`: the function asked to be left alone for a while."""

    def __init__(self, what: str, *, later: bool = False) -> None:
        super().__init__(what)
        self.later = later


class Mesh:
    """The calls of one process; make it once.

    Args:
        proxy_url: the way to the other functions where their names are not in the DNS, or None.
        breaker: makes the breaker of a function, by name; what it counts are NotHadErrors.
        namespace: of the functions.
        pool_size: as many connections as requests at once.
    """

    def __init__(
        self, proxy_url: str | None, breaker: Callable[[str], Breaker], *, namespace: str = "shop", pool_size: int = 8
    ) -> None:
        self._connections = Connections(most_idle=pool_size)
        self._proxy = _address(proxy_url) if proxy_url else None
        self._breaker = functools.cache(breaker)
        self._namespace = namespace
        self._budget = RetryBudget()

    def call(self, request: Request, *, deadline: Deadline | None = None) -> Response:
        """Ask a function, and again where that is safe, allowed and in time.

        Args:
            request: what to ask.
            deadline: of the request that this call is made for; without it, WITHIN_S.

        Raises:
            Unavailable: no answer in time, or only ones that say "not now"; or the breaker is open.
        """
        ours = Deadline.within(WITHIN_S)
        until = ours.earlier(deadline) if deadline else ours
        if until.left_s() <= 0:  # nobody waits for the answer any more, and it is not the function's fault
            raise Unavailable("The time for this request is over; try again")
        self._budget.called()
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return self._breaker(request.service).call(lambda: self._attempt(request, until))
            except NotHadError as error:
                pause_s = random.uniform(0, 0.025 * 2**attempt)  # noqa: S311 - spreads callers, no secret
                in_time = until.left_s() > pause_s
                last = attempt == ATTEMPTS or error.later or not request.repeatable or not in_time
                if last or not self._budget.may_retry():
                    raise Unavailable(f"{request.service} is away for now; try again") from error
                time.sleep(pause_s)
        raise AssertionError("the last attempt returns or raises")

    def close(self) -> None:
        self._connections.close()

    def _attempt(self, request: Request, until: Deadline) -> Response:
        host = f"{request.service}.{self._namespace}.svc.cluster.local"
        headers = {"host": host, "content-type": request.content_type, **request.headers, **until.headers()}
        if request.idempotency_key is not None:
            headers["idempotency-key"] = request.idempotency_key
        target = f"http://{host}{request.path}" if self._proxy else request.path
        with tracing.recorder().calling(request.method, host) as answered:
            propagate.inject(headers)
            asked = connections.request(request.method, target, headers, request.body)
            try:
                answer = self._connections.ask(self._proxy or (host, PORT), asked, until)
            except NoAnswerError as error:
                raise NotHadError(str(error)) from error
            answered(answer.status)
        if answer.status in _AWAY:
            raise NotHadError(f"status {answer.status}", later="retry-after" in answer.headers)
        return Response(status=answer.status, headers=answer.headers, body=answer.body)


def _address(url: str) -> tuple[str, int]:
    """Where a proxy listens."""
    parts = urlsplit(url if "://" in url else f"http://{url}")
    return parts.hostname or "", parts.port or PORT


def mesh(settings: RedisSettings) -> Mesh:
    """The mesh of this process, made at the first call. `http_proxy` is read then, as every HTTP client does."""
    return _mesh(client(settings), settings.concurrency, os.environ.get("http_proxy"))


@functools.cache
def _mesh(redis: PromptRedis, concurrency: int, proxy_url: str | None) -> Mesh:
    def breaker(service: str) -> Breaker:
        return Breaker(service, redis, counts=lambda error: isinstance(error, NotHadError))

    return Mesh(proxy_url, breaker, pool_size=concurrency)
