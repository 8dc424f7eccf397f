"""What a revision may have of a busy machine follows from its manifest."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knative.local import shares
from knative.local.model import Container, RevisionTemplate


def template(cpu_request: float = 0.1, concurrency: int = 8, **annotations: str) -> RevisionTemplate:
    return RevisionTemplate(
        container=Container(image="x", cpu_request=cpu_request),
        container_concurrency=concurrency,
        annotations={f"autoscaling.knative.dev/{name}": value for name, value in annotations.items()},
    )


def test_ten_may_wait_for_each_that_all_instances_take_at_once() -> None:
    assert shares.most_requests(template(concurrency=2, maxScale="3")) == 66


@pytest.mark.parametrize(("concurrency", "scale"), [(0, "3"), (8, "0"), (8, "many")])
def test_what_has_no_bound_on_a_cluster_has_none_here(concurrency: int, scale: str) -> None:
    assert shares.most_requests(template(concurrency=concurrency, maxScale=scale)) is None
    assert shares.most_requests(template()) is None


@pytest.mark.parametrize(("cpu_request", "nice"), [(0.1, 0), (1.0, 0), (0.08, 1), (0.05, 3), (0.001, 19), (0.0, 19)])
def test_the_processor_asked_for_is_a_nice_level(cpu_request: float, nice: int) -> None:
    assert shares.nice_level(template(cpu_request)) == nice


@given(st.floats(0.002, 0.1), st.floats(0.002, 0.1))
def test_weights_are_as_what_was_asked_for(first: float, second: float) -> None:
    levels = [shares.nice_level(template(asked)) for asked in (first, second)]
    weights = [1.25**-level for level in levels]
    assert weights[0] / weights[1] == pytest.approx(first / second, rel=0.26), "a level is a step of a quarter"
