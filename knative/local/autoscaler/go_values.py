"""Numbers and durations as Go reads and writes them, because Knative's settings are Go's text.

`parse_float("1_0")` and `parse_int(" 3")` work in Python and are refused by Go; `parse_duration_ns` is Go's
`time.ParseDuration`. Each gives None for what Go refuses; NaN and the infinities, which Go's parser takes and
no setting can mean, are refused as well.
"""

import math
import re

SECOND_NS = 1_000_000_000

_minute_ns = 60 * SECOND_NS
_units_ns = {
    "ns": 1,
    "us": 1_000,
    "\u00b5s": 1_000,  # micro sign
    "\u03bcs": 1_000,  # Greek mu
    "ms": 1_000_000,
    "s": SECOND_NS,
    "m": _minute_ns,
    "h": 60 * _minute_ns,
}
_largest_ns = 2**63 - 1
_float = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_int = re.compile(r"[+-]?[0-9]+")
_part = re.compile(r"([0-9]*)(?:(\.)([0-9]*))?([^0-9.]+)")
_truths = {"1": True, "t": True, "T": True, "true": True, "TRUE": True, "True": True}
_falsehoods = {"0": False, "f": False, "F": False, "false": False, "FALSE": False, "False": False}


def parse_float(text: str) -> float | None:
    """A finite number, or None."""
    if not _float.fullmatch(text):
        return None
    value = float(text)
    return value if math.isfinite(value) else None


def parse_int(text: str) -> int | None:
    """A whole number of any size, or None: callers know their bounds."""
    # Longer than any bound of ours, and Python refuses to convert thousands of digits.
    if not _int.fullmatch(text):
        return None
    return int(text) if len(text) <= 40 else int(text[:40])


def parse_bool(text: str) -> bool | None:
    return (_truths | _falsehoods).get(text)


def parse_duration_ns(text: str) -> int | None:
    """Nanoseconds of `1m30s`, `0.5m`, `-2h`, or None."""
    sign = -1 if text.startswith("-") else 1
    rest = text[1:] if text[:1] in {"-", "+"} else text
    if rest == "0":
        return 0
    if not rest:
        return None
    total = 0
    while rest:
        part = _part.match(rest)
        if not part:
            return None
        whole, _, fraction, unit = part.groups()
        unit_ns = _units_ns.get(unit)
        if unit_ns is None or not (whole or fraction) or len(whole) > 19:
            return None
        total += int(whole or "0") * unit_ns
        if fraction:
            # Go multiplies in doubles here, and so do we: 18 digits are all that it reads exactly.
            digits = fraction[:18]
            total += int(float(int(digits)) * (unit_ns / 10.0 ** len(digits)))
        if total > _largest_ns:
            return None
        rest = rest[part.end() :]
    return sign * total


def round_half_away(value: float) -> float:
    """Go's `math.Round`: halves go away from zero, where Python's `round` sends them to even."""
    whole = math.trunc(value)
    # Subtracting is exact here, adding a half and flooring is not (0.49999999999999994).
    return math.copysign(float(abs(whole) + (abs(value - whole) >= 0.5)), value)
