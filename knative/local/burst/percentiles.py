"""Percentiles of measured times."""

import math
from collections.abc import Sequence


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
