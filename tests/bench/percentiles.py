"""Percentiles of measured times, and ratios that noise moves little."""

import math
from collections.abc import Sequence
from statistics import median


def percentile(values: Sequence[float], percent: float) -> float:
    """The nearest-rank percentile: the least value that at least `percent` of them do not exceed.

    No interpolation: the result is a value that was measured, so with 50 values p99 is the largest of them.

    Args:
        values: in any order, at least one.
        percent: above 0, at most 100.
    """
    if not values or not 0 < percent <= 100:
        raise ValueError(f"percentile {percent} of {len(values)} values: wanted 0 < percent <= 100, and a value")
    return sorted(values)[math.ceil(percent * len(values) / 100) - 1]


def median_ratio(pairs: Sequence[tuple[float, float]]) -> float:
    """The median of first / second over pairs that were measured one after the other.

    What else the machine does in the meantime slows both of a pair down, so it cancels out of a ratio.
    """
    return median(first / second for first, second in pairs)


def milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:,.0f} ms"
