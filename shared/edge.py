"""What every function answers beside its own endpoint, and what no answer leaves without.

A WSGI layer around functions-framework: /healthz, /readyz and /metrics; requests counted; and errors that come from
beside the endpoint (functions-framework's, Flask's) leave as problem documents, never with the text of an exception.
"""

import logging
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import msgspec
from prometheus_client import CONTENT_TYPE_LATEST

from shared import tracing
from shared.health import Health
from shared.metrics import Metrics
from shared.problems import PROBLEM_TYPE, internal_error, status_document

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_log = logging.getLogger(__name__)
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Edge:
    """Answers what is its own and hands on the rest."""

    def __init__(self, app: "WSGIApplication", health: Health, metrics: Metrics) -> None:
        self._app = app
        self._health = health
        self._metrics = metrics
        self._own: dict[str, Callable[[], tuple[str, str, bytes]]] = {
            "/healthz": self._alive,
            "/readyz": self._ready,
            "/metrics": self._counted,
        }

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        own = self._own.get(environ["PATH_INFO"])
        if own is not None:
            status, content_type, document = own()
            headers = [("Content-Type", content_type), ("Cache-Control", "no-store")]
            start_response(status, [*headers, ("Content-Length", str(len(document)))])
            return [document] if environ["REQUEST_METHOD"] != "HEAD" else []
        started_s = time.perf_counter()
        answered: list[Any] = []

        def note(status: str, headers: list[tuple[str, str]], _error: Any = None) -> Callable[[bytes], object]:
            answered[:] = (status, headers)
            return _no_writing

        body: Iterable[bytes]
        try:
            body = self._app(environ, note)
            status, headers = answered
        except Exception:  # noqa: BLE001 - the last edge: a bug must reach the log, and not the client
            _log.exception("A request failed outside of its endpoint")
            status, headers, body = "500 INTERNAL SERVER ERROR", [], []
        if status[0] in "45" and not any(name == "Content-Type" and value == PROBLEM_TYPE for name, value in headers):
            headers, body = _problem(int(status[:3]), headers, body, environ)
        method = environ["REQUEST_METHOD"]
        duration_s = time.perf_counter() - started_s
        self._metrics.observe_request(method if method in _METHODS else "other", status[:3], duration_s)
        start_response(status, headers)
        return body

    @staticmethod
    def _alive() -> tuple[str, str, bytes]:
        return "200 OK", "text/plain; charset=utf-8", b"alive\n"

    def _ready(self) -> tuple[str, str, bytes]:
        report = self._health.report()
        status = "200 OK" if report.ready else "503 Service Unavailable"
        return status, "application/json", msgspec.json.encode(report)

    def _counted(self) -> tuple[str, str, bytes]:
        return "200 OK", CONTENT_TYPE_LATEST, self._metrics.exposition()


def _problem(
    status: int, headers: list[tuple[str, str]], body: Iterable[bytes], environ: "WSGIEnvironment"
) -> tuple[list[tuple[str, str]], Iterable[bytes]]:
    """A problem document in place of another body. Only the status is kept of it, and which methods are allowed."""
    close = getattr(body, "close", None)
    if close is not None:
        close()
    trace_id = tracing.continued(environ.get("HTTP_TRACEPARENT")).trace_id
    path = environ["PATH_INFO"].encode("latin-1").decode(errors="replace")
    document = internal_error(path, trace_id) if status == 500 else status_document(status, path, trace_id)
    kept = [(name, value) for name, value in headers if name in {"Allow", "Retry-After"}]
    written = [
        ("Content-Type", PROBLEM_TYPE), ("Content-Length", str(len(document))), ("x-trace-id", trace_id), *kept,
    ]  # fmt: skip
    return written, [] if environ["REQUEST_METHOD"] == "HEAD" else [document]


def _no_writing(_data: bytes) -> object:
    raise NotImplementedError("write() of WSGI is for applications of before 2003")
