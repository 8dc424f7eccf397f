"""The attributes of a CloudEvent: what the specification (1.0.2, section 3) demands of them, and bounds of ours.

Start at `check`. Nothing here knows HTTP; `shared.cloud_events_http` reads requests.
"""

import base64
import binascii
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from shared.errors import FieldError

Timestamp = Annotated[datetime, Meta(tz=True)]

# No control characters, no noncharacters; surrogates do not get through JSON.
UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff]")
URI_REFERENCE = re.compile(r"(?:[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})+")
MEDIA_TYPE = re.compile(r"[\w!#$%&'*+.^`|~-]+/[\w!#$%&'*+.^`|~-]+\s*(?:;.*)?", re.ASCII)
EXTENSION_NAME = re.compile(r"[a-z0-9]{1,64}")
NUL_IN_JSON = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")

# Bounds of ours: source and id together are an index key of the store.
SOURCE_LENGTH = 1024
ID_LENGTH = 256
TEXT_LENGTH = 4096
DATA_LENGTH = 512 * 1024

OTHER_RULES = (
    ("datacontenttype", MEDIA_TYPE, "must be a media type, application/json"),
    ("dataschema", URI_REFERENCE, "must be a URI"),
    ("data_base64", None, ""),
)


class CloudEvent(msgspec.Struct, frozen=True, kw_only=True):
    """One event. `data` is its JSON as it came; `others` the attributes without a field here, and `data_base64`."""

    id: str
    source: str
    type: str
    subject: str | None = None
    time: datetime | None = None
    data: bytes | None = None
    others: Mapping[str, str | int | bool] = {}


class Unchecked(msgspec.Struct, frozen=True, kw_only=True):
    """One event as it was carried. `prefix` is what an error puts before an attribute's name."""

    prefix: str
    attributes: Mapping[str, object]
    data: bytes | None


def check(carried: Unchecked, errors: list[FieldError]) -> CloudEvent:
    """The event. What is wrong with it goes to `errors`, and then the event is not to be used."""
    reader = _Attributes(carried, errors)
    if reader.required("specversion") not in {"1.0", ""}:
        reader.complain("specversion", "must be 1.0")
    event = CloudEvent(
        id=reader.required("id", most=ID_LENGTH),
        source=reader.required("source", most=SOURCE_LENGTH, like=URI_REFERENCE, rule="must be a URI reference"),
        type=reader.required("type"),
        subject=reader.text("subject"),
        time=reader.time("time"),
        data=carried.data,
        others=reader.others(),
    )
    if event.data is not None and NUL_IN_JSON.search(event.data):
        reader.complain("data", "may not contain the character NUL")
    if event.data is not None and "data_base64" in event.others:
        reader.complain("data_base64", "may not stand beside data")
    return event


class _Attributes:
    """Takes the attributes of one event one by one; each getter takes its attribute away, `others` takes the rest."""

    def __init__(self, carried: Unchecked, errors: list[FieldError]) -> None:
        self._left = dict(carried.attributes)
        self._prefix = carried.prefix
        self._errors = errors

    def complain(self, name: str, message: str) -> None:
        self._errors.append(FieldError(field=f"{self._prefix}{name}", message=message))

    def required(
        self, name: str, *, most: int = TEXT_LENGTH, like: re.Pattern[str] | None = None, rule: str = ""
    ) -> str:
        if name not in self._left:
            self.complain(name, "is required")
            return ""
        return self.text(name, most=most, like=like, rule=rule) or ""

    def text(
        self, name: str, *, most: int = TEXT_LENGTH, like: re.Pattern[str] | None = None, rule: str = ""
    ) -> str | None:
        """A string that is not empty, or None where it is absent."""
        value = self._left.pop(name, None)
        if value is None:
            return None
        if not isinstance(value, str) or not value:
            self.complain(name, "must be a string that is not empty")
        elif len(value) > most:
            self.complain(name, f"may have at most {most} characters")
        elif UNPRINTABLE.search(value):
            self.complain(name, "may not contain control characters or what is not UTF-8")
        elif like and not like.fullmatch(value):
            self.complain(name, rule)
        else:
            return value
        return None

    def time(self, name: str) -> datetime | None:
        words = self.text(name)
        if words is None:
            return None
        try:
            return msgspec.convert(words, Timestamp).astimezone(UTC)
        except (msgspec.ValidationError, OverflowError):
            self.complain(name, "must be a time as in RFC 3339, 2026-11-24T10:00:00Z")
            return None

    def others(self) -> dict[str, str | int | bool]:
        """All that is left: the content's type and schema, base64, and extensions."""
        found: dict[str, str | int | bool] = {}
        for name, like, rule in OTHER_RULES:
            if (words := self.text(name, most=DATA_LENGTH, like=like, rule=rule)) is not None:
                found[name] = words
        if "data_base64" in found and not _is_base64(str(found["data_base64"])):
            self.complain("data_base64", "must be base64")
        for name, value in self._left.items():
            match value:
                case _ if not EXTENSION_NAME.fullmatch(name):
                    self.complain(name, "is unknown; an extension's name has up to 64 lower-case letters and digits")
                case str() if not UNPRINTABLE.search(value):
                    found[name] = value
                case bool():
                    found[name] = value
                case int() if -(2**31) <= value < 2**31:
                    found[name] = value
                case _:
                    self.complain(name, "must be text without control characters, a number of 32 bits, true or false")
        return found


def _is_base64(words: str) -> bool:
    try:
        base64.b64decode(words, validate=True)
    except (binascii.Error, ValueError):
        return False
    return True
