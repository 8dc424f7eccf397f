"""Until when an answer is worth anything: told from function to function, and never longer than the caller's.

A header carries the time that is left, not a point in time: clocks of two machines differ.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass

HEADER = "x-time-left-ms"


@dataclass(frozen=True, slots=True)
class Deadline:
    """A point in time on this process's own clock (`time.monotonic`)."""

    at_s: float

    @classmethod
    def within(cls, s: float, now_s: float | None = None) -> "Deadline":
        """So many seconds from now."""
        return cls((time.monotonic() if now_s is None else now_s) + s)

    @classmethod
    def of_request(cls, headers: Mapping[str, str], most_s: float, now_s: float | None = None) -> "Deadline":
        """The deadline of a request: what its caller has left, at most `most_s`. A header that is no number is none.

        A client may send the header too; it can only make its own time shorter.
        """
        said = headers.get(HEADER, "")
        left_s = int(said) / 1000 if said.isascii() and said.isdigit() and len(said) < 10 else most_s
        return cls.within(min(left_s, most_s), now_s)

    def earlier(self, other: "Deadline") -> "Deadline":
        return self if self.at_s <= other.at_s else other

    def left_s(self, now_s: float | None = None) -> float:
        """Seconds that are left, 0 when it has passed."""
        return max(0.0, self.at_s - (time.monotonic() if now_s is None else now_s))

    def headers(self, now_s: float | None = None) -> dict[str, str]:
        """What tells the next function."""
        return {HEADER: str(int(self.left_s(now_s) * 1000))}
