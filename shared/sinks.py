"""Hands a CloudEvent to a sink: the address that Knative's SinkBinding puts into K_SINK.

One event, one POST, in structured mode: the mode that every sink of Knative takes, and the one in which no attribute
has to be quoted. What the sink says is one of three things: it has the event, it will never take this one, or not now.
Nothing is tried again here: who sends keeps the event, and comes again.
"""

import functools
import os
from dataclasses import dataclass

import urllib3
from opentelemetry import context, propagate
from urllib3.exceptions import HTTPError
from urllib3.util import parse_url

from shared.cloud_events import CloudEvent
from shared.cloud_events_http import STRUCTURED, encode
from shared.deadlines import Deadline

WITHIN_S = 2.0
CONNECT_WITHIN_S = 0.5
REASON_BYTES = 500

# What a 4xx says of the sink, its address or the moment, and not of the event: Knative sends again after 404, 408, 409
# and 429 too; who may not send (401, 403, 407), or not like this (405, 421, 425), may not send any event.
_NOT_OF_THE_EVENT = {401, 403, 404, 405, 407, 408, 409, 421, 425, 429}


@dataclass(frozen=True, slots=True)
class Taken:
    """The sink has it."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The sink says that it will never take this event."""

    reason: str


@dataclass(frozen=True, slots=True)
class NotNow:
    """The sink is away, slow or busy, or whatever answers there is no sink."""

    reason: str


Delivery = Taken | Refused | NotNow


class Sink:
    """One sink, and the connection to it; make it once a process.

    Args:
        url: where to post; with its path and query as they are.
        proxy_url: the way to other functions where their names are not in the DNS, or None.
    """

    def __init__(self, url: str, proxy_url: str | None) -> None:
        parts = parse_url(url)
        self._url = (parts if parts.path else parts._replace(path="/")).url  # a proxy is asked for it as it is
        self._connections = _connections(proxy_url)

    def deliver(self, event: CloudEvent, *, deadline: Deadline) -> Delivery:
        """Post one event, within the deadline and never longer than WITHIN_S.

        It is sent in the event's own trace: what the sink does with it belongs to the request that it tells of.
        """
        until = deadline.earlier(Deadline.within(WITHIN_S))
        left_s = max(0.001, until.left_s())
        carrier = {name: str(event.others[name]) for name in ("traceparent", "tracestate") if name in event.others}
        token = context.attach(propagate.extract(carrier, context.Context()))
        try:
            headers = {"content-type": STRUCTURED, **until.headers()}
            propagate.inject(headers)
            answer = self._connections.request(
                "POST", self._url, body=encode(event), headers=headers, redirect=False, preload_content=False,
                timeout=urllib3.Timeout(connect=min(CONNECT_WITHIN_S, left_s), read=left_s, total=left_s),
            )  # fmt: skip
        except HTTPError as error:
            return NotNow(type(error).__name__)
        finally:
            context.detach(token)
        return judge(answer.status, _beginning(answer))

    def close(self) -> None:
        self._connections.clear()


def _connections(proxy_url: str | None) -> urllib3.PoolManager:
    """A connection that is kept, by way of a proxy or, with None, straight; nothing is tried again by itself."""
    if proxy_url is None:
        return urllib3.PoolManager(maxsize=1, block=False, retries=False)
    # urllib3 leaves Nagle's algorithm on for a proxy: a body would wait 40 ms, until its headers are acknowledged.
    options = urllib3.connection.HTTPConnection.default_socket_options
    return urllib3.ProxyManager(proxy_url, maxsize=1, block=False, retries=False, socket_options=options)


def _beginning(answer: urllib3.BaseHTTPResponse) -> bytes:
    """The first bytes of an answer's content; of one that does not come, none: the status has said enough."""
    try:
        said = answer.read1(REASON_BYTES)
    except HTTPError:
        said = b""
    if answer.closed:  # read to its end, so the connection may be used again
        answer.release_conn()
    else:
        answer.close()
    return said


def judge(status: int, said: bytes) -> Delivery:
    """What an answer of a sink means."""
    reason = f"{status} {said[:REASON_BYTES].decode(errors='replace')}".strip().replace("\0", "\ufffd")
    if 200 <= status < 300:
        return Taken()
    if 400 <= status < 500 and status not in _NOT_OF_THE_EVENT:
        return Refused(reason)
    return NotNow(reason)


def sink(url: str) -> Sink:
    """The sink of this process, made at the first call. `http_proxy` is read then, as every HTTP client does."""
    return _sink(url, os.environ.get("http_proxy"))


@functools.cache
def _sink(url: str, proxy_url: str | None) -> Sink:
    return Sink(url, proxy_url)
