import hypothesis.strategies as st
import pytest
from hypothesis import given

from knative.local.samples import Meter, Reading, parse

STATS = """cluster.list-products-00001.upstream_rq_active: 3
cluster.list-products-00001.upstream_rq_total: 120
cluster.login-00002.upstream_rq_total: 7
cluster.list-products-00001.upstream_rq_time: P0(nan,1)
"""


def test_envoys_statistics_become_readings_by_revision() -> None:
    assert parse(STATS) == {
        "list-products-00001": Reading(active_count=3, total_count=120),
        "login-00002": Reading(active_count=0, total_count=7),
    }


def test_concurrency_is_weighted_by_the_time_that_it_lasted() -> None:
    meter = Meter()
    meter.add(Reading(active_count=0, total_count=0), 10.0)
    meter.add(Reading(active_count=8, total_count=8), 10.25)
    meter.add(Reading(active_count=0, total_count=8), 10.5)
    concurrency, rps = meter.report(11.0)
    assert concurrency == pytest.approx(8 * 0.25)
    assert rps == pytest.approx(8.0)


def test_a_restarted_envoy_that_counts_from_zero_gives_no_negative_rate() -> None:
    meter = Meter()
    meter.add(Reading(active_count=0, total_count=1000), 0.0)
    meter.report(1.0)
    meter.add(Reading(active_count=0, total_count=5), 1.5)
    _, rps = meter.report(2.0)
    assert rps == pytest.approx(5.0)


@given(st.lists(st.tuples(st.floats(0.01, 1.0), st.integers(0, 500)), min_size=1, max_size=20))
def test_the_mean_lies_between_the_least_and_the_most_that_was_seen(steps: list[tuple[float, int]]) -> None:
    meter, now_s = Meter(), 0.0
    for pause_s, active_count in steps:
        now_s += pause_s
        meter.add(Reading(active_count=active_count, total_count=0), now_s)
    concurrency, _ = meter.report(now_s + 0.5)
    assert -1e-9 <= concurrency <= max(count for _, count in steps) + 1e-9
