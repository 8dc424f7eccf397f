"""What `from` and `to` mean."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.sales_report.span import LONGEST, Asked, Span, span
from shared.errors import Unprocessable

NOW = datetime(2026, 11, 24, 17, 30, tzinfo=UTC)

times = st.one_of(
    st.none(),
    st.dates().map(date.isoformat),
    st.datetimes(timezones=st.timezones() | st.just(UTC)).map(datetime.isoformat),
    st.from_regex(r"\A[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}Z)?\Z"),
)


def test_by_default_it_is_thirty_days_up_to_the_end_of_today() -> None:
    assert span(Asked(), NOW) == Span(
        since=datetime(2026, 10, 26, tzinfo=UTC), until=datetime(2026, 11, 25, tzinfo=UTC)
    )


def test_today_is_the_day_in_utc_wherever_the_clock_is() -> None:
    there = NOW.astimezone(datetime.fromisoformat("2026-11-24T00:00:00+13:00").tzinfo)
    assert span(Asked(), there) == span(Asked(), NOW)


def test_with_one_of_the_two_the_other_has_its_default() -> None:
    assert span(Asked(until="2026-03-01"), NOW).since == datetime(2026, 1, 30, tzinfo=UTC)
    assert span(Asked(since="2026-11-20"), NOW).until == datetime(2026, 11, 25, tzinfo=UTC)


def test_a_time_may_have_any_offset_and_is_told_in_utc() -> None:
    found = span(Asked(since="2026-11-24T00:00:00+05:30", until="2026-11-24t10:00:00.5z"), NOW)
    assert found.since.isoformat() == "2026-11-23T18:30:00+00:00"
    assert found.until.isoformat() == "2026-11-24T10:00:00.500000+00:00"
    assert found.days == [date(2026, 11, 23), date(2026, 11, 24)]


def test_a_span_may_be_empty_and_has_no_days_then() -> None:
    assert span(Asked(since="2026-11-24", until="2026-11-24"), NOW).days == []


def test_the_longest_span_is_a_leap_year() -> None:
    assert len(span(Asked(since="2028-01-01", until="2029-01-01"), NOW).days) == 366
    with pytest.raises(Unprocessable):
        span(Asked(since="2027-12-31", until="2029-01-01"), NOW)


@pytest.mark.parametrize("said", ["2026-11-24T10:00:00", "2026-13-01", "0000-01-01", "2026-11-24T25:00:00Z"])
def test_what_is_no_time_is_named(said: str) -> None:
    with pytest.raises(Unprocessable) as refused:
        span(Asked(until=said), NOW)
    assert [error.field for error in refused.value.errors] == ["to"]


@given(since=times, until=times)
def test_whatever_is_asked_it_is_a_span_with_all_its_days_or_it_is_refused(
    since: str | None, until: str | None
) -> None:
    try:
        found = span(Asked(since=since, until=until), NOW)
    except Unprocessable:
        return
    assert timedelta(0) <= found.until - found.since <= LONGEST
    assert found.days == sorted(set(found.days))
    if found.since < found.until:
        assert (found.days[0], found.days[-1]) == (
            found.since.date(), (found.until - timedelta.resolution).date(),
        )  # fmt: skip
