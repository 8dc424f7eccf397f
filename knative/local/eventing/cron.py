"""When a schedule is due, as Knative Eventing reads one: robfig/cron v3.0.1 with an optional field for seconds.

Not a library for cron in general: `0 0 * * 7`, `5L` and `@every` mean something to some of those, and nothing to a
cluster. Pure: times are seconds since 1970 and come as arguments. 808 of robfig's own answers are the test
(tests/unit/knative/local/eventing/test_cron_vectors.py).
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo
from types import MappingProxyType

# A schedule that is due in none of so many years never is: 30 February.
YEARS_LOOKED_AHEAD = 5


class ScheduleError(ValueError):
    """What is wrong with a schedule, for the one who wrote it. `about_timezone`: with its time zone."""

    def __init__(self, rule: str, *, about_timezone: bool = False) -> None:
        super().__init__(rule)
        self.rule = rule
        self.about_timezone = about_timezone


@dataclass(frozen=True, slots=True, kw_only=True)
class _Field:
    name: str
    low: int
    high: int
    names: Mapping[str, int] = field(default_factory=dict)


def _numbered(words: str, first: int) -> Mapping[str, int]:
    return MappingProxyType({word: number for number, word in enumerate(words.split(), first)})


_FIELDS = (
    _Field(name="second", low=0, high=59),
    _Field(name="minute", low=0, high=59),
    _Field(name="hour", low=0, high=23),
    _Field(name="day of month", low=1, high=31),
    _Field(name="month", low=1, high=12, names=_numbered("jan feb mar apr may jun jul aug sep oct nov dec", 1)),
    _Field(name="day of week", low=0, high=6, names=_numbered("sun mon tue wed thu fri sat", 0)),
)
_DESCRIPTORS = {
    "@yearly": "0 0 0 1 1 *", "@annually": "0 0 0 1 1 *", "@monthly": "0 0 0 1 * *", "@weekly": "0 0 0 * * 0",
    "@daily": "0 0 0 * * *", "@midnight": "0 0 0 * * *", "@hourly": "0 0 * * * *",
}  # fmt: skip
_NUMBER = re.compile(r"\+?[0-9]{1,9}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """A schedule, read. Make one with `parse`.

    Args:
        either_day: days of the month and of the week are both restricted; then a day of either kind will do.
        zone: whose clock and calendar the fields speak of.
    """

    seconds: frozenset[int]
    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    either_day: bool
    zone: tzinfo

    def next_after(self, moment_s: float) -> int | None:
        """The first time after a moment when it is due; None where that never is.

        An hour that the clocks repeat is due twice, one that they leave out not at all, as in robfig's.
        """
        at_s = math.floor(moment_s) + 1
        at = datetime.fromtimestamp(at_s, self.zone)
        last_year = at.year + YEARS_LOOKED_AHEAD
        while at.year <= last_year:
            into_hour_s = at.minute * 60 + at.second
            if at.month not in self.months:
                at_s = self._begin(date(at.year + at.month // 12, at.month % 12 + 1, 1))
            elif not self._on_day(at):
                at_s = self._begin(at.date() + timedelta(days=1))
            elif at.hour not in self.hours:
                at_s += 3600 - into_hour_s
            elif at.minute not in self.minutes:
                at_s += 60 - at.second
            elif at.second not in self.seconds:
                at_s += 1
            else:
                return at_s
            at = datetime.fromtimestamp(at_s, self.zone)
        return None

    def _on_day(self, at: datetime) -> bool:
        day, weekday = at.day in self.days, at.isoweekday() % 7 in self.weekdays
        return day or weekday if self.either_day else day and weekday

    def _begin(self, day: date) -> int:
        """The first second of a day; where the clocks leave midnight out, that is later."""
        return math.floor(datetime(day.year, day.month, day.day, tzinfo=self.zone).timestamp())


def parse(text: str, timezone: str = "") -> Schedule:
    """Read a schedule: five fields, or six with seconds first, or `@daily` and its like; `CRON_TZ=Zone ` before it.

    Args:
        text: the schedule.
        timezone: a name of the IANA's, as the `timezone` of a PingSource. Without one it is UTC, as in the pods of
            a cluster, whatever this machine's clock shows.

    Raises:
        ScheduleError: it is none that Knative takes.
    """
    if "@every" in text:
        raise ScheduleError("unsupported descriptor @every")
    zone, words = _zone(f"CRON_TZ={timezone} {text}" if timezone else text)
    if words.startswith("@"):
        if words not in _DESCRIPTORS:
            raise ScheduleError(f"unrecognized descriptor: {words}; known are {', '.join(_DESCRIPTORS)}")
        words = _DESCRIPTORS[words]
    fields = words.split()
    if len(fields) not in {5, 6}:
        raise ScheduleError(f"expected 5 to 6 fields, found {len(fields)}")
    if len(fields) == 5:
        fields.insert(0, "0")
    read = [_read(text, kind) for text, kind in zip(fields, _FIELDS, strict=True)]
    seconds, minutes, hours, days, months, weekdays = [values for values, _ in read]
    return Schedule(
        seconds=seconds, minutes=minutes, hours=hours, days=days, months=months, weekdays=weekdays,
        either_day=not (read[3][1] or read[5][1]), zone=zone,
    )  # fmt: skip


def _zone(text: str) -> tuple[tzinfo, str]:
    """The time zone that a schedule begins with, and the rest of it."""
    if not text.startswith(("TZ=", "CRON_TZ=")):
        return UTC, text
    before, space, rest = text.partition(" ")
    if not space:
        raise ScheduleError("expected a schedule after the time zone")
    name = before.partition("=")[2]
    if name in {"", "UTC"}:
        return UTC, rest.strip()
    # Imported where it is needed: the engine starts sooner without it, and most schedules name no zone.
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError  # noqa: PLC0415

    try:
        return ZoneInfo(name), rest.strip()
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ScheduleError(
            f"provided bad location {name}: this machine knows no such zone", about_timezone=True
        ) from None


def _read(text: str, kind: _Field) -> tuple[frozenset[int], bool]:
    """The values that a field lists, and whether a star is among them."""
    parts = [_range(part, kind) for part in text.split(",") if part]
    return frozenset(value for values, _ in parts for value in values), any(star for _, star in parts)


def _range(text: str, kind: _Field) -> tuple[range, bool]:
    """`5`, `1-5`, `*`, `?`, each with `/step`; and whether it is a star that restricts nothing."""
    span, slash, step_text = text.partition("/")
    low_text, *high_texts = span.split("-")
    star = low_text in {"*", "?"}
    if "/" in step_text:
        raise ScheduleError(f"too many slashes: {text}")
    step = _number(step_text, kind) if slash else 1
    if star:
        low, high = kind.low, kind.high
    elif len(high_texts) > 1:
        raise ScheduleError(f"too many hyphens: {text}")
    else:
        low = _value(low_text, kind)
        # A step makes the end of a single number open: 5/10 is 5-59/10.
        high = _value(high_texts[0], kind) if high_texts else kind.high if slash else low
    if low < kind.low or high > kind.high:
        raise ScheduleError(f"the {kind.name} must be from {kind.low} to {kind.high}: {text}")
    if low > high:
        raise ScheduleError(f"beginning of range ({low}) beyond end of range ({high}): {text}")
    if step == 0:
        raise ScheduleError(f"step of range should be a positive number: {text}")
    return range(low, high + 1, step), star and step == 1


def _value(text: str, kind: _Field) -> int:
    named = kind.names.get(text.lower())
    return _number(text, kind) if named is None else named


def _number(text: str, kind: _Field) -> int:
    if not _NUMBER.fullmatch(text):
        raise ScheduleError(f'"{text}" is no {kind.name}')
    return int(text)
