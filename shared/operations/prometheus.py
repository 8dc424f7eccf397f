"""Prometheus of a cluster as a source: what Knative's autoscaler and queue-proxies count, turned into a picture.

Names are those of Knative Serving 1.19 and newer (OpenTelemetry), as Prometheus writes them: underscores for dots, and
the unit at the end. `picture` is pure; `Prometheus` asks, one query a figure, all of them at one moment.
"""

import math
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from types import MappingProxyType
from typing import NoReturn

import msgspec
import urllib3

from shared.errors import NotSupported, Unavailable
from shared.operations.picture import Function, Picture, Revision
from shared.timestamps import rfc3339

ANSWERS_WITHIN_S = 2.0
NAMESPACE = "shop"

_OF = f'{{k8s_namespace_name="{NAMESPACE}"}}'
_BY = "kn_service_name, kn_revision_name"
_DURATIONS = f"rate(kn_serving_invocation_duration_seconds_bucket{_OF}[1m])"
QUERIES: Mapping[str, str] = MappingProxyType(
    {
        "instances": f"max by ({_BY}) (kn_revision_pods_count{_OF})",
        "not_ready": f"max by ({_BY}) (kn_revision_pods_not_ready_count{_OF})",
        "desired": f"max by ({_BY}) (kn_revision_pods_desired{_OF})",
        "concurrency": f"max by ({_BY}) (kn_revision_concurrency_stable{_OF})",
        "target": f"max by ({_BY}) (kn_revision_concurrency_target{_OF})",
        "panic": f"max by ({_BY}) (kn_revision_panic_mode{_OF})",
        "rps": f"sum by ({_BY}) (rate(kn_serving_invocation_duration_seconds_count{_OF}[1m]))",
        "p50_s": f"histogram_quantile(0.5, sum by ({_BY}, le) ({_DURATIONS}))",
        "p99_s": f"histogram_quantile(0.99, sum by ({_BY}, le) ({_DURATIONS}))",
    }
)


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """One element of an instant vector: labels, and [time, "value"]."""

    metric: dict[str, str]
    value: tuple[float, str]


class _Data(msgspec.Struct, frozen=True, kw_only=True):
    result: list[Sample]


class _Reply(msgspec.Struct, frozen=True, kw_only=True):
    data: _Data


def picture(found: Mapping[str, Sequence[Sample]], at: str) -> Picture:
    """The picture that the answers to `QUERIES` make. A figure that is no number is one that is not known."""
    figures: dict[tuple[str, str], dict[str, float]] = defaultdict(dict)
    for figure, samples in found.items():
        for sample in samples:
            service, revision = sample.metric.get("kn_service_name"), sample.metric.get("kn_revision_name")
            value = float(sample.value[1])
            if service and revision and math.isfinite(value):
                figures[service, revision][figure] = value
    functions: dict[str, list[Revision]] = defaultdict(list)
    for (service, revision), known in sorted(figures.items()):
        functions[service].append(_revision(revision, known))
    return Picture(
        at=at,
        source="prometheus",
        functions=[Function(name=name, ready=True, revisions=revisions) for name, revisions in functions.items()],
    )


def _revision(name: str, known: Mapping[str, float]) -> Revision:
    instances = int(known.get("instances", 0))
    return Revision(
        name=name,
        instances=instances,
        ready_instances=max(0, instances - int(known.get("not_ready", 0))),
        desired=int(known.get("desired", 0)),
        concurrency=known.get("concurrency"),
        target=known.get("target"),
        rps=known.get("rps"),
        panic=known.get("panic", 0) > 0,
        p50_ms=_milliseconds(known.get("p50_s")),
        p99_ms=_milliseconds(known.get("p99_s")),
    )


def _milliseconds(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds * 1000, 3)


class Prometheus:
    """A cluster's Prometheus.

    Args:
        url: of its HTTP API, without `/api/v1`.
    """

    def __init__(self, url: str) -> None:
        self._url = f"{url.rstrip('/')}/api/v1/query"
        self._pool = urllib3.PoolManager(retries=False, timeout=ANSWERS_WITHIN_S)

    def look(self) -> Picture:
        now_s = time.time()
        found = {figure: self._ask(query, now_s) for figure, query in QUERIES.items()}
        at = rfc3339(datetime.fromtimestamp(now_s, UTC), "milliseconds")
        return picture(found, at)

    def do(self, deed: str, by: str, asked: Mapping[str, object]) -> NoReturn:  # noqa: ARG002 - as `Source` has it
        raise NotSupported("On a cluster this page only looks: deeds are done with the cluster's own tools")

    def _ask(self, query: str, now_s: float) -> list[Sample]:
        try:
            response = self._pool.request("GET", self._url, fields={"query": query, "time": f"{now_s:.3f}"})
            if response.status != 200:
                raise Unavailable(f"Prometheus answers {response.status}")
            return msgspec.json.decode(response.data, type=_Reply).data.result
        except (urllib3.exceptions.HTTPError, msgspec.DecodeError):
            raise Unavailable("Prometheus does not answer, or not as it should") from None
