"""What was reported over the last seconds, in buckets of one second, and its average.

A `Window` is a value: `record` gives the next one. It keeps its total as it goes, adding and taking away in
Knative's order, so that the figures agree with Knative's to the last bit.
Rules: `pkg/autoscaler/aggregation/bucketing.go`.
"""

import math
from dataclasses import dataclass
from typing import Literal

from knative.local.autoscaler.go_values import round_half_away

Algorithm = Literal["linear", "weighted-exponential"]

# A weighted average's newest weights sum to at least this, and no second weighs less than this of what is left.
_weight_precision = 0.9999
_smallest_coefficient = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Sums by second; `buckets` is a ring, indexed by second modulo its length.

    The average of a partial window is over the seconds since `first_s`; a window's length without any record
    makes the next one the first.
    """

    buckets: tuple[float, ...]
    total: float = 0.0
    first_s: int = 0
    last_s: int | None = None

    @classmethod
    def of_length(cls, length_s: int) -> "Window":
        return cls(buckets=(0.0,) * length_s)

    @property
    def length_s(self) -> int:
        return len(self.buckets)

    def is_empty(self, now_s: float) -> bool:
        """Whether nothing was recorded for more than the window's length: zeros are something."""
        return self.last_s is None or math.floor(now_s) - self.last_s > len(self.buckets)

    def record(self, at_s: float, value: float) -> "Window":
        """The window with a report of the second in which `at_s` lies; two of one second add up.

        A report older than the window is dropped.
        """
        second, length = math.floor(at_s), len(self.buckets)
        buckets, total, first_s, last_s = list(self.buckets), self.total, self.first_s, self.last_s
        if last_s is None or second - last_s >= length:
            buckets, total, first_s, last_s = [0.0] * length, 0.0, second, second
        elif second > last_s:
            for gap in range(last_s + 1, second + 1):
                total -= buckets[gap % length]
                buckets[gap % length] = 0.0
            last_s = second
        elif second + length <= last_s:
            return self
        else:
            first_s = min(first_s, second)
        buckets[second % length] += value
        return Window(buckets=tuple(buckets), total=total + value, first_s=first_s, last_s=last_s)

    def average(self, now_s: float, algorithm: Algorithm = "linear") -> float:
        """The average of the window that ends with the second of `now_s`; 0 where nothing is in it."""
        last_s = self.last_s
        if last_s is None or self.is_empty(now_s):
            return 0.0
        elapsed_s = math.floor(now_s) - last_s
        return (
            self._linear(last_s, elapsed_s)
            if algorithm == "linear"
            else _weighted(self.buckets, last_s, max(0, elapsed_s))
        )

    def resized(self, length_s: int, now_s: float) -> "Window":
        """The window at another length, with what it still holds, as when a cluster's settings change."""
        old = len(self.buckets)
        if length_s == old:
            return self
        if self.last_s is None or self.is_empty(now_s):
            return Window.of_length(length_s)
        buckets = [0.0] * length_s
        total = 0.0
        for second in range(self.last_s, self.last_s - min(length_s, old), -1):
            buckets[second % length_s] = self.buckets[second % old]
            total += self.buckets[second % old]
        return Window(buckets=tuple(buckets), total=total, first_s=self.last_s - old + 1, last_s=self.last_s)

    def _linear(self, last_s: int, elapsed_s: int) -> float:
        length = len(self.buckets)
        if elapsed_s >= length:
            return 0.0
        total = self.total
        for gap in range(last_s + 1, last_s + elapsed_s + 1):  # these have run out of the window by now
            total -= self.buckets[gap % length]
        bucket_count = min(last_s - self.first_s + 1, length - max(0, elapsed_s))
        return _rounded(total / bucket_count)


def _weighted(buckets: tuple[float, ...], last_s: int, elapsed_s: int) -> float:
    length = len(buckets)
    coefficient = max(1 - math.pow(1 - _weight_precision, 1 / length), _smallest_coefficient)
    weight = coefficient * math.pow(1 - coefficient, float(elapsed_s))
    result = 0.0
    for second in range(last_s, last_s - (length - elapsed_s), -1):
        result += buckets[second % length] * weight
        weight *= 1 - coefficient
    return result


def _rounded(value: float) -> float:
    """To 6 digits, halves away from zero."""
    return round_half_away(value * 1e6) / 1e6
