"""The live picture in a terminal: drawn anew each second, and at once when the terminal gets another size."""

import curses
import time
from collections.abc import Callable

EVERY_S = 1.0
_TICK_MS = 100


def live(lines: Callable[[int, int], list[str]]) -> None:
    """Show what `lines` gives for so many columns and rows, until q or Ctrl-C. Raises curses.error without terminfo."""
    try:
        curses.wrapper(_run, lines)
    except KeyboardInterrupt:
        return


def _run(window: "curses.window", lines: Callable[[int, int], list[str]]) -> None:
    curses.use_default_colors()
    if curses.tigetstr("civis"):
        curses.curs_set(0)
    window.timeout(_TICK_MS)
    due_s = time.monotonic()
    while True:
        if time.monotonic() >= due_s:
            _draw(window, lines)
            due_s = time.monotonic() + EVERY_S
        match window.getch():
            case key if key in {ord("q"), ord("Q")}:
                return
            case curses.KEY_RESIZE:
                due_s = time.monotonic()


def _draw(window: "curses.window", lines: Callable[[int, int], list[str]]) -> None:
    rows, columns = window.getmaxyx()
    window.erase()
    # The last cell of the last line stays empty: writing it would scroll.
    for row, line in enumerate(lines(columns - 1, rows)):
        window.addstr(row, 0, line, curses.A_BOLD if row == 0 else curses.A_NORMAL)
    window.refresh()
