"""What every function answers beside its own endpoint, and what no answer leaves without.

A WSGI layer around functions-framework: /healthz, /readyz and /metrics; requests counted; and errors that come from
beside the endpoint (functions-framework's, Flask's) leave as problem documents, never with the text of an exception.
"""

import contextlib
import logging
import time
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import TYPE_CHECKING

import msgspec
from prometheus_client import CONTENT_TYPE_LATEST
from werkzeug.datastructures import Headers
from werkzeug.exceptions import ClientDisconnected
from werkzeug.wsgi import get_input_stream

from shared import tracing, wsgi
from shared.calls import Stream
from shared.cold_starts import FirstAnswer
from shared.errors import Unavailable
from shared.handler import Reply, shown_path
from shared.health import Health
from shared.metrics import Metrics
from shared.patience import Patience
from shared.problems import PROBLEM_TYPE, internal_error, problem_document, status_document

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_log = logging.getLogger(__name__)
_REST_CHUNK_BYTES = 64 * 1024
_REST_CHUNKS = 128  # 8 MiB; the gateway lets far less through
_NOT_KEPT = ("Cache-Control", "no-store")
_WITHOUT_LENGTH = frozenset({204, 304})
_STATUS_LINES = {status.value: f"{status.value} {status.phrase}" for status in HTTPStatus}
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Edge:
    """Answers what is its own and hands on the rest.

    Args:
        app: functions-framework's application.
        respond: the endpoint in it, if the function declares one: it needs nothing of Flask, and so gets its requests
            without, in a fifth of the time.
        health: of the function's dependencies.
        metrics: what it counts in.
        patience: which requests have waited too long.
        first_answer: called once, with the first request when it is answered.
    """

    def __init__(
        self,
        app: "WSGIApplication",
        respond: "Callable[[WSGIEnvironment], Reply] | None",
        health: Health,
        metrics: Metrics,
        patience: Patience,
        *,
        first_answer: FirstAnswer | None = None,
    ) -> None:
        self._answer = respond or _application(app)
        self._health = health
        self._metrics = metrics
        self._patience = patience
        # A list, for its `pop` is one step: one of several first requests has it.
        self._first_answer = [first_answer] if first_answer else []
        self._own: dict[str, Callable[[], Reply]] = {
            "/healthz": self._alive,
            "/readyz": self._ready,
            "/metrics": self._counted,
        }

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        own = self._own.get(environ["PATH_INFO"])
        if own is not None:
            return _sent(own(), environ, start_response)
        first_answer = None
        if self._first_answer:
            with contextlib.suppress(IndexError):
                first_answer = self._first_answer.pop()
        started_s = time.perf_counter()
        if not environ.get("wsgi.input_terminated"):
            _terminate_input(environ)
        try:
            late = self._patience.over(environ, time.time())
            reply = _come_again(environ) if late else self._answer(environ)
        except Exception:  # noqa: BLE001 - the last edge: a bug must reach the log, and not the client
            _log.exception("A request failed outside of its endpoint")
            reply = _problem(500, [], environ)
        if environ.get("CONTENT_LENGTH", "0") != "0" or "HTTP_TRANSFER_ENCODING" in environ:
            _read_rest(environ)
        ended_at_s = time.time()
        self._patience.ended(ended_at_s)
        method = environ["REQUEST_METHOD"]
        duration_s = time.perf_counter() - started_s
        self._metrics.observe_request(method if method in _METHODS else "other", reply.status, duration_s)
        if first_answer:
            first_answer(environ, ended_at_s)
        return _sent(reply, environ, start_response)

    @staticmethod
    def _alive() -> Reply:
        return Reply(200, [_NOT_KEPT], "text/plain; charset=utf-8", b"alive\n")

    def _ready(self) -> Reply:
        report = self._health.report()
        return Reply(200 if report.ready else 503, [_NOT_KEPT], "application/json", msgspec.json.encode(report))

    def _counted(self) -> Reply:
        return Reply(200, [_NOT_KEPT], CONTENT_TYPE_LATEST, self._metrics.exposition())


def _application(app: "WSGIApplication") -> "Callable[[WSGIEnvironment], Reply]":
    """A function that declares no endpoint, in functions-framework's application."""

    def answer(environ: "WSGIEnvironment") -> Reply:
        status_line, given, body = wsgi.call(app, environ)
        status = int(status_line[:3])
        headers = Headers(given)
        content_type = headers.get("Content-Type")
        if status >= 400 and content_type != PROBLEM_TYPE:
            return _problem(status, given, environ)
        del headers["Content-Type"], headers["Content-Length"]
        return Reply(status, list(headers.items()), content_type, body)

    return answer


def _sent(reply: Reply, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
    status, headers, content_type, body = reply
    if content_type is not None:
        headers.append(("Content-Type", content_type))
    if isinstance(body, Stream):
        start_response(_STATUS_LINES[status], headers)
        return body.pieces if environ["REQUEST_METHOD"] != "HEAD" else []
    if status not in _WITHOUT_LENGTH:
        headers.append(("Content-Length", str(len(body))))
    start_response(_STATUS_LINES[status], headers)
    return [body] if environ["REQUEST_METHOD"] != "HEAD" else []


def _come_again(environ: "WSGIEnvironment") -> Reply:
    """The answer to who has waited so long that a better one would come too late."""
    problem = Unavailable("Too many ask for this now; try again")
    trace_id = tracing.continued(environ.get("HTTP_TRACEPARENT")).trace_id
    document = problem_document(problem, shown_path(environ), trace_id)
    return Reply(problem.status, [("x-trace-id", trace_id), *problem.headers().items()], PROBLEM_TYPE, document)


def _problem(status: int, headers: Iterable[tuple[str, str]], environ: "WSGIEnvironment") -> Reply:
    """A problem document in place of another body. Only the status is kept of it, and what a client must know."""
    trace_id = tracing.continued(environ.get("HTTP_TRACEPARENT")).trace_id
    path = shown_path(environ)
    document = internal_error(path, trace_id) if status == 500 else status_document(status, path, trace_id)
    kept = [(name, value) for name, value in headers if name in {"Allow", "Retry-After"}]
    return Reply(status, [("x-trace-id", trace_id), *kept], PROBLEM_TYPE, document)


def _terminate_input(environ: "WSGIEnvironment") -> None:
    """Let the body end at its length, as our own worker does. What another server gives goes on (PEP 3333): reading it
    to its end would wait for what a client that keeps its connection never sends."""
    environ["wsgi.input"] = get_input_stream(environ)
    environ["wsgi.input_terminated"] = True


def _read_rest(environ: "WSGIEnvironment") -> None:
    """Read what the endpoint left of the body: a client that is still sending would not read a refusal."""
    read = environ["wsgi.input"].read
    with contextlib.suppress(ClientDisconnected):
        for _ in range(_REST_CHUNKS):
            if not read(_REST_CHUNK_BYTES):
                return
