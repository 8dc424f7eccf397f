"""How long the requests of each revision took lately, from Envoy's own histograms.

They are asked for while somebody looks, and not otherwise. Envoy closes an interval every five seconds; its
percentiles are those of the last one, and empty where no request ended in it.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from knative.local import http_get
from knative.local.model import RevisionName

INTERVAL_S = 5  # Envoy's default of `stats_flush_interval`, which ours does not change

_PATTERN = r"^cluster\.[^.]+\.upstream_rq_time$"
_LINE = re.compile(r"^cluster\.([^.]+)\.upstream_rq_time: (.*)$", re.MULTILINE)
# P99(of the interval,since the start)
_VALUE = re.compile(r"\bP(50|99)\(([0-9.e+]+),")


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency:
    """Of one revision, from the request handed on to the answer whole: waiting for an instance is in it."""

    p50_ms: float
    p99_ms: float


def parse(text: str) -> dict[RevisionName, Latency]:
    """Latencies from Envoy's `/stats` text, of the revisions that had requests in the last interval."""
    found = {}
    for name, summary in _LINE.findall(text):
        values = dict(_VALUE.findall(summary))
        if "50" in values and "99" in values:
            found[RevisionName(name)] = Latency(p50_ms=float(values["50"]), p99_ms=float(values["99"]))
    return found


def read(admin_socket: Path) -> dict[RevisionName, Latency]:
    """Ask Envoy. Raises OSError where it does not answer within a second."""
    return parse(http_get.from_socket(admin_socket, f"/stats?usedonly&filter={quote(_PATTERN)}"))
