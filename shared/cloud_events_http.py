"""CloudEvents 1.0 over HTTP: what a request carries, as a list of events, checked.

Three ways to carry them (HTTP protocol binding 1.0.2, section 3): structured (one event as JSON), batch (a JSON
array of them) and binary (attributes as `ce-` headers, the data as the body). Pure: start at `parse`.
What cannot be read is a MalformedRequest; a wrong attribute is Unprocessable, and all wrong ones are named at once.
"""

import base64
import re
from collections.abc import Iterable, Mapping
from typing import Annotated, Literal, TypeVar
from urllib.parse import unquote_to_bytes

import msgspec
from msgspec import Meta

from shared.cloud_events import (
    ID_LENGTH,
    MEDIA_TYPE,
    SOURCE_LENGTH,
    TEXT_LENGTH,
    URI_REFERENCE,
    CloudEvent,
    Timestamp,
    Unchecked,
    check,
)
from shared.errors import FieldError, MalformedRequest, Unprocessable, UnsupportedMediaType

STRUCTURED = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"

PRINTABLE = r"^[^\x00-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff]+$"
JSON_MEDIA_TYPE = re.compile(r"[^/;]+/(?:json|[^;]+\+json)\s*(?:;.*)?", re.IGNORECASE)

JsonT = TypeVar("JsonT")

Word = Annotated[str, Meta(min_length=1, max_length=TEXT_LENGTH, pattern=PRINTABLE)]


class EventDocument(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A CloudEvent in JSON, for the API's description: what it does not name is an extension, [a-z0-9]+."""

    specversion: Literal["1.0"]
    id: Annotated[str, Meta(min_length=1, max_length=ID_LENGTH, pattern=PRINTABLE)]
    source: Annotated[str, Meta(max_length=SOURCE_LENGTH, pattern=f"^{URI_REFERENCE.pattern}$", description="A URI")]
    type: Word
    subject: Word | None = None
    time: Timestamp | None = None
    datacontenttype: Annotated[str, Meta(pattern=f"^{MEDIA_TYPE.pattern}$")] | None = None
    dataschema: Annotated[str, Meta(max_length=TEXT_LENGTH, pattern=f"^{URI_REFERENCE.pattern}$")] | None = None
    data: object = None
    data_base64: str | None = None


def parse(content_type: str, headers: Iterable[tuple[str, str]], body: bytes) -> list[CloudEvent]:
    """The events of one request.

    Args:
        content_type: the header, or "".
        headers: all headers, names in any case.
        body: as it came.

    Raises:
        MalformedRequest: it is no CloudEvent in any mode, or no JSON where JSON must be.
        UnsupportedMediaType: a structured event in a format that is not JSON.
        Unprocessable: attributes are wrong; none of the events counts then.
    """
    media_type = content_type.partition(";")[0].strip().lower()
    if media_type == STRUCTURED:
        carried = [_structured(_json(body, dict[str, msgspec.Raw]), "")]
    elif media_type == BATCH:
        members = _json(body, list[dict[str, msgspec.Raw]])
        carried = [_structured(event, f"[{index}].") for index, event in enumerate(members)]
    elif media_type.startswith("application/cloudevents"):
        raise UnsupportedMediaType(content_type, [STRUCTURED, BATCH, "any other type with ce- headers"])
    else:
        carried = [_binary(content_type, headers, body)]
    errors: list[FieldError] = []
    events = [check(event, errors) for event in carried]
    if errors:
        raise Unprocessable("An attribute of a CloudEvent is wrong", errors=errors)
    return events


def encode(event: CloudEvent) -> bytes:
    """The event as a JSON document of CloudEvents 1.0."""
    attributes: Mapping[str, object] = {
        "specversion": "1.0", "id": event.id, "source": event.source, "type": event.type, "subject": event.subject,
        "time": event.time, **event.others, "data": msgspec.Raw(event.data) if event.data is not None else None,
    }  # fmt: skip
    return msgspec.json.encode({name: value for name, value in attributes.items() if value is not None})


def _json(body: bytes, wanted: type[JsonT]) -> JsonT:
    try:
        return msgspec.json.decode(body, type=wanted)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise MalformedRequest(f"The body is not the JSON of a CloudEvent: {error}") from None
    except RecursionError:
        raise MalformedRequest("The body is nested too deeply") from None


def _structured(members: Mapping[str, msgspec.Raw], prefix: str) -> Unchecked:
    values = {name: _json(bytes(raw), object) for name, raw in members.items()}
    data = bytes(members["data"]) if values.pop("data", None) is not None else None
    return Unchecked(prefix=prefix, data=data, attributes={n: v for n, v in values.items() if v is not None})


def _binary(content_type: str, headers: Iterable[tuple[str, str]], body: bytes) -> Unchecked:
    attributes: dict[str, object] = {
        name[3:].lower(): _unquote(value) for name, value in headers if name.lower().startswith("ce-")
    }
    if not attributes:
        raise MalformedRequest(f"This is no CloudEvent: it has no ce- headers, and is not of type {STRUCTURED}")
    if content_type:
        attributes["datacontenttype"] = content_type
    data: bytes | None = None
    if body and JSON_MEDIA_TYPE.fullmatch(content_type):
        _json(body, object)
        data = body
    elif body and content_type.lower().startswith("text/") and (words := _utf8(body)) is not None:
        data = msgspec.json.encode(words)
    elif body:
        attributes["data_base64"] = base64.b64encode(body).decode()
    return Unchecked(prefix="ce-", attributes=attributes, data=data)


def _unquote(value: str) -> str:
    """Section 3.1.3.2: quotes around the value go, then percent-encoded UTF-8 is decoded, once."""
    value = value.strip(" \t")
    if len(value) >= 2 and value[0] == value[-1] == '"':
        value = re.sub(r"\\(.)", r"\1", value[1:-1])
    # What is not UTF-8 becomes U+FFFE, which no attribute may hold: the check that follows names it.
    return unquote_to_bytes(value.encode("latin-1", "replace")).decode("utf-8", "replace").replace("\ufffd", "\ufffe")


def _utf8(body: bytes) -> str | None:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return None
