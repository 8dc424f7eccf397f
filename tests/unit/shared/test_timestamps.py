"""A time as text is the same moment, in UTC, wherever it came from."""

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from shared.timestamps import rfc3339

zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@given(st.datetimes(datetime(1900, 1, 2), datetime(2200, 1, 1), timezones=zones))
def test_it_is_read_as_the_same_moment(moment: datetime) -> None:
    said = rfc3339(moment, "microseconds")
    assert said.endswith("Z")
    assert datetime.fromisoformat(said) == moment


def test_it_is_as_fine_as_asked_for() -> None:
    moment = datetime(2026, 11, 24, 12, 0, 0, 5000, tzinfo=UTC)
    assert rfc3339(moment) == "2026-11-24T12:00:00Z"
    assert rfc3339(moment, "milliseconds") == "2026-11-24T12:00:00.005Z"
