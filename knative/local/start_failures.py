"""Why a function did not start, for people: its error, at the line of the file that they edit."""

import re
from collections.abc import Sequence

_FRAME = re.compile(r'^\s*File "(?P<file>[^"]+)", line (?P<line>\d+)')
# Where no line of ours is found, so much of what it said last is shown.
_LINES_SHOWN = 3


def explain(said: str, roots: Sequence[str]) -> str:
    """The end of what a process said, as `functions/cart/main.py:12: NameError: …` where it ends in a traceback.

    Args:
        roots: the folders whose files are ours, such as the snapshot that the process has its code from; what is
            shown of a file is its path below.
    """
    lines = [line for line in said.splitlines() if line.strip()]
    found = ""
    for line in lines:
        if not (frame := _FRAME.match(line)):
            continue
        # The innermost frame that is ours: what is called from there is seldom to blame.
        for root in roots:
            if frame["file"].startswith(f"{root}/"):
                found = f"{frame['file'].removeprefix(f'{root}/')}:{frame['line']}"
    if not found:
        return "\n".join(lines[-_LINES_SHOWN:])
    return f"{found}: {lines[-1].strip()}"
