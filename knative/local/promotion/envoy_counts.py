"""What each revision answered lately, from this stack's Envoy: its counters, and its histograms' buckets.

Both count from Envoy's start; a window is the difference of two readings. Envoy closes a histogram's interval every
five seconds, so times follow the counters by as much.
"""

import re
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from knative.local import http_get
from knative.local.promotion.decision import Counts
from knative.local.promotion.histogram import Bucket, percentile, since

_PATTERN = r"^cluster\.[^.]+\.upstream_rq_(completed|5xx|time)$"
_COUNTER = re.compile(r"^cluster\.([^.]+)\.upstream_rq_(completed|5xx): (\d+)$", re.MULTILINE)
_HISTOGRAM = re.compile(r"^cluster\.([^.]+)\.upstream_rq_time: (B.*)$", re.MULTILINE)
# B250(in the interval,since the start)
_BUCKET = re.compile(r"\bB([0-9.e+]+)\((?:\d+),(\d+)\)")
_KEPT_S = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Of one revision, since Envoy's start."""

    request_count: int = 0
    error_count: int = 0
    buckets: tuple[Bucket, ...] = ()


def parse(text: str) -> dict[str, Reading]:
    """Readings from Envoy's `/stats?histogram_buckets=cumulative` text, by revision."""
    counters: dict[str, dict[str, int]] = {}
    for name, kind, value in _COUNTER.findall(text):
        counters.setdefault(name, {})[kind] = int(value)
    buckets = {
        name: tuple(Bucket(limit_ms=float(limit), count=float(count)) for limit, count in _BUCKET.findall(line))
        for name, line in _HISTOGRAM.findall(text)
    }
    return {
        name: Reading(
            request_count=counters.get(name, {}).get("completed", 0),
            error_count=counters.get(name, {}).get("5xx", 0),
            buckets=buckets.get(name, ()),
        )
        for name in counters.keys() | buckets.keys()
    }


def between(before: Reading, after: Reading) -> Counts:
    """What a revision did between two readings. A restarted Envoy counts from zero again."""
    first = before if after.request_count >= before.request_count else Reading()
    return Counts(
        request_count=after.request_count - first.request_count,
        error_count=max(0, after.error_count - first.error_count),
        p99_ms=percentile(since(first.buckets, after.buckets), 99),
    )


class EnvoyCounts:
    """Keeps readings, so that it can tell what was within a window. A window begins no earlier than the first one."""

    def __init__(self, admin_socket: Path) -> None:
        self._admin_socket = admin_socket
        self._readings: deque[tuple[float, Mapping[str, Reading]]] = deque()

    def of(self, revisions: tuple[str, ...], window_s: float) -> list[Counts]:
        """What each did in the last seconds. Raises OSError where Envoy does not answer."""
        target = f"/stats?usedonly&histogram_buckets=cumulative&filter={quote(_PATTERN)}"
        now_s, now = time.monotonic(), parse(http_get.from_socket(self._admin_socket, target))
        self._readings.append((now_s, now))
        while self._readings[0][0] < now_s - _KEPT_S:
            self._readings.popleft()
        began_s = now_s - window_s
        # The last one from before the window, or else the first.
        first = next((found for at_s, found in reversed(self._readings) if at_s <= began_s), self._readings[0][1])
        return [between(first.get(name, Reading()), now.get(name, Reading())) for name in revisions]
