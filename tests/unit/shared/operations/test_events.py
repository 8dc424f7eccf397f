"""A stream of pictures: its events, its pace, and what is said while nobody answers."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice

import pytest

from shared.errors import NotSupported, Unavailable
from shared.operations import events
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

    told = stream(look, None)
    assert next(told).startswith(b"retry: ")
    assert next(told).startswith(b'id: 2026-11-24T12:00:00Z\nevent: picture\ndata: {"at":"2026-11-24T12:00:00Z"')
    assert next(told) == b'event: trouble\ndata: {"detail":"away"}\n\n'
    told.close()


def test_where_nobody_can_tell_it_is_said() -> None:
    with pytest.raises(NotSupported):
        source(Settings())


def test_a_stream_ends_before_its_request_would_be_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "PERIOD_S", 0.01)
    monkeypatch.setattr(events, "LASTS_S", 0.05)
    picture = Picture(at="2026-11-24T12:00:00Z", source="engine", functions=[])
    most = 50
    assert 1 < len(list(islice(stream(lambda: picture, None), most))) < most
