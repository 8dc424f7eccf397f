"""A function with probes of its own: a thread beside it asks the function itself, as the manifest says.

A function has no port of its own on this machine (instances share a socket), so it is asked in its own process, past
the queue and the threads of its requests. While it is not ready its requests wait in the queue, where other instances
find them.
"""

import asyncio
import contextlib
import os
import signal
import socket
import tempfile
import threading
import time
from collections.abc import Callable

from knative.local.model import Probe
from knative.local.programs.following import Probes, follow
from knative.local.programs.probing import GOOD, Subject, passes
from shared.server import Asked

# What requests that run have to end in, when the function is condemned; as a program has.
_GRACE_S = 1.0


class Beside:
    """The probes of one instance of a function.

    Args:
        condemned: told that it has failed for good, before the process ends.
        changed: told when it has lost its readiness, and when it has it again.
        address: where requests come in.
    """

    def __init__(
        self, probes: Probes, condemned: Callable[[], None], changed: Callable[[bool], None], address: str
    ) -> None:
        self._probes = probes
        self._condemned = condemned
        self._changed = changed
        self._address = address
        self._ready = threading.Event()
        self._lock = threading.Lock()
        self._well = False
        self._take: Callable[[bool], None] | None = None

    def begin(self, asked: Asked) -> threading.Event:
        """Ask from now on. Gives what is set once the function is ready."""
        threading.Thread(target=self._follow, args=(asked,), name="probes", daemon=True).start()
        return self._ready

    def follow(self, take: Callable[[bool], None]) -> None:
        """From now on, say whether requests are to be taken."""
        with self._lock:
            self._take = take
            if not self._well:
                self._tell(take)

    def _say(self, well: bool) -> None:
        with self._lock:
            changed, self._well = well != self._well, well
            if changed and self._take:
                self._tell(self._take)
        if well:
            self._ready.set()

    def _tell(self, take: Callable[[bool], None]) -> None:
        take(self._well)
        if self._well:
            # For who came meanwhile and waits: the server looks when somebody comes. This one leaves again.
            with socket.socket(socket.AF_UNIX) as knocking, contextlib.suppress(OSError):
                knocking.setblocking(False)
                knocking.connect(self._address)
        self._changed(self._well)

    def _follow(self, asked: Asked) -> None:
        async def asks(probe: Probe) -> bool:
            if probe.path is not None:
                return await _get(probe, asked)
            if probe.command:
                environment = dict(os.environ)
                return await passes(
                    probe, Subject(port=0, environment=environment, folder=tempfile.gettempdir(), paths={})
                )
            return True  # it listens: that is what a connection says

        async def until_failed() -> None:
            why = await follow(self._probes, asks, asks, self._say)
            print(f"{why}: the instance is ended, and started again", flush=True)  # noqa: T201
            self._condemned()
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(_GRACE_S)
            os._exit(137)

        asyncio.run(until_failed())


async def _get(probe: Probe, asked: Asked) -> bool:
    """A function that hangs is not waited for longer than the probe says; the thread that asked it stays behind."""
    loop = asyncio.get_running_loop()
    answered: asyncio.Future[int] = loop.create_future()

    def tell(status: int) -> None:
        if not answered.done():
            answered.set_result(status)

    def ask() -> None:
        status = asked(probe.path or "/", dict(probe.headers))
        with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(tell, status)

    threading.Thread(target=ask, name="probe", daemon=True).start()
    try:
        async with asyncio.timeout(probe.timeout_s):
            return await answered in GOOD
    except TimeoutError:
        return False
