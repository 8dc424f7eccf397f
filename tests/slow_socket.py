"""A Unix socket whose server takes its time: everything that it says arrives late, and in order."""

import asyncio
import os
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

READ_BYTES = 64 * 1024


@contextmanager
def slow(path: Path, late_s: float) -> Iterator[Path]:
    """Have each answer of the server at `path` come `late_s` later, for those who connect from now on.

    The server's own socket gets another name for the time, which is given: whoever asks there is answered at once.
    """
    own = path.with_name(f"{path.name}.own")
    path.rename(own)
    started = threading.Event()
    running: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = []

    async def serve() -> None:
        ending = asyncio.Event()
        async with await asyncio.start_unix_server(lambda reader, writer: _pass_on(own, reader, writer, late_s), path):
            status = own.stat()  # its server gave root up, and so did those who ask it: they may connect here, too
            os.chown(path, status.st_uid, status.st_gid)
            path.chmod(stat.S_IMODE(status.st_mode))
            running.append((asyncio.get_running_loop(), ending))
            started.set()
            await ending.wait()

    thread = threading.Thread(target=lambda: asyncio.run(serve()), name="slow socket")
    thread.start()
    try:
        assert started.wait(10), f"nothing listens at {path}"
        yield own
    finally:
        for loop, ending in running:
            loop.call_soon_threadsafe(ending.set)
        thread.join(10)
        own.rename(path)


async def _pass_on(own: Path, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, late_s: float) -> None:
    server_reader, server_writer = await asyncio.open_unix_connection(own)
    try:
        async with asyncio.TaskGroup() as both:
            both.create_task(_copy(reader, server_writer, 0.0))
            both.create_task(_copy(server_reader, writer, late_s))
    except* ConnectionError:  # who waited too long has gone
        pass
    finally:
        writer.close()
        server_writer.close()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, late_s: float) -> None:
    while data := await reader.read(READ_BYTES):
        await asyncio.sleep(late_s)
        writer.write(data)
        await writer.drain()
    writer.close()
