"""granian's WSGI worker, in this process, on a socket that already listens; and its end without a lost request.

Pull model: the worker takes a permit, then accepts. On a Unix socket a connection is one request (Envoy's
`max_requests_per_connection: 1`), so permits = concurrency: the kernel's accept queue, which all instances of a
revision share, is the only queue. On TCP the caller keeps connections alive and limits itself (Knative's queue-proxy),
so there are many permits, and as many threads as concurrency.

granian 2.8 closes connections whose request was not read yet when it is told to stop. So `drain` first puts a socket
that nobody connects to in the listener's place: accepting finds nothing, and the queue stays for the other instances.
Only when no accepted connection is left is granian told. This uses classes of granian that its own spawner uses
(granian/server/mp.py `_spawn_wsgi_worker`): the version is pinned.
"""

import contextlib
import logging
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Generator, Iterable
from typing import TYPE_CHECKING, Any, cast

from granian._futures import _new_cbscheduler
from granian._granian import SocketHolder, WorkerSignal, WSGIWorker
from granian.http import HTTP1Settings

from shared import wsgi

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)
BACKLOG = 4096  # the kernel caps it at net.core.somaxconn
TCP_CONNECTIONS = 10_000
HEADER_WITHIN_MS = 10_000  # Unix: a peer that connects has its request at hand
KEEP_ALIVE_MS = 120_000  # TCP: longer than the 90 s of queue-proxy, or it would meet a closed connection (502)
SETTLE_S = 0.02  # between the last look that found a connection and the one that ends the wait
LOOK_EVERY_S = 0.004

_log = logging.getLogger(__name__)


class Worker:
    """Serves one WSGI application on one socket until `drain`.

    Args:
        app: the application.
        listening: the socket.
        concurrency: how many requests it answers at once.
        read_within_s: on TCP, how long a request's head may take, and a connection be idle; None: KEEP_ALIVE_MS.
    """

    def __init__(
        self,
        app: "WSGIApplication",
        listening: socket.socket,
        *,
        concurrency: int,
        read_within_s: float | None = None,
    ) -> None:
        self._unix = listening.family == socket.AF_UNIX
        self._address = listening.getsockname()
        self._listener = listening.detach()  # granian closes it
        self._running: list[None] = []  # one entry a request; append and pop need no lock
        self._draining = threading.Event()
        self._pausing = threading.Lock()
        self._kept: int | None = None  # the listener, while another stands in its place
        self._ended = threading.Event()
        self._signal = WorkerSignal()
        self._signal.add_cb(self._ended.set)
        idle_ms = KEEP_ALIVE_MS if read_within_s is None else max(1, round(read_within_s * 1000))
        # granian's stub describes another version of these two.
        holder: Any = cast("Any", SocketHolder)(self._listener, self._unix, BACKLOG)
        worker: Any = cast("Any", WSGIWorker)(
            1,
            (None, holder),
            None,
            threads=1,
            blocking_threads=1,
            py_threads=concurrency,
            backpressure=concurrency if self._unix else TCP_CONNECTIONS,
            http1_opts=HTTP1Settings(
                keep_alive=not self._unix, header_read_timeout=HEADER_WITHIN_MS if self._unix else idle_ms
            ),
        )
        serve = worker.serve_str_uds if self._unix else worker.serve_str
        loop = _NoLoop()
        serve(_new_cbscheduler(loop, self._callback(app)), loop, self._signal)  # type: ignore[no-untyped-call]

    def take(self, taking: bool) -> None:
        """On a Unix socket: take no more requests, or take them again. Meanwhile they wait in the socket's queue.

        Granian is told of who comes, and not of who is there: to have it look again, somebody must come.
        """
        with self._pausing:
            if self._draining.is_set() or taking == (self._kept is None):
                return
            if self._kept is None:
                self._kept = os.dup(self._listener)
                self._stand_in()
                return
            os.dup2(self._kept, self._listener, inheritable=False)
            os.close(self._kept)
            self._kept = None

    def _stand_in(self) -> None:
        """Put a socket that nobody connects to in the listener's place."""
        with socket.socket(socket.AF_UNIX) as nobodys:
            nobodys.bind("")  # Linux then picks an abstract name
            nobodys.listen(1)
            nobodys.setblocking(False)
            os.dup2(nobodys.fileno(), self._listener, inheritable=False)

    def drain(self, timeout_s: float) -> None:
        """Take no more requests, end those that run, stop. Gives up what still runs after `timeout_s`."""
        deadline_s = time.monotonic() + timeout_s
        with self._pausing:
            self._draining.set()
            if self._kept is not None:
                os.close(self._kept)
            self._stand_in()
        busy = self._open_connections if self._unix else lambda: len(self._running)
        quiet_since_s: float | None = None
        while time.monotonic() < deadline_s:
            if busy():
                quiet_since_s = None
            elif quiet_since_s is None:
                quiet_since_s = time.monotonic()
            elif time.monotonic() - quiet_since_s >= SETTLE_S:
                break
            time.sleep(LOOK_EVERY_S)
        self._signal.set()
        if not self._ended.wait(max(0.1, deadline_s - time.monotonic())):
            _log.warning("Gave up %d requests that still ran after %g s of drain", len(self._running), timeout_s)

    def _open_connections(self) -> int:
        """How many connections this process has accepted and not closed yet: their own address is the listener's."""
        count = 0
        for name in os.listdir("/proc/self/fd"):  # noqa: PTH208 - thousands of a second matter here
            with contextlib.suppress(OSError):
                if os.readlink(f"/proc/self/fd/{name}").startswith("socket:"):  # noqa: PTH115
                    with socket.socket(fileno=os.dup(int(name))) as opened:
                        count += opened.getsockname() == self._address
        return count

    def _callback(self, app: "WSGIApplication") -> Callable[[Any, dict[str, Any]], None]:
        """What granian calls in one of its threads for each request.

        Unlike granian's own it does not copy the process's environment, secrets and all, into each request's. An answer
        goes out in one piece, but for a stream, whose pieces go out as they are made.
        """
        running, draining, unix = self._running, self._draining, self._unix
        constant = {
            "SCRIPT_NAME": "",
            "wsgi.version": (1, 0),
            "wsgi.errors": _Errors(),
            "wsgi.input_terminated": True,
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }

        def callback(protocol: Any, environ: dict[str, Any]) -> None:
            running.append(None)
            pieces: _Pieces | None = None
            try:
                environ.update(constant)
                status, headers, chunks = wsgi.begin(app, environ)
                if not unix and draining.is_set():
                    headers = [*headers, ("Connection", "close")]
                if isinstance(chunks, Generator):
                    pieces = _Pieces(chunks, running.pop)
                    protocol.response_iter(int(status[:3]), headers, pieces)
                else:
                    protocol.response_bytes(int(status[:3]), headers, wsgi.whole(chunks))
            finally:
                if pieces is None:
                    running.pop()

        return callback


class _Pieces:
    """A stream as granian takes it: asked for the next piece, and closed when its client has left."""

    __slots__ = ("__next__", "_ended", "_pieces")

    def __init__(self, pieces: Generator[bytes], on_end: Callable[[], object]) -> None:
        self._pieces = pieces
        self._ended = [on_end]
        self.__next__ = self._following

    def _following(self) -> bytes:
        try:
            return next(self._pieces)
        except BaseException as error:
            if not isinstance(error, StopIteration):
                _log.exception("A stream broke off")
            self.close()
            raise

    def close(self) -> None:
        """End it, once, whoever says so."""
        if self._ended:
            self._ended.pop()()
        self._pieces.close()


class _NoLoop:
    """Stands where granian wants an event loop: it is for ASGI, a WSGI worker only holds it."""

    def call_soon(self, *_arguments: object) -> None:
        raise NotImplementedError

    call_soon_threadsafe = call_soon


class _Errors:
    """`wsgi.errors`: what a library writes there goes to the log."""

    def write(self, text: str) -> int:
        if text.strip():
            _log.error("%s", text.rstrip())
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        """Nothing is held back."""
