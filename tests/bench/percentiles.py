"""Percentiles of measured times, and ratios that noise moves little."""

from collections.abc import Sequence
from statistics import median

from knative.local.burst.percentiles import percentile

__all__ = ["median_ratio", "milliseconds", "percentile"]


def median_ratio(pairs: Sequence[tuple[float, float]]) -> float:
    """The median of first / second over pairs that were measured one after the other.

    What else the machine does in the meantime slows both of a pair down, so it cancels out of a ratio.
    """
    return median(first / second for first, second in pairs)


def milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:,.0f} ms"
