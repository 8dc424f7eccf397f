"""Durations of ISO 8601, as Knative Eventing reads them (rickb777's `period`): PT0.2S, PT1M30S, P1DT12H. Pure."""

import re

_DAY_S = 24 * 3600.0
# As there, a year is one of the Gregorian calendar on average, and a month its twelfth.
_YEAR_S = 365.2425 * _DAY_S
_number = r"(\d+(?:[.,]\d+)?)"
_period = re.compile(
    rf"([+-]?)P(?:{_number}Y)?(?:{_number}M)?(?:{_number}W)?(?:{_number}D)?"
    rf"(?:T(?=\d)(?:{_number}H)?(?:{_number}M)?(?:{_number}S)?)?",
    re.ASCII,
)
_units_s = (_YEAR_S, _YEAR_S / 12, 7 * _DAY_S, _DAY_S, 3600.0, 60.0, 1.0)


def parse_period_s(text: str) -> float | None:
    """The seconds of a duration, negative after a minus; None where it is none."""
    found = _period.fullmatch(text)
    if found is None or not any(found.groups()[1:]):
        return None
    sign, *values = found.groups()
    total_s = sum(
        float(value.replace(",", ".")) * unit_s for value, unit_s in zip(values, _units_s, strict=True) if value
    )
    return -total_s if sign == "-" else total_s
