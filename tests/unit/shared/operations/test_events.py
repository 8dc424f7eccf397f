"""A stream of pictures: its events, its pace, and what is said while nobody answers."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from shared.errors import NotSupported, Unavailable
from shared.operations.events import PERIOD_S, rest_s, stream
from shared.operations.picture import Picture
from shared.operations.source import source
from shared.settings import Settings

NOW = datetime(2026, 11, 24, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seen", "expected_s"),
    [
        (NOW.isoformat(), PERIOD_S),
        ((NOW - timedelta(seconds=0.75)).isoformat(), 0.25),
        ((NOW - timedelta(hours=1)).isoformat(), 0.0),
        ((NOW + timedelta(hours=1)).isoformat(), PERIOD_S),  # a clock that was set
        ("2026-11-24T12:00:00", 0.0),
        ("yesterday", 0.0),
        (None, 0.0),
    ],
)
def test_a_stream_goes_on_in_the_step_of_the_one_before(seen: str | None, expected_s: float) -> None:
    assert rest_s(seen, NOW) == expected_s


def test_a_source_that_is_away_is_an_event_and_the_stream_goes_on() -> None:
    pictures: Iterator[Picture] = iter([Picture(at="2026-11-24T12:00:00Z", source="engine", functions=[])])

    def look() -> Picture:
        if (found := next(pictures, None)) is None:
            raise Unavailable("away")
        return found

    events = stream(look, None)
    assert next(events).startswith(b"retry: ")
    assert next(events).startswith(b'id: 2026-11-24T12:00:00Z\nevent: picture\ndata: {"at":"2026-11-24T12:00:00Z"')
    assert next(events) == b'event: trouble\ndata: {"detail":"away"}\n\n'
    events.close()


def test_where_nobody_can_tell_it_is_said() -> None:
    with pytest.raises(NotSupported):
        source(Settings())
