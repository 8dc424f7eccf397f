"""A long-lived process of the stack: started, known again, and started once more when it dies.

Parts outlive the engine. Whoever starts one leaves a record; an engine that finds the process of a record alive
and answering takes it over as it is.
"""

import asyncio
import os
import signal
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from knative.local.processes import (
    ProcessIdentity,
    Records,
    identify,
    last_lines,
    send_signal,
    spawn,
    start_ticks,
)
from shared.errors import StartError

_POLL_S = 0.02
_LONGEST_RESTART_PAUSE_S = 5.0
_START_PAUSES_S = (0.3, 0.7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How a part is run.

    Args:
        role: names its record and its log.
        title: what people call it.
        command: the words of the command; it stays in the foreground.
        accepts: whether it can be used now; must not block long.
        patience_s: how long it may take until it can be used.
    """

    role: str
    title: str
    command: list[str]
    log: Path
    folder: Path
    accepts: Callable[[], bool]
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    patience_s: float = 20.0


class Part:
    """One part under supervision.

    Args:
        make: prepares what the part needs (folders, configuration) and gives its recipe; called before each start.
        on_restart: called after the part has died and is up again.
    """

    def __init__(
        self, make: Callable[[], Recipe], records: Records, on_restart: Callable[[], None] = lambda: None
    ) -> None:
        self._make = make
        self._records = records
        self._on_restart = on_restart
        self._pidfd: int | None = None
        self._restarting: asyncio.Task[None] | None = None
        self.identity: ProcessIdentity | None = None
        self.recipe: Recipe | None = None
        self.restart_count = 0
        self._away_until_s = 0.0

    async def ensure(self) -> bool:
        """Have it running and answering. True where it was running already. Raises StartError."""
        if self.away_s:
            # It was taken away for a while; who asks for it now ends that.
            self._away_until_s = 0.0
            if self._restarting:
                self._restarting.cancel()
        self.recipe = await asyncio.to_thread(self._make)
        found = self._records.find(self.recipe.role)
        if found is not None and await self._answers(found, patience_s=5.0):
            self._follow(found)
            return True
        if found is not None:
            # It lives and does not answer: frozen, or half started by an `up` that was killed.
            send_signal(found, signal.SIGKILL)
        await self._start_patiently()
        return False

    @property
    def ready(self) -> bool:
        return self.identity is not None and self.identity.alive

    @property
    def away_s(self) -> float:
        """How long it stays away yet, by `take_away`; 0 where it does not."""
        return max(0.0, self._away_until_s - time.monotonic())

    def take_away(self, for_s: float) -> bool:
        """Stop it, and start it again after some time. False where it is not there.

        Were the engine to end meanwhile, the next one finds it not running, and starts it at once.
        """
        if self.identity is None or not self.identity.alive or self.away_s:
            return False
        self._away_until_s = time.monotonic() + for_s
        send_signal(self.identity, signal.SIGTERM)
        return True

    def release(self) -> None:
        """Stop looking after it; it runs on."""
        if self._restarting:
            self._restarting.cancel()
        self._unfollow()

    async def _start_patiently(self) -> None:
        """Try a few times: what a killed one left (a lock, shared memory) can take a moment to go."""
        for pause_s in _START_PAUSES_S:
            try:
                return await self._start()
            except StartError:
                await asyncio.sleep(pause_s)
        return await self._start()

    async def _start(self) -> None:
        recipe = self.recipe
        assert recipe is not None
        process = spawn(recipe.command, log=recipe.log, environment=recipe.environment, folder=recipe.folder)
        identity = identify(process.pid)
        if identity is not None:
            # At once: were we killed while it starts, nobody else would know of it.
            self._records.write(recipe.role, identity)
        if identity is None or not await self._answers(identity, patience_s=recipe.patience_s):
            if identity is not None:
                send_signal(identity, signal.SIGKILL)
            process.wait()
            self._records.forget(recipe.role)
            why = last_lines(recipe.log) or f"its log {recipe.log} is empty"
            raise StartError(f"{recipe.title} did not start", why)
        # Its end is learned from the pidfd; this keeps Python from warning about a child nobody waited for.
        process.returncode = 0
        self._follow(identity)

    async def _answers(self, identity: ProcessIdentity, patience_s: float) -> bool:
        assert self.recipe is not None
        deadline_s = time.monotonic() + patience_s
        while identity.alive and time.monotonic() < deadline_s:
            if await asyncio.to_thread(self.recipe.accepts):
                return True
            await asyncio.sleep(_POLL_S)
        return False

    def _follow(self, identity: ProcessIdentity) -> None:
        self._unfollow()
        self.identity = identity
        try:
            self._pidfd = os.pidfd_open(identity.pid)
        except ProcessLookupError:
            self._ended()
            return
        asyncio.get_running_loop().add_reader(self._pidfd, self._ended)

    def _unfollow(self) -> None:
        if self._pidfd is not None:
            asyncio.get_running_loop().remove_reader(self._pidfd)
            os.close(self._pidfd)
            self._pidfd = None

    def _ended(self) -> None:
        self._unfollow()
        if self.identity and start_ticks(self.identity.pid) is None:
            reap(self.identity.pid)
        self.identity = None
        self._restarting = asyncio.create_task(self._restart())

    async def _restart(self) -> None:
        pause_s = 0.05
        while True:
            await asyncio.sleep(max(0.0, self._away_until_s - time.monotonic()))
            try:
                self.recipe = await asyncio.to_thread(self._make)
                await self._start()
            except (StartError, OSError):
                await asyncio.sleep(pause_s)
                pause_s = min(pause_s * 2, _LONGEST_RESTART_PAUSE_S)
            else:
                break
        self.restart_count += 1
        self._on_restart()


def reap(pid: int) -> None:
    """Take the status of a child that has ended; nothing where it is somebody else's child."""
    try:
        os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        return
