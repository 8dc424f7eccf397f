"""Counts a replay's outcomes: how many of each kind, why, and how long they took."""

import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import assert_never

from knative.local.retail.answers import Placed, Refused
from knative.local.retail.buyer import Outcome, Uncertain


@dataclass(frozen=True, slots=True, kw_only=True)
class Latencies:
    """Seconds from an order's first attempt to its acknowledgement, retries and pauses included."""

    p50_s: float
    p95_s: float
    p99_s: float
    max_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What a replay's orders came to."""

    placed_count: int
    revenue_minor: Mapping[str, int]
    refused: Mapping[str, int]
    uncertain: Mapping[str, int]
    retried_order_count: int
    retries: Mapping[str, int]
    latencies: Latencies | None


def tally(outcomes: Collection[Outcome]) -> Tally:
    """Count outcomes. Latencies are of the placed ones; None where there is none."""
    revenue: Counter[str] = Counter()
    refused: Counter[str] = Counter()
    uncertain: Counter[str] = Counter()
    retries: Counter[str] = Counter()
    seconds = []
    for outcome in outcomes:
        retries += outcome.retries
        match outcome.result:
            case Placed() as placed:
                revenue[placed.currency] += placed.total_minor
                seconds.append(outcome.latency_s)
            case Refused(reason):
                refused[reason] += 1
            case Uncertain(cause):
                uncertain[cause] += 1
            case _:
                assert_never(outcome.result)
    return Tally(
        placed_count=len(seconds),
        revenue_minor=dict(revenue),
        refused=dict(refused),
        uncertain=dict(uncertain),
        retried_order_count=sum(1 for outcome in outcomes if outcome.retries),
        retries=dict(retries),
        latencies=_latencies(sorted(seconds)) if seconds else None,
    )


def percentile(ordered: Sequence[float], percent: float) -> float:
    """Give the nearest-rank percentile of ascending values: the least one that `percent` of them do not exceed."""
    return ordered[max(0, math.ceil(percent / 100 * len(ordered)) - 1)]


def _latencies(ordered: Sequence[float]) -> Latencies:
    p50_s, p95_s, p99_s = (percentile(ordered, percent) for percent in (50, 95, 99))
    return Latencies(p50_s=p50_s, p95_s=p95_s, p99_s=p99_s, max_s=ordered[-1])
