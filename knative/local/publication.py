"""What Envoy should have is handed to it in steps, each when it has taken over the one before.

Envoy watches its files apart from one another, and one that wakes late reads them in any order. A route whose cluster
it does not know yet is answered with 503, and so is one whose cluster has gone: so routes wait for the clusters, and
the next clusters, of which some may be gone, for the routes.
"""

import asyncio
from pathlib import Path

from gateway.envoy import EnvoyFiles, Versions, write_clusters, write_routes
from knative.local import http_get
from shared.errors import StartError

# Envoy takes a change over within a few milliseconds; a machine that is busy needs longer.
FIRST_LOOK_S = 0.002
LONGEST_PAUSE_S = 0.5
PATIENCE_S = 30.0


class Publication:
    """The files of one Envoy, written by `run` as they are offered. The newest offer is what counts."""

    def __init__(self, folder: Path, admin_socket: Path) -> None:
        self._folder = folder
        self._admin_socket = admin_socket
        self._offered: EnvoyFiles | None = None
        self._news = asyncio.Event()
        self._settled = asyncio.Event()
        self._settled.set()

    def offer(self, files: EnvoyFiles) -> None:
        """Have Envoy take these over, soon and in order."""
        self._offered = files
        self._settled.clear()
        self._news.set()

    async def settled(self) -> None:
        """Wait until Envoy has taken over all that was offered; where none runs, until it is on disk.

        Raises StartError where it does not.
        """
        try:
            async with asyncio.timeout(PATIENCE_S):
                await self._settled.wait()
        except TimeoutError:
            raise StartError(
                f"Envoy has not taken its configuration over within {PATIENCE_S:.0f} s",
                "`zerocart logs envoy` shows what it has against it",
            ) from None

    async def run(self) -> None:
        """Write what is offered, until cancelled."""
        while True:
            await self._news.wait()
            self._news.clear()
            files = self._offered
            assert files is not None
            if not await self._taken_over(write_clusters(files, self._folder)):
                continue
            if await self._taken_over(write_routes(files, self._folder)) and not self._news.is_set():
                self._settled.set()

    async def _taken_over(self, versions: Versions) -> bool:
        """Wait until Envoy says so. False where there is a newer offer and Envoy may never take this one."""
        pause_s = FIRST_LOOK_S
        while True:
            try:
                said = await asyncio.to_thread(http_get.from_socket, self._admin_socket, "/stats?type=TextReadouts")
            except TimeoutError:
                said = ""  # it lives and is late
            except OSError:
                return True  # none runs: it reads everything when it starts, clusters first
            if all(f'{name}: "{version}"' in said for name, version in versions.items()):
                return True
            if self._news.is_set() and pause_s == LONGEST_PAUSE_S:
                return False
            await asyncio.sleep(pause_s)
            pause_s = min(LONGEST_PAUSE_S, pause_s * 1.5)
