"""uvicorn in a loop that is somebody else's, kept for HTTP/1.1 as such.

What belongs to a process is its owner's: signals, and no timer ticks here, so a server that nobody asks costs no time.
"""

import asyncio
import contextlib
from collections.abc import Iterator

import uvicorn


class AsgiServer(uvicorn.Server):
    """uvicorn without what is its owner's to do."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.told_to_stop = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def main_loop(self) -> None:
        await self.told_to_stop.wait()

    async def end(self, serving: "asyncio.Task[None]") -> None:
        """Listen no more. What is under way ends; clients come again."""
        self.should_exit = self.force_exit = True
        self.told_to_stop.set()
        await asyncio.wait([serving], timeout=2.0)
