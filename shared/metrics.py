"""What a function counts, in Prometheus's words, right although instances come and go.

With PROMETHEUS_MULTIPROC_DIR each instance counts in files there (see `shared.metrics_files`), and /metrics of any one
answers the sum over all that are and were. Without it, as in a container that Prometheus scrapes, it is in memory.
"""

import os
from functools import cache
from pathlib import Path

import prometheus_client.values
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from shared import metrics_files, settings
from shared.settings import Settings

# From a cached answer to the bound after which a client has given up.
_DURATION_BUCKETS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_START_BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)


class Metrics:
    """The metrics of one process. Other modules register theirs with `registry`."""

    def __init__(self, settings: Settings) -> None:
        self._folder = settings.metrics_folder
        if self._folder:
            self._folder.mkdir(parents=True, exist_ok=True)
            # The library chose where values live when it was imported: in the zygote, for no folder. Choose again.
            prometheus_client.values.ValueClass = _multiprocess_values()
        self.registry = CollectorRegistry()
        self._function = settings.service
        self._requests = Counter(
            "zerocart_requests", "Requests answered", ["function", "method", "status"], registry=self.registry
        )
        self._durations = Histogram(
            "zerocart_request_duration_seconds", "From the request read to the answer made", ["function", "method"],
            buckets=_DURATION_BUCKETS_S, registry=self.registry,
        )  # fmt: skip
        self._starts = Histogram(
            "zerocart_cold_start_seconds", "From the fork, or the container's entry point, to taking requests",
            ["function"], buckets=_START_BUCKETS_S, registry=self.registry,
        )  # fmt: skip
        self._phases = Histogram(
            "zerocart_cold_start_phase_seconds", "Parts of a start, from the request that waited to its first byte",
            ["function", "phase"], buckets=_START_BUCKETS_S, registry=self.registry,
        )  # fmt: skip
        # Finding a metric by its labels costs more than counting, and the same few come again and again.
        self._counter = cache(lambda method, status: self._requests.labels(self._function, method, str(status)))
        self._histogram = cache(lambda method: self._durations.labels(self._function, method))

    def observe_request(self, method: str, status: int, duration_s: float) -> None:
        """Count one request. `method` must be one of HTTP's: a client could invent others without end."""
        self._counter(method, status).inc()
        self._histogram(method).observe(duration_s)

    def observe_start(self, duration_s: float) -> None:
        self._starts.labels(self._function).observe(duration_s)

    def observe_phase(self, phase: str, duration_s: float) -> None:
        """Count one phase of a start: see `shared.cold_starts`."""
        self._phases.labels(self._function, phase).observe(duration_s)

    def exposition(self) -> bytes:
        """All of it as Prometheus's text."""
        if self._folder is None:
            return generate_latest(self.registry)
        registry = CollectorRegistry(auto_describe=False)
        registry.register(_FolderCollector(self._folder))
        return generate_latest(registry)

    def close(self) -> None:
        """At the end of the process: what it counted joins what the ended ones have counted."""
        if self._folder is not None:
            prometheus_client.values.close_all_multiprocess_files()  # type: ignore[no-untyped-call]
            metrics_files.compact(self._folder, [os.getpid()])


def _multiprocess_values() -> type[prometheus_client.values.MutexValue]:
    made: type[prometheus_client.values.MutexValue] = prometheus_client.values.MultiProcessValue()  # type: ignore[no-untyped-call]
    return made


class _FolderCollector(Collector):
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def collect(self) -> list[Metric]:
        return list(metrics_files.collect(self._folder))


@cache
def current() -> Metrics:
    """The metrics of this process, made at the first call, so after the fork."""
    return Metrics(settings.current())
