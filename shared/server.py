"""Serves one function, the same way on both engines.

On one machine the engine's zygote calls `run` in a fork, with the revision's Unix socket; in a container
`python -m shared.server` listens on $PORT and does the same. A function is a folder with a `main.py`; FUNCTION_SOURCE,
or the argument, names that file.
"""

import gc

if __name__ == "__main__":
    # A container imports everything anew and frees none of it: looking for garbage costs a sixth of the start.
    gc.disable()

import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import functions_framework

from shared import cold_starts, dependencies, logs, metrics, settings, tracing, wsgi
from shared.cold_starts import Beginning
from shared.edge import Edge
from shared.errors import StartError, ZerocartError
from shared.health import Health
from shared.patience import Patience
from shared.settings import Settings
from shared.watchdog import SPARE_THREADS, Limits, Watchdog
from shared.worker import BACKLOG, STOP_SIGNALS, Worker

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

DRAIN_WITHIN_S = 30.0
FLUSH_WITHIN_S = 1.0
READY_LOOK_S = 0.02


def build_app(source: Path, current: Settings, beginning: Beginning | None = None) -> "WSGIApplication":
    """The function of a `main.py`, with what every function has: health, metrics, errors as problem documents."""
    app = functions_framework.create_app(target=source.parent.name, source=str(source))  # type: ignore[no-untyped-call]
    app.url_map.merge_slashes = False  # `//orders` is unknown, not moved
    # functions-framework reads what is left of a body, without a bound; the edge has one.
    app.after_request_funcs.clear()
    respond = getattr(app.view_functions["run"], "respond", None)  # functools.wraps has carried it there
    now_s = time.time()
    health, counts = Health(dependencies.of(current)), metrics.current()
    first_answer = cold_starts.tell(beginning, now_s, counts, tracing.recorder()) if beginning else None
    return Edge(app.wsgi_app, respond, health, counts, Patience(ready_at_s=now_s), first_answer=first_answer)


# Asks the function by a path, with headers; gives the status of its answer.
Asked = Callable[[str, Mapping[str, str]], int]


class Probes(Protocol):
    """Who asks the function whether it is well."""

    def begin(self, asked: Asked) -> threading.Event:
        """Ask from now on. Gives what is set once the function is ready."""

    def follow(self, take: Callable[[bool], None]) -> None:
        """From now on, say when requests are to be taken no more, and when they are again: see `Worker.take`."""


def run(
    *,
    source: Path,
    listening: socket.socket,
    environment: Mapping[str, str],
    on_ready: Callable[[], None],
    timeout_s: float = DRAIN_WITHIN_S,
    beginning: Beginning | None = None,
    probes: Probes | None = None,
) -> None:
    """Serve a function until SIGTERM or SIGINT, then end what runs and return. For a process that does nothing else.

    Args:
        source: its main.py.
        listening: a listening socket; with a Unix socket other instances may share it.
        environment: becomes the environment of this process.
        on_ready: called once, when requests are taken.
        timeout_s: the bound of the drain.
        beginning: what was before this call, where somebody knows.
        probes: those that its manifest names; None: it is ready when it answers at all.

    Raises:
        ZerocartError: it could not start; what is wrong is in the message.
    """
    # A stop that comes while we start waits for `sigwait`; threads started from here on leave signals to it too.
    signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
    if environment is not os.environ:
        os.environ.clear()
        os.environ.update(environment)
    started_s = time.perf_counter()
    current = settings.current()
    logs.set_up(current)
    recorder = tracing.recorder()
    app = build_app(source, current, beginning)
    status, _, _ = wsgi.call(app, {"REQUEST_METHOD": "GET", "PATH_INFO": "/healthz"})
    if not status.startswith("200 "):
        raise StartError(f"{source} does not pass its own probe: /healthz answers {status}")
    if probes:
        ready = probes.begin(partial(_ask, app))
        while not ready.is_set():
            if signal.sigtimedwait(STOP_SIGNALS, READY_LOOK_S):
                return
    watchdog: Watchdog | None = None
    concurrency = current.concurrency
    if limits := Limits.from_environment(environment):
        app = watchdog = Watchdog(app, limits)
        concurrency = (limits.max_inflight or concurrency) + SPARE_THREADS
    worker = Worker(app, listening, concurrency=concurrency, read_within_s=limits.read_timeout_s if limits else None)
    metrics.current().observe_start(time.perf_counter() - started_s)
    on_ready()
    if probes:
        probes.follow(worker.take)
    signal.sigwait(STOP_SIGNALS)
    if watchdog and limits:
        watchdog.leave()
        signal.sigtimedwait(STOP_SIGNALS, limits.leave_s)
        timeout_s = limits.write_timeout_s
    worker.drain(timeout_s)
    recorder.flush(FLUSH_WITHIN_S)
    metrics.current().close()


def _ask(app: "WSGIApplication", path: str, headers: Mapping[str, str]) -> int:
    """Ask a function in its own process, as the kubelet does through its port."""
    from werkzeug.test import create_environ  # noqa: PLC0415 - few functions have probes of their own

    environ = create_environ(path, headers={"User-Agent": "kube-probe/1.34", **headers})
    status, _, _ = wsgi.call(app, environ)
    return int(status[:3])


def main(arguments: list[str]) -> int:
    """The entry point of a container."""
    try:
        given = arguments[0] if arguments else os.environ.get("FUNCTION_SOURCE", "")
        source = Path(given).resolve()
        if not source.is_file():
            hint = "set FUNCTION_SOURCE, or give it: python -m shared.server functions/list_products/main.py"
            raise StartError(f"FUNCTION_SOURCE is {given!r}, it must be the main.py of a function", hint)
        run(source=source, listening=_listen(settings.current().port), environment=os.environ, on_ready=_collect_again)
    except ZerocartError as error:
        hint = f"\n\nhint: {error.hint}" if error.hint else ""
        print(f"error: {error}{hint}", file=sys.stderr)  # noqa: T201
        return 1
    return 0


def _collect_again() -> None:
    gc.freeze()  # what is there now stays
    gc.enable()


def _listen(port: int) -> socket.socket:
    """A listening socket on all addresses, as Knative wants it: of both families where the machine has both."""
    try:
        if socket.has_dualstack_ipv6():
            return socket.create_server(("::", port), family=socket.AF_INET6, dualstack_ipv6=True, backlog=BACKLOG)
        return socket.create_server(("0.0.0.0", port), backlog=BACKLOG)  # noqa: S104
    except OSError as error:
        raise StartError(f"PORT is {port}, which cannot be listened on: {error.strerror}", "choose another") from None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
