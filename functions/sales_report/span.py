"""Which time a report is of: what `from` and `to` say, and what they mean where they are left out."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated

import msgspec
from msgspec import Meta

from shared.cloud_events import Timestamp
from shared.errors import FieldError, Unprocessable

USUAL = timedelta(days=30)
LONGEST = timedelta(days=366)

Moment = Annotated[
    str,
    Meta(
        pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}([Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?([Zz]|[+-][0-9]{2}:[0-9]{2}))?$",
        description="A day, which is its beginning in UTC, or a time as in RFC 3339",
    ),
]


class Asked(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"since": "from", "until": "to"}
):
    """The query. A report begins at `from` and ends before `to`."""

    since: Moment | None = None
    until: Moment | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """From `since` on, before `until`; both in UTC."""

    since: datetime
    until: datetime

    @property
    def days(self) -> list[date]:
        """Every day in UTC that has a part of it."""
        if self.since == self.until:
            return []
        first, last = self.since.date(), (self.until - timedelta.resolution).date()
        return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def span(asked: Asked, now: datetime) -> Span:
    """The span that is asked for: by default up to the end of today, and as many days as are usual.

    Raises:
        Unprocessable: one of the two is no time, they are the wrong way round, or too far apart.
    """
    try:
        until = _moment("to", asked.until) if asked.until else _day(now.astimezone(UTC).date() + timedelta(days=1))
        since = _moment("from", asked.since) if asked.since else until - USUAL
    except OverflowError:
        raise _wrong("from", "It is before the calendar") from None
    if since > until:
        raise _wrong("from", "It must not be after `to`")
    if until - since > LONGEST:
        raise _wrong("from", f"It may be at most {LONGEST.days} days before `to`")
    return Span(since=since, until=until)


def _moment(field: str, said: str) -> datetime:
    try:
        if len(said) == len("2026-11-24"):
            return _day(date.fromisoformat(said))
        return msgspec.convert(said, Timestamp).astimezone(UTC)
    except (ValueError, OverflowError):  # msgspec's errors are ValueErrors
        raise _wrong(field, "It must be a day, 2026-11-24, or a time as in RFC 3339, 2026-11-24T10:00:00Z") from None


def _day(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _wrong(field: str, message: str) -> Unprocessable:
    return Unprocessable(errors=[FieldError(field=field, message=message)])
