"""Who answers what `control` asks, on a Unix socket. Apart from it, for a command line has no use for asyncio."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from knative.local.control import Step, Tell
from knative.local.listening import listen
from shared.errors import ZerocartError

MAX_LINE_BYTES = 16 * 1024 * 1024

Handler = Callable[[dict[str, Any], Tell], Awaitable[object]]


async def serve(path: Path, handler: Handler) -> asyncio.Server:
    """Answer requests at `path` with `handler`, which gets the request and a function to report steps."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        def send(message: object) -> None:
            writer.write(json.dumps(message).encode() + b"\n")

        def tell(step: Step) -> None:
            send({"step": step.text, "took_s": round(step.took_s, 3), "done": step.done})

        try:
            request = json.loads(await reader.readline() or b"null")
            if isinstance(request, dict):
                send({"result": await handler(request, tell)})
        except ZerocartError as error:
            send({"error": error.message, "hint": error.hint})
        except OSError as error:
            send({"error": f"the engine could not do it: {error}", "hint": "`zerocart doctor` looks for the reason"})
        finally:
            writer.close()

    return await asyncio.start_unix_server(answer, sock=listen(path), limit=MAX_LINE_BYTES)
