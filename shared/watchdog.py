"""OpenFaaS's watchdog contract, kept by the function's own server: its image runs there as it is.

OpenFaaS expects in each container a watchdog that answers /_/health and /_/ready and holds calls to limits, which come
as variables in lower case. Where `write_timeout` is given, this layer does it; anywhere else it is not there. The rules
are of-watchdog's (openfaas/of-watchdog, config/config.go and pkg/watchdog.go), but for two: what takes too long is
answered with 504 also where of-watchdog's `write_timeout` would cut the connection, and errors are problem documents.
"""

import re
import threading
import time
from collections.abc import Callable, Generator, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared import tracing, wsgi
from shared.errors import SettingError
from shared.handler import shown_path
from shared.problems import PROBLEM_TYPE, status_document

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

DEFAULT_S = 30.0
SPARE_THREADS = 2  # so that probes and refusals are answered while every call that is allowed runs
_GO_DURATION = re.compile(r"(?:\d+(?:\.\d+)?(?:ms|s|m|h))+")
_UNITS_S = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}

Answer = tuple[str, list[tuple[str, str]], Iterable[bytes]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What OpenFaaS tells a watchdog.

    Args:
        read_timeout_s: for a request to arrive, and how long a connection may be idle.
        write_timeout_s: for an answer to be written, a stream's too; and the bound of the drain.
        exec_timeout_s: for a call; 0: none but the above. A call's header X-Timeout may ask for less.
        leave_s: after SIGTERM, how long it still serves while /_/health says 503 (`healthcheck_interval`).
        max_inflight: calls at once, any more are refused with 429; 0: no limit.
        ready_path: what /_/ready asks the function; empty: nothing.
    """

    read_timeout_s: float
    write_timeout_s: float
    exec_timeout_s: float
    leave_s: float
    max_inflight: int
    ready_path: str

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> "Limits | None":
        """None where this is not OpenFaaS. Raises SettingError."""
        if not environ.get("write_timeout"):
            return None
        write_timeout_s = _duration_s(environ, "write_timeout", DEFAULT_S)
        if write_timeout_s == 0:
            raise SettingError("write_timeout", environ["write_timeout"], "it must be more than 0s")
        inflight = environ.get("max_inflight") or "0"
        if not (inflight.isascii() and inflight.isdigit() and int(inflight[:9]) <= 1000):
            raise SettingError("max_inflight", inflight, "it must be a whole number from 0 to 1000")
        return cls(
            read_timeout_s=_duration_s(environ, "read_timeout", DEFAULT_S),
            write_timeout_s=write_timeout_s,
            exec_timeout_s=_duration_s(environ, "exec_timeout", DEFAULT_S),
            leave_s=_duration_s(environ, "healthcheck_interval", write_timeout_s),
            max_inflight=int(inflight),
            ready_path=environ.get("ready_path", ""),
        )

    def call_within_s(self, asked: str) -> float:
        """How long a call may take; `asked` is its header X-Timeout, which can only shorten it."""
        bound_s = min(self.exec_timeout_s or self.write_timeout_s, self.write_timeout_s)
        return min(seconds(asked), bound_s) if _GO_DURATION.fullmatch(asked) else bound_s


class Watchdog:
    """A WSGI layer outside all others.

    Args:
        app: the function.
        limits: what it is held to.
    """

    def __init__(self, app: "WSGIApplication", limits: Limits) -> None:
        self._app = app
        self._limits = limits
        self._leaving = threading.Event()
        self._lock = threading.Lock()
        self._running_count = 0

    def leave(self) -> None:
        """From now on say that nobody should come; who comes all the same is served."""
        self._leaving.set()

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if path in ("/_/health", "/_/ready"):
            status, headers, body = self._probed(path, environ)
        elif not self._begin():
            status, headers, body = _refusal(429, environ, [("Retry-After", "1")])
        else:
            status, headers, body = self._called(environ)
        start_response(status, headers)
        return body

    def _probed(self, path: str, environ: "WSGIEnvironment") -> Answer:
        if environ["REQUEST_METHOD"] != "GET":
            return "405 Method Not Allowed", [("Content-Length", "0"), ("Allow", "GET")], []
        if self._leaving.is_set():
            return "503 Service Unavailable", [("Content-Length", "0")], []
        if path == "/_/ready":
            if self._full():
                return "429 Too Many Requests", [("Content-Length", "0")], []
            if self._limits.ready_path:
                return wsgi.begin(self._app, environ | {"PATH_INFO": self._limits.ready_path})
        return "200 OK", [("Content-Length", "2"), ("Content-Type", "text/plain; charset=utf-8")], [b"OK"]

    def _full(self) -> bool:
        return 0 < self._limits.max_inflight <= self._running_count

    def _begin(self) -> bool:
        with self._lock:
            if self._full():
                return False
            self._running_count += 1
            return True

    def _end(self) -> None:
        with self._lock:
            self._running_count -= 1

    def _called(self, environ: "WSGIEnvironment") -> Answer:
        """The call's answer, or 504 in its time. A thread cannot be ended: a late call goes on, counted, to its end."""
        deadline_s = time.monotonic() + self._limits.call_within_s(environ.get("HTTP_X_TIMEOUT", ""))
        answers: list[Answer] = []
        thread = threading.Thread(target=self._run, args=(environ, answers), name="call", daemon=True)
        thread.start()
        thread.join(max(0.0, deadline_s - time.monotonic()))
        if not answers:
            return _refusal(504 if thread.is_alive() else 500, environ, [])
        status, headers, body = answers[0]
        if isinstance(body, Generator):
            body = _until(body, time.monotonic() + self._limits.write_timeout_s, self._end)
        return status, headers, body

    def _run(self, environ: "WSGIEnvironment", answers: list[Answer]) -> None:
        streams = False
        try:
            answer = wsgi.begin(self._app, environ)
            streams = isinstance(answer[2], Generator)
            answers.append(answer)
        finally:
            if not streams:
                self._end()


def seconds(duration: str) -> float:
    """A duration as Go writes it (`1m30s`), or a whole number of seconds. Raises ValueError."""
    if duration.isascii() and duration.isdigit():
        return float(duration)
    if not _GO_DURATION.fullmatch(duration):
        raise ValueError(duration)
    return sum(float(number) * _UNITS_S[unit] for number, unit in re.findall(r"([\d.]+)(ms|[smh])", duration))


def _duration_s(environ: Mapping[str, str], variable: str, default_s: float) -> float:
    text = environ.get(variable)
    if not text:
        return default_s
    try:
        return seconds(text)
    except ValueError:
        raise SettingError(variable, text, "it must be a duration, as 10s or 1m30s, or whole seconds") from None


def _refusal(status: int, environ: "WSGIEnvironment", headers: list[tuple[str, str]]) -> Answer:
    trace_id = tracing.continued(environ.get("HTTP_TRACEPARENT")).trace_id
    document = status_document(status, shown_path(environ), trace_id)
    told = [*headers, ("x-trace-id", trace_id), ("Content-Type", PROBLEM_TYPE), ("Content-Length", str(len(document)))]
    phrase = {429: "Too Many Requests", 500: "Internal Server Error", 504: "Gateway Timeout"}[status]
    return f"{status} {phrase}", told, [document]


def _until(pieces: Generator[bytes], deadline_s: float, on_end: Callable[[], None]) -> Generator[bytes]:
    """A stream, for as long as it may be written."""
    try:
        for piece in pieces:
            yield piece
            if time.monotonic() >= deadline_s:
                break
    finally:
        pieces.close()
        on_end()
