"""`zerocart top`: words and wiring."""

import json
import os
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import click

from knative.local import status
from knative.local.home import Home
from knative.local.top import latencies
from knative.local.top.frame import as_lines, frame
from shared.errors import StartError, ZerocartError

# Where nobody's terminal cuts them, lines are as long as they are.
_WIDE, _HIGH = 500, 10_000


@click.command()
@click.option("--once", is_flag=True, help="Print one picture, whole, and end; without a terminal it is so anyway.")
@click.option("--json", "as_json", is_flag=True, help="For a script: a picture a second, a line each.")
@click.pass_obj
def top(home: Home, once: bool, as_json: bool) -> None:
    """What runs, live: revisions, instances, load against target, latencies, cold starts; q or Ctrl-C ends it.

    AT ONCE and RPS are means over the last second, for the whole revision; TARGET is what one instance is meant to
    carry. READY counts those that accept, of those that there are. Revisions at rest come last.
    """
    if as_json:
        _print_json(home, once=once)
    elif once or not (sys.stdin.isatty() and sys.stdout.isatty()):
        click.echo("\n".join(as_lines(_picture(home), columns=_WIDE, rows=_HIGH)))
    else:
        _show_live(home)


def _picture(home: Home) -> dict[str, Any]:
    found = status.look(home)
    try:
        known = latencies.read(home.admin_socket)
    except OSError:
        # Envoy is away, which the picture shows.
        known = {}
    return frame(found, known, f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}")


def _print_json(home: Home, *, once: bool) -> None:
    try:
        for number in _seconds():
            click.echo(json.dumps(_picture(home), separators=(",", ":")))
            if once and number == 0:
                return
    except KeyboardInterrupt:
        return
    except BrokenPipeError:
        # Who read has enough; nothing is left to be said, also not by the flush at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _seconds() -> Iterator[int]:
    """0, 1, 2, ...: each a second after the one before, or at once where that took longer."""
    began_s = time.monotonic()
    number = 0
    while True:
        yield number
        number += 1
        time.sleep(max(0.0, began_s + number - time.monotonic()))


def _show_live(home: Home) -> None:
    import curses  # noqa: PLC0415 - with it comes terminfo, which only a terminal needs

    from knative.local.top import screen  # noqa: PLC0415

    last = _picture(home)

    def drawn(columns: int, rows: int) -> list[str]:
        return as_lines(last, columns=columns, rows=rows, hint="q ends. ")

    def lines(columns: int, rows: int) -> list[str]:
        nonlocal last
        try:
            last = _picture(home)
        except (OSError, ZerocartError) as error:
            words = error.message if isinstance(error, ZerocartError) else str(error)
            return [f"{words}; below is what was"[:columns], *drawn(columns, rows - 1)][:rows]
        return drawn(columns, rows)

    try:
        screen.live(lines)
    except curses.error as error:
        raise StartError(
            f"this terminal (TERM={os.environ.get('TERM', '')}) cannot be drawn on: {error}",
            "`zerocart top --once` prints one picture",
        ) from None
