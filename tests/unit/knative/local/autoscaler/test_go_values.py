import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knative.local.autoscaler.go_values import (
    parse_bool,
    parse_duration_ns,
    parse_float,
    parse_int,
    round_half_away,
)

S = 1_000_000_000


@pytest.mark.parametrize(
    ("text", "duration_ns"),
    [
        ("0", 0),
        ("+0", 0),
        ("90s", 90 * S),
        ("1m30s", 90 * S),
        ("0.5m", 30 * S),
        (".5s", S // 2),
        ("1.s", S),
        ("1h0m0s", 3600 * S),
        ("-2h", -7200 * S),
        ("3us", 3000),
        ("3\u00b5s", 3000),
        ("3\u03bcs", 3000),
        ("9223372036854775807ns", 2**63 - 1),
        ("0.000000001s", 1),
    ],
)
def test_durations_are_go_s(text: str, duration_ns: int) -> None:
    assert parse_duration_ns(text) == duration_ns


@pytest.mark.parametrize(
    "text",
    ["", "5", "s", ".s", "1 s", " 1s", "1S", "1d", "-", "--1s", "1s2", "1..5s", "9223372036854775808ns", "1e3s", "²s"],
)
def test_what_go_takes_for_no_duration_is_none(text: str) -> None:
    assert parse_duration_ns(text) is None


@settings(deadline=None)
@given(st.integers(min_value=0, max_value=3600), st.integers(min_value=0, max_value=59))
def test_minutes_and_seconds_add_up(minutes: int, seconds: int) -> None:
    assert parse_duration_ns(f"{minutes}m{seconds}s") == (60 * minutes + seconds) * S


@pytest.mark.parametrize("text", ["", " 1", "1 ", "1_0", "nan", "inf", "-Inf", "1e999", "0x1p-2", "٣", "1,5", "1\n"])
def test_numbers_that_only_python_takes_are_none(text: str) -> None:
    assert parse_float(text) is None


@pytest.mark.parametrize(("text", "value"), [("1", 1.0), ("-1", -1.0), ("+.5", 0.5), ("2.", 2.0), ("1e3", 1000.0)])
def test_numbers_are_go_s(text: str, value: float) -> None:
    assert parse_float(text) == value


@pytest.mark.parametrize("text", ["", "1.0", " 1", "1_0", "0x1", "٣", "1\n"])
def test_whole_numbers_that_only_python_takes_are_none(text: str) -> None:
    assert parse_int(text) is None


def test_a_whole_number_of_any_length_is_read() -> None:
    assert parse_int("-7") == -7
    assert (parse_int("9" * 9000) or 0) > 2**63


def test_truth_has_go_s_spellings() -> None:
    assert [parse_bool(text) for text in ("true", "T", "0", "False", "yes", "")] == [
        True,
        True,
        False,
        False,
        None,
        None,
    ]


@pytest.mark.parametrize(
    ("value", "rounded"), [(0.5, 1.0), (1.5, 2.0), (2.5, 3.0), (-2.5, -3.0), (0.49999999999999994, 0.0), (1e17, 1e17)]
)
def test_halves_go_away_from_zero(value: float, rounded: float) -> None:
    assert round_half_away(value) == rounded


@settings(deadline=None)
@given(st.floats(allow_nan=False, allow_infinity=False))
def test_rounding_moves_by_at_most_a_half(value: float) -> None:
    rounded = round_half_away(value)
    assert math.isclose(rounded, math.trunc(rounded), abs_tol=0)
    assert abs(rounded - value) <= 0.5
    assert round_half_away(-value) == -rounded
