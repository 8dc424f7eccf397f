"""The logs of a stack's processes: read from their end and on, and kept bounded."""

import os
import time
from collections.abc import Iterator

from knative.local.home import Home
from shared.errors import StartError

LARGEST_BYTES = 32 * 1024 * 1024


def bound(home: Home) -> None:
    """Move what is too large aside. Writers append, so a file can be cut under them."""
    for log in home.logs.glob("*.log"):
        if log.stat().st_size > LARGEST_BYTES:
            log.with_suffix(".log.1").write_bytes(log.read_bytes())
            os.truncate(log, 0)


def tail(home: Home, name: str, *, count: int, follow: bool) -> Iterator[str]:
    """The last lines of a log, and the next ones as they come where `follow` is set.

    Raises StartError where nothing of that name has a log.
    """
    path = home.log(name)
    if not path.exists() or "/" in name:
        known = ", ".join(sorted(log.stem for log in home.logs.glob("*.log"))) or "none yet"
        raise StartError(f'there is no log of "{name}"', f"known: {known}")
    with path.open(encoding="utf-8", errors="replace") as file:
        yield from file.readlines()[-count:] if count else ()
        while follow:
            if line := file.readline():
                yield line
            elif path.stat().st_size < file.tell():
                file.seek(0)
            else:
                time.sleep(0.1)
