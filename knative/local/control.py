"""How the command line and the engine talk: one JSON request a connection on a Unix socket, JSON lines back.

A request is `{"op": name, ...}`. Answers are any number of `{"step": ...}` lines, as things get done, and one
last line: `{"result": ...}`, or `{"error": message, "hint": hint}`. Here is who asks; `control_server` answers.
"""

import json
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shared.errors import StartError, ZerocartError

Tell = Callable[["Step"], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing done, as a line of progress: past tense, with the time it took."""

    text: str
    took_s: float
    done: bool = True


def request(path: Path, message: dict[str, Any], timeout_s: float = 120.0) -> Iterator[Step | dict[str, Any]]:
    """Ask the engine: yields steps, and at last the result as a dict.

    Raises ConnectionRefusedError or FileNotFoundError where no engine lives, ZerocartError with the engine's own
    words where it failed, StartError where it died or fell silent.
    """
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(timeout_s)
        client.connect(str(path))
        client.sendall(json.dumps(message).encode() + b"\n")
        try:
            with client.makefile("rb") as lines:
                for line in lines:
                    answer = json.loads(line)
                    if "step" in answer:
                        yield Step(text=answer["step"], took_s=answer["took_s"], done=answer["done"])
                        continue
                    if "error" in answer:
                        raise ZerocartError(answer["error"], answer["hint"])
                    yield {"result": answer["result"]}
                    return
        except TimeoutError:
            raise StartError(
                f"the engine did not answer within {timeout_s:.0f} s", "`zerocart logs engine` shows what it does"
            ) from None
    raise StartError("the engine ended in the middle of its answer", "`zerocart logs engine` shows why")
