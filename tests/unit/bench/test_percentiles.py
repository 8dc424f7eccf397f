import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.bench.percentiles import median_ratio, percentile

VALUES = st.lists(st.floats(0, 1e6), min_size=1)


def test_the_median_of_an_odd_count_is_the_one_in_the_middle() -> None:
    assert percentile([3.0, 1.0, 2.0], 50) == 2.0


def test_of_fifty_values_the_ninety_ninth_percentile_is_the_largest() -> None:
    assert percentile([float(number) for number in range(1, 51)], 99) == 50.0


def test_of_a_hundred_values_the_ninety_ninth_percentile_leaves_one_above_it() -> None:
    assert percentile([float(number) for number in range(1, 101)], 99) == 99.0


@given(values=VALUES, percent=st.integers(1, 100))
def test_a_percentile_was_measured_and_that_share_does_not_exceed_it(values: list[float], percent: int) -> None:
    found = percentile(values, percent)
    assert found in values
    assert sum(value <= found for value in values) * 100 >= percent * len(values)
    assert sum(value < found for value in values) * 100 < percent * len(values)


@pytest.mark.parametrize(("values", "percent"), [([], 50), ([1.0], 0), ([1.0], 101)])
def test_what_has_no_percentile_is_refused(values: list[float], percent: int) -> None:
    with pytest.raises(ValueError, match="wanted"):
        percentile(values, percent)


@given(noise=st.lists(st.floats(0.01, 100), min_size=1))
def test_noise_that_slows_both_of_a_pair_leaves_their_ratio(noise: list[float]) -> None:
    assert median_ratio([(9.0 * slow, 10.0 * slow) for slow in noise]) == pytest.approx(0.9)
