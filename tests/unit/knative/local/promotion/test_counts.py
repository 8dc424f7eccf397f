"""What revisions did within a window: from Envoy's counters and buckets, and from a Prometheus."""

import json
import math
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knative.local.promotion.envoy_counts import Reading, between, parse
from knative.local.promotion.histogram import Bucket, percentile, since
from knative.local.promotion.prometheus_counts import PrometheusCounts, read_queries, value_of
from shared.errors import SettingError, StartError

# As Envoy 1.40 writes it; the other clusters and the gateway's own figures are nobody's.
STATS = """cluster.greet-00001.external.upstream_rq_completed: 6
cluster.greet-00001.upstream_rq_5xx: 2
cluster.greet-00001.upstream_rq_completed: 6
cluster.greet-00002.upstream_rq_completed: 1
cluster.greet-00001.external.upstream_rq_time: B0.5(0,0) B1(0,1)
cluster.greet-00001.upstream_rq_time: B0.5(0,0) B100(1,3) B250(1,6) B1.8e+06(1,6)
"""


def buckets(*counts: tuple[float, float]) -> list[Bucket]:
    return [Bucket(limit_ms=limit, count=count) for limit, count in counts]


def test_envoys_figures_are_read_by_revision() -> None:
    found = parse(STATS)
    assert found["greet-00002"] == Reading(request_count=1)
    assert found["greet-00001"] == Reading(
        request_count=6, error_count=2, buckets=tuple(buckets((0.5, 0), (100, 3), (250, 6), (1.8e6, 6)))
    )


def test_a_window_is_the_difference_of_two_readings() -> None:
    before = Reading(request_count=6, error_count=2, buckets=tuple(buckets((100, 6), (250, 6))))
    after = Reading(request_count=106, error_count=3, buckets=tuple(buckets((100, 6), (250, 106))))
    found = between(before, after)
    assert (found.request_count, found.error_count) == (100, 1)
    assert found.p99_ms == pytest.approx(248.5)


def test_an_envoy_that_began_anew_has_only_what_it_has() -> None:
    before = Reading(request_count=600, error_count=20, buckets=tuple(buckets((100, 600), (250, 600))))
    after = Reading(request_count=10, error_count=1, buckets=tuple(buckets((100, 10), (250, 10))))
    found = between(before, after)
    assert (found.request_count, found.error_count) == (10, 1)
    assert found.p99_ms == pytest.approx(99.0)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (buckets(), None),
        (buckets((100, 0), (250, 0)), None),
        (buckets((100, 100), (250, 100)), 99.0),
        (buckets((100, 98), (250, 100)), 175.0),
        (buckets((100, 50), (math.inf, 100)), 100.0),
    ],
    ids=["no buckets", "no requests", "in the first", "in the second", "beyond the last bound"],
)
def test_a_percentile_lies_within_its_bucket(found: Sequence[Bucket], expected: float | None) -> None:
    assert percentile(found, 99) == (None if expected is None else pytest.approx(expected))


@given(st.lists(st.integers(0, 50), min_size=3, max_size=3), st.lists(st.integers(0, 50), min_size=3, max_size=3))
def test_two_windows_add_up(first: list[int], second: list[int]) -> None:
    limits = (10.0, 100.0, 1000.0)
    one = buckets(*((limit, sum(first[: at + 1])) for at, limit in enumerate(limits)))
    both = buckets(*((limit, sum(first[: at + 1]) + sum(second[: at + 1])) for at, limit in enumerate(limits)))
    assert since(one, both) == buckets(*((limit, sum(second[: at + 1])) for at, limit in enumerate(limits)))


def answered(value: str) -> bytes:
    return json.dumps(
        {"status": "success", "data": {"resultType": "vector", "result": [{"value": [1.0, value]}]}}
    ).encode()


def test_prometheus_says_one_number_or_none() -> None:
    assert value_of(200, answered("12.5")) == 12.5
    assert value_of(200, answered("NaN")) is None
    assert value_of(200, b'{"status":"success","data":{"resultType":"vector","result":[]}}') is None


@pytest.mark.parametrize(
    ("status", "body"),
    [(200, b"<html>"), (200, b"[]"), (400, b'{"status":"error","error":"bad query"}'), (503, b"away"),
     (200, b'{"status":"success","data":{"result":[{}]}}')],
)  # fmt: skip
def test_anything_else_is_no_answer(status: int, body: bytes) -> None:
    with pytest.raises(ConnectionError, match=f"Prometheus answered {status}"):
        value_of(status, body)


def test_an_address_that_is_none_is_refused() -> None:
    with pytest.raises(SettingError, match="PROMETHEUS_URL"):
        PrometheusCounts("prometheus:9090", "shop")


def test_queries_of_another_mesh_take_the_place_of_istios(tmp_path: Path) -> None:
    file = tmp_path / "queries.yaml"
    file.write_text('errors: sum(increase(failed{to="$revision"}[$window]))\n')
    assert read_queries(file).errors == 'sum(increase(failed{to="$revision"}[$window]))'
    assert read_queries(file).requests == read_queries(None).requests
    file.write_text("error: up\n")
    with pytest.raises(StartError, match="must have PromQL"):
        read_queries(file)
