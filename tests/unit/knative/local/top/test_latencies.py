"""Latencies out of Envoy's statistics: of the last interval, and of nobody who had no request in it."""

from knative.local.model import RevisionName
from knative.local.top.latencies import Latency, parse

STATS = """cluster.get-jwks-00001.upstream_rq_time: P0(nan,29.5) P50(nan,29.5) P99(nan,29.5) P99.5(nan,29.5)
cluster.list-products-00001.upstream_rq_time: P0(1.02,1.0) P50(1.06,2) P95(45.5,45.5) P99(1.2e+03,45.5) P99.9(2000,45.5)
cluster.list-products-00001.external.upstream_rq_time: P50(7,7) P99(8,8)
cluster.list-products-00001.upstream_rq_total: 12
cluster.login-00001.upstream_rq_time: No recorded values
"""


def test_the_last_interval_s_percentiles_are_taken_and_who_had_no_request_has_none() -> None:
    assert parse(STATS) == {RevisionName("list-products-00001"): Latency(p50_ms=1.06, p99_ms=1200.0)}
