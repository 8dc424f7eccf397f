"""How busy each revision is, from Envoy's own statistics.

Envoy counts what waits in a revision's accept queue and what runs as one figure, `upstream_rq_active`: the
concurrency that Knative's activator and queue-proxies report together. It is read several times a second and
weighted by time, so that a second's figure is a mean, as Knative's is, and not a glance.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from knative.local import http_get
from knative.local.model import RevisionName

_PATTERN = r"^cluster\.[^.]+\.upstream_rq_(active|total)$"
_LINE = re.compile(r"^cluster\.([^.]+)\.upstream_rq_(active|total): (\d+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What Envoy says of one revision: requests that wait or run now, and all since Envoy's start."""

    active_count: int
    total_count: int


def parse(text: str) -> dict[RevisionName, Reading]:
    """Readings from Envoy's `/stats` text, by revision. Other clusters' names come along and are nobody's."""
    found: dict[str, dict[str, int]] = {}
    for name, kind, value in _LINE.findall(text):
        found.setdefault(name, {})[kind] = int(value)
    return {
        RevisionName(name): Reading(active_count=values.get("active", 0), total_count=values.get("total", 0))
        for name, values in found.items()
    }


def read(admin_socket: Path) -> dict[RevisionName, Reading]:
    """Ask Envoy. Raises OSError where it does not answer within a second."""
    return parse(http_get.from_socket(admin_socket, f"/stats?usedonly&filter={quote(_PATTERN)}"))


@dataclass(slots=True)
class Meter:
    """The load of one revision, gathered between two reports. Times are seconds on the caller's clock."""

    _integral: float = 0.0
    _active_count: int = 0
    _total_count: int | None = None
    _requests: int = 0
    _began_s: float | None = None
    _last_s: float = 0.0
    last_concurrency: float = field(default=0.0)
    last_rps: float = field(default=0.0)

    def add(self, reading: Reading, now_s: float) -> None:
        """Take in a reading; the count before it is taken to have lasted until now."""
        if self._began_s is None:
            self._began_s = self._last_s = now_s
        self._integral += self._active_count * (now_s - self._last_s)
        self._last_s = now_s
        self._active_count = reading.active_count
        # A restarted Envoy counts from zero again.
        before = self._total_count if self._total_count is not None else reading.total_count
        self._requests += reading.total_count - before if reading.total_count >= before else reading.total_count
        self._total_count = reading.total_count

    def report(self, now_s: float) -> tuple[float, float]:
        """Mean concurrency and requests a second since the last report; starts the next one."""
        began_s = self._began_s if self._began_s is not None else now_s
        elapsed_s = now_s - began_s
        self._integral += self._active_count * (now_s - self._last_s)
        if elapsed_s > 0:
            self.last_concurrency = self._integral / elapsed_s
            self.last_rps = self._requests / elapsed_s
        else:
            self.last_concurrency, self.last_rps = float(self._active_count), 0.0
        self._integral, self._requests = 0.0, 0
        self._began_s = self._last_s = now_s
        return self.last_concurrency, self.last_rps

    @property
    def active_count(self) -> int:
        return self._active_count
