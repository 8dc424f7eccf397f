"""What a person sees: progress on standard error, one line a step; answers on standard output.

Words carry the sense; colour only repeats it, and is left out where NO_COLOR is set or nobody's terminal reads.
"""

import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

from knative.local.control import Step
from shared.errors import ZerocartError

_RED, _GREEN, _RESET = "\x1b[31m", "\x1b[32m", "\x1b[0m"
_LINE_WIDTH = 64
# Controls of both sets but for tab and newline (0x9b alone begins a sequence, as ESC [ does), and what turns the
# direction of the text behind it.
_STEERS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def show_step(step: Step, stream: TextIO | None = None) -> None:
    """One thing done, with its time at the right."""
    out = stream or sys.stderr
    sign = _painted(_sign(step.done, out), _GREEN if step.done else _RED, out)
    out.write(f" {sign} {step.text:<{_LINE_WIDTH}}{duration(step.took_s):>9}\n")
    out.flush()


def show_error(error: ZerocartError, stream: TextIO | None = None) -> None:
    """An error, and what to do about it, set apart so that it is found."""
    out = stream or sys.stderr
    out.write(f"\n{_painted('error:', _RED, out)} {error.message}\n")
    if error.hint:
        out.write(f"\nhint: {error.hint}\n")


def harmless(text: str) -> str:
    """Text that others had a say in, such as a log's, with what would steer the terminal written out."""
    return _STEERS.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def shortest(path: Path) -> str:
    """A path as a person here would type it."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


def duration(seconds: float) -> str:
    """`0.034` is `34 ms`, `1.26` is `1.3 s`."""
    return f"{seconds * 1000:.0f} ms" if seconds < 0.1 else f"{seconds:.1f} s"


def table(rows: Sequence[Sequence[str]], right: frozenset[int] = frozenset()) -> str:
    """Columns as wide as their widest cell; those in `right` are set to the right. The first row is the head."""
    widths = [max(len(row[index]) for row in rows) for index in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = [
            cell.rjust(width) if index in right else cell.ljust(width)
            for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("   ".join(cells).rstrip())
    return "\n".join(lines)


def _sign(done: bool, out: TextIO) -> str:
    if (out.encoding or "").lower().replace("-", "") == "utf8":
        return "✓" if done else "✗"
    return "ok" if done else "failed"


def _painted(text: str, colour: str, out: TextIO) -> str:
    if not out.isatty() or os.environ.get("NO_COLOR"):
        return text
    return f"{colour}{text}{_RESET}"
