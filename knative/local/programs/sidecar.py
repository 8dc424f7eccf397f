"""One instance of a program that is no function of ours: the process beside it, as queue-proxy is beside a container.

It starts the program, asks it by the manifest's probes, takes requests from the revision's socket, no more at once
than the program may have, and carries them to its port. To stop, it takes no more, lets those that run end, and ends
the program. What becomes of the program becomes of this process: the engine knows instances, and no second kind.
"""

import asyncio
import contextlib
import os
import select
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from knative.local.model import Probe
from knative.local.programs import child, ports
from knative.local.programs.following import follow
from knative.local.programs.pipe import carry
from knative.local.programs.probing import Subject, ended, passes
from knative.local.programs.program import Program, from_json

__all__ = ["from_json", "run"]

# What a program has to end in after SIGTERM, if its requests took all the time that there was.
_LEAST_GRACE_S = 3.0
# Kubernetes' exit code of a container that its probes have condemned.
_KILLED = 137


def run(
    program: Program,
    listening: socket.socket,
    *,
    revision: str,
    environment: Mapping[str, str],
    timeout_s: float,
    on_ready: Callable[[], None],
    on_change: Callable[[bool], None] = lambda _: None,
) -> int:
    """Be one instance until SIGTERM, or until the program ends; gives its exit code, 0 after a stop.

    Args:
        listening: the revision's socket, which other instances share.
        environment: of the program; $PORT and what tells instances apart are added.
        timeout_s: the bound of a drain, the end of the program included.
        on_ready: called once, when requests are taken.
        on_change: called when they no longer are, or are again, as the program's readiness has it.

    Raises:
        StartError: it cannot be run.
    """
    port, lock = ports.reserve(program.port, Path(program.ports))
    own = {
        "HOME": tempfile.gettempdir(),
        "HOSTNAME": f"{revision}-deployment-{os.getpid()}",
        **environment,
        "PORT": str(port),
        # Where another port had to be chosen, a program in a network of its own can have the one that it should.
        "ZEROCART_CONTAINER_PORT": str(program.port),
    }
    with lock:
        process = child.start(
            program.command, executable=program.executable, environment=own, folder=program.folder,
            memory_bytes=program.memory_bytes,
        )  # fmt: skip
        subject = Subject(port=port, environment=own, folder=program.folder, paths=program.paths)
        sidecar = _Sidecar(program, process, listening, subject, on_ready=on_ready, on_change=on_change)
        try:
            return asyncio.run(sidecar.run(timeout_s))
        finally:
            child.kill_group()


class _Sidecar:
    def __init__(
        self,
        program: Program,
        process: subprocess.Popen[bytes],
        listening: socket.socket,
        subject: Subject,
        *,
        on_ready: Callable[[], None],
        on_change: Callable[[bool], None],
    ) -> None:
        self._program = program
        self._process = process
        self._listening = listening
        self._subject = subject
        self._on_ready = on_ready
        self._on_change = on_change
        self._requests: set[asyncio.Task[None]] = set()
        self._idle = asyncio.Event()
        self._idle.set()
        self._taking = False
        self._healthy = False
        self._announced = False
        self._stopping = asyncio.Event()

    async def run(self, timeout_s: float) -> int:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, self._stopping.set)
        end = asyncio.create_task(ended(self._process))
        stop = asyncio.create_task(self._stopping.wait())
        watch = asyncio.create_task(self._watch())
        await asyncio.wait([end, stop, watch], return_when=asyncio.FIRST_COMPLETED)
        self._healthy = False
        self._take()
        if end.done():
            # It ended by itself: its connections are gone with it, and those who wait are told.
            await self._finish(time.monotonic() + 1.0)
            return child.exit_code(end.result()) if not stop.done() else 0
        deadline_s = time.monotonic() + timeout_s
        if stop.done():
            await self._finish(deadline_s)
        await self._end_program(end, max(_LEAST_GRACE_S, deadline_s - time.monotonic()) if stop.done() else 1.0)
        return 0 if stop.done() else _KILLED

    async def _finish(self, deadline_s: float) -> None:
        """Wait for the requests that run."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(max(0.0, deadline_s - time.monotonic())):
                await self._idle.wait()

    async def _end_program(self, end: asyncio.Task[int], grace_s: float) -> None:
        self._process.terminate()
        await asyncio.wait([end], timeout=grace_s)
        if not end.done():
            self._process.kill()
            await end

    # Probes.

    async def _watch(self) -> None:
        """Returns when the program has failed for good by its probes: it is to be ended, and another one started."""
        why = await follow(self._program.probes, self._passes, self._can_take, self._say)
        print(f"{why}: the program is ended, and started again", flush=True)  # noqa: T201

    def _say(self, healthy: bool) -> None:
        """Take requests while the program says that it can."""
        changed, self._healthy = healthy != self._healthy, healthy
        self._take()
        if healthy and not self._announced:
            self._announced = True
            self._on_ready()
        elif changed and self._announced:
            self._on_change(healthy)

    async def _passes(self, probe: Probe) -> bool:
        return await passes(probe, self._subject)

    async def _can_take(self, probe: Probe) -> bool:
        """A command says nothing of the port; as in Knative, that has to accept besides."""
        if probe.command and not await passes(Probe(), self._subject):
            return False
        return await passes(probe, self._subject)

    # Requests.

    def _take(self) -> None:
        """Listen to the socket exactly while there is a free slot."""
        concurrency = self._program.concurrency
        wanted = self._healthy and (not concurrency or len(self._requests) < concurrency)
        if wanted and not self._taking:
            asyncio.get_running_loop().add_reader(self._listening.fileno(), self._accept)
        elif self._taking and not wanted:
            asyncio.get_running_loop().remove_reader(self._listening.fileno())
        self._taking = wanted

    def _accept(self) -> None:
        try:
            accepted, _ = self._listening.accept()
        except BlockingIOError:  # another instance was quicker
            return
        if _has_gone(accepted):
            # It waited longer than its client: nobody is there to hear an answer.
            accepted.close()
            return
        accepted.setblocking(False)
        task = asyncio.create_task(carry(accepted, self._subject.port, explain=self._program.is_http1))
        self._requests.add(task)
        self._idle.clear()
        task.add_done_callback(self._done)
        self._take()

    def _done(self, task: asyncio.Task[None]) -> None:
        self._requests.discard(task)
        if not self._requests:
            self._idle.set()
        self._take()


def _has_gone(accepted: socket.socket) -> bool:
    poll = select.poll()
    poll.register(accepted, select.POLLRDHUP)
    return bool(poll.poll(0))
