"""What people rely on in a schedule, and where it is deliberately not robfig's."""

import contextlib
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import hypothesis.strategies as st
import pytest
from hypothesis import given

from knative.local.eventing.cron import Schedule, ScheduleError, parse

EPOCHS_S = st.integers(1_600_000_000, 2_000_000_000)
SCHEDULES = st.sampled_from(
    ["* * * * *", "*/10 * * * * *", "7 * * * *", "30 1 * * *", "0 9 * * mon-fri", "0 0 13 * fri", "@monthly"]
)
ZONES = st.sampled_from(["", "Europe/London", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"])


def due(text: str, after: str, timezone: str = "") -> str:
    """The next time after another, both as the clock of the zone shows them."""
    zone = ZoneInfo(timezone) if timezone else UTC
    found = parse(text, timezone).next_after(datetime.fromisoformat(after).replace(tzinfo=zone).timestamp())
    assert found is not None
    return f"{datetime.fromtimestamp(found, zone):%Y-%m-%d %H:%M}"


def refusal(text: str, timezone: str = "") -> ScheduleError:
    try:
        found = parse(text, timezone)
    except ScheduleError as error:
        return error
    raise AssertionError(f"{text} {timezone} was taken for {found}")


def matches(schedule: Schedule, at_s: int) -> bool:
    at = datetime.fromtimestamp(at_s, schedule.zone)
    day, weekday = at.day in schedule.days, at.isoweekday() % 7 in schedule.weekdays
    return (
        at.second in schedule.seconds
        and at.minute in schedule.minutes
        and at.hour in schedule.hours
        and at.month in schedule.months
        and (day or weekday if schedule.either_day else day and weekday)
    )


@given(text=SCHEDULES, timezone=ZONES, moment_s=EPOCHS_S)
def test_the_next_time_is_later_and_fits_and_no_earlier_one_does(text: str, timezone: str, moment_s: int) -> None:
    schedule = parse(text, timezone)
    found = schedule.next_after(moment_s)
    assert found is not None
    assert found > moment_s
    assert matches(schedule, found)
    assert not any(matches(schedule, at_s) for at_s in range(moment_s + 1, min(found, moment_s + 2000)))


@given(text=SCHEDULES, timezone=ZONES, moment_s=EPOCHS_S, fraction=st.floats(0, 0.999))
def test_within_a_second_it_is_the_same_next_time(text: str, timezone: str, moment_s: int, fraction: float) -> None:
    schedule = parse(text, timezone)
    assert schedule.next_after(moment_s + fraction) == schedule.next_after(moment_s)


def test_a_day_of_the_month_and_of_the_week_mean_either() -> None:
    assert due("0 0 13 * fri", "2026-11-24 12:00") == "2026-11-27 00:00"
    assert due("0 0 13 * fri", "2026-12-12 12:00") == "2026-12-13 00:00"
    assert due("0 0 13 * *", "2026-11-24 12:00") == "2026-12-13 00:00"


def test_a_time_zone_is_the_clock_that_a_schedule_speaks_of() -> None:
    assert parse("0 9 * * *", "Europe/Berlin") == parse("CRON_TZ=Europe/Berlin 0 9 * * *")
    summer = datetime(2026, 7, 1, tzinfo=UTC)
    assert parse("0 9 * * *", "Europe/Berlin").next_after(summer.timestamp()) == summer.replace(hour=7).timestamp()
    assert parse("0 9 * * *").next_after(summer.timestamp()) == summer.replace(hour=9).timestamp()


def test_an_hour_that_the_clocks_leave_out_is_not_due_and_one_that_they_repeat_is_due_twice() -> None:
    assert due("30 1 * * *", "2026-03-28 12:00", "Europe/London") == "2026-03-30 01:30"
    schedule, night = parse("30 1 * * *", "Europe/London"), datetime(2026, 10, 25, 0, 0, tzinfo=UTC)
    first = schedule.next_after(night.timestamp())
    assert first == night.replace(minute=30).timestamp()
    assert schedule.next_after(first) == night.replace(hour=1, minute=30).timestamp()


def test_a_day_without_a_midnight_is_a_day_though_robfig_leaves_it_out() -> None:
    assert due("32 1 31 3 *", "2024-03-29 12:00", "Asia/Beirut") == "2024-03-31 01:32"


def test_a_schedule_that_never_comes_is_known_for_one() -> None:
    assert parse("0 0 30 2 *").next_after(0) is None
    assert due("0 0 29 2 *", "2026-11-24 12:00") == "2028-02-29 00:00"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("@every 5m", "unsupported descriptor @every"),
        ("@reboot", "known are @yearly"),
        ("* * * *", "found 4"),
        ("60 * * * *", "minute must be from 0 to 59"),
        ("0 0 * * 7", "day of week must be from 0 to 6"),
        ("0 0 L * *", '"L" is no day of month'),
        ("9-5 * * * *", "beyond end of range"),
        ("*/0 * * * *", "positive"),
        ("1/2/3 * * * *", "too many slashes"),
        ("1-2-3 * * * *", "too many hyphens"),
        ("CRON_TZ=UTC", "a schedule after the time zone"),
    ],
)
def test_what_is_wrong_with_a_schedule_is_said(text: str, words: str) -> None:
    error = refusal(text)
    assert words in error.rule
    assert not error.about_timezone


@pytest.mark.parametrize("timezone", ["Nowhere/City", "/etc/passwd", "../UTC", "europe/LONDON ", "Europe", "\0"])
def test_a_time_zone_that_is_none_is_named(timezone: str) -> None:
    assert refusal("* * * * *", timezone).about_timezone


@given(st.text(st.characters(codec="ascii"), max_size=30), st.text(max_size=12))
def test_whatever_is_written_is_a_schedule_or_said_to_be_none(text: str, timezone: str) -> None:
    with contextlib.suppress(ScheduleError):
        found = parse(text, timezone).next_after(1_764_000_000)
        assert found is None or found > 1_764_000_000
