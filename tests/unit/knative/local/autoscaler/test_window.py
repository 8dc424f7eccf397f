import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knative.local.autoscaler.window import Window

reports = st.lists(
    st.tuples(st.integers(min_value=0, max_value=40), st.integers(min_value=0, max_value=1000)), min_size=1, max_size=60
).map(lambda pairs: sorted(pairs, key=lambda pair: pair[0]))


def _recorded(length_s: int, *pairs: tuple[float, float]) -> Window:
    window = Window.of_length(length_s)
    for at_s, value in pairs:
        window = window.record(at_s, value)
    return window


def test_a_partial_window_divides_by_the_seconds_since_the_first_report() -> None:
    assert _recorded(60, (10, 4), (11, 8)).average(11) == 6


def test_a_gap_counts_as_nothing() -> None:
    assert _recorded(60, (10, 6), (12, 6)).average(12) == 4


def test_reports_of_one_second_add_up() -> None:
    assert _recorded(60, (10.2, 4), (10.9, 8)).average(10.9) == 12


def test_seconds_without_a_report_are_not_yet_part_of_a_partial_window() -> None:
    assert _recorded(10, (0, 6), (1, 6)).average(3) == 6


def test_what_ran_out_of_the_window_counts_no_more() -> None:
    window = _recorded(3, (0, 9), (1, 3), (2, 3))
    assert window.average(2) == 5
    assert window.average(3) == 3


def test_a_report_older_than_the_window_is_dropped() -> None:
    window = _recorded(3, (10, 9))
    assert window.record(7, 100) is window


def test_a_late_report_within_the_window_counts_and_may_be_the_first() -> None:
    assert _recorded(5, (10, 9), (8, 3)).average(10) == 4


def test_a_window_without_reports_forgets_the_first() -> None:
    assert _recorded(3, (0, 9), (3, 6)).average(3) == 6


def test_exactly_a_window_after_the_last_report_it_is_zero_but_not_empty() -> None:
    window = _recorded(3, (0, 9))
    assert not window.is_empty(3.9)
    assert window.average(3) == 0
    assert window.is_empty(4)
    assert Window.of_length(3).is_empty(0)


def test_averages_are_rounded_to_six_digits_away_from_zero() -> None:
    assert _recorded(2, (0, 0.0000005)).average(0) == 0.000001
    assert _recorded(3, (0, 1), (1, 0), (2, 0)).average(2) == 0.333333


def test_a_weighted_average_leans_to_the_newest() -> None:
    rising, falling = _recorded(6, (0, 5), (1, 10)), _recorded(6, (0, 10), (1, 5))
    assert rising.average(1, "weighted-exponential") > falling.average(1, "weighted-exponential")
    assert falling.average(1) == rising.average(1)


def test_a_weighted_average_of_a_steady_load_is_nearly_the_load() -> None:
    window = _recorded(60, *((second, 10.0) for second in range(60)))
    assert window.average(59, "weighted-exponential") == pytest.approx(10, rel=1e-3)


@settings(deadline=None)
@given(reports, st.integers(min_value=1, max_value=20))
def test_an_average_lies_between_nothing_and_the_busiest_second(pairs: list[tuple[int, int]], length_s: int) -> None:
    window = _recorded(length_s, *pairs)
    now_s = pairs[-1][0]
    busiest = max(sum(value for at, value in pairs if at == second) for second, _ in pairs)
    assert 0 <= window.average(now_s) <= busiest + 1e-6
    assert 0 <= window.average(now_s, "weighted-exponential") <= busiest * 1.001


@settings(deadline=None)
@given(reports, st.integers(min_value=1, max_value=20))
def test_the_linear_average_is_the_sum_over_the_seconds_of_the_window(
    pairs: list[tuple[int, int]], length_s: int
) -> None:
    last = pairs[-1][0]
    seconds = {second for second, _ in pairs}
    # The window begins anew after its own length without a report.
    first = last
    for second in sorted(seconds, reverse=True):
        if first - second >= length_s:
            break
        first = second
    inside = sum(value for second, value in pairs if second > last - length_s and second >= first)
    average = _recorded(length_s, *pairs).average(last)
    assert average == pytest.approx(inside / min(last - first + 1, length_s), abs=1e-6)


@settings(deadline=None)
@given(reports, st.integers(min_value=1, max_value=20), st.integers(min_value=1, max_value=20))
def test_a_resized_window_keeps_what_both_lengths_hold(
    pairs: list[tuple[int, int]], before_s: int, after_s: int
) -> None:
    window = _recorded(before_s, *pairs)
    now_s = pairs[-1][0]
    resized = window.resized(after_s, now_s)
    assert resized.length_s == after_s
    kept = range(now_s, now_s - min(before_s, after_s), -1)
    assert [resized.buckets[s % after_s] for s in kept] == [window.buckets[s % before_s] for s in kept]
    assert resized.total == pytest.approx(sum(resized.buckets))


def test_a_window_without_data_is_resized_to_an_empty_one() -> None:
    assert _recorded(3, (0, 9)).resized(5, 100) == Window.of_length(5)
    assert Window.of_length(3).resized(5, 0) == Window.of_length(5)
