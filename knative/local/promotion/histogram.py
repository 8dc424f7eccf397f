"""Percentiles from counts in buckets, as Envoy and Prometheus keep them. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """How many took at most `limit_ms`: those of the smaller buckets are in it."""

    limit_ms: float
    count: float


def percentile(buckets: Sequence[Bucket], percent: float) -> float | None:
    """The time that so many percent of the requests took at most, in ms; None of no requests.

    Within a bucket they are taken to lie evenly, as Prometheus's histogram_quantile does; beyond the last bound, at it.
    """
    total = buckets[-1].count if buckets else 0.0
    if total <= 0:
        return None
    wanted = total * percent / 100
    lower = Bucket(limit_ms=0.0, count=0.0)
    for bucket in buckets:
        if bucket.count >= wanted and bucket.count > lower.count:
            if bucket.limit_ms == float("inf"):
                return lower.limit_ms
            part = (wanted - lower.count) / (bucket.count - lower.count)
            return lower.limit_ms + (bucket.limit_ms - lower.limit_ms) * part
        lower = bucket
    return lower.limit_ms


def since(before: Sequence[Bucket], after: Sequence[Bucket]) -> list[Bucket]:
    """What was added between two readings; a count that has fallen began anew."""
    known = {bucket.limit_ms: bucket.count for bucket in before}
    if before and after and after[-1].count < before[-1].count:
        known = {}
    return [Bucket(limit_ms=each.limit_ms, count=each.count - known.get(each.limit_ms, 0.0)) for each in after]
