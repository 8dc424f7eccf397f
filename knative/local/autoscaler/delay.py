"""The largest of the last few decisions, so that scaling down waits.

Rules: `pkg/autoscaler/aggregation/max`. Only entries that can still become the largest are kept: each is
smaller and younger than the one before it.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class DelayWindow:
    """Decisions by tick, oldest and largest first."""

    entries: tuple[tuple[int, int], ...] = ()

    @property
    def largest(self) -> int:
        """The largest count of the window. There is one after any `record`."""
        return self.entries[0][1]

    def record(self, tick: int, count: int, length: int) -> "DelayWindow":
        """The window of `length` ticks that ends with `tick`, in which `count` was decided."""
        kept = [entry for entry in self.entries if entry[1] > count and tick - entry[0] < length]
        # Of two decisions in one tick the larger counts: a larger one of this tick makes the new one moot.
        if kept and kept[-1][0] == tick:
            return DelayWindow(entries=tuple(kept))
        return DelayWindow(entries=(*kept, (tick, count)))
