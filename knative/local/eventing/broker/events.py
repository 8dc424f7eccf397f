"""An event on its way through a Broker: as a request brings it, as it is kept, and as a subscriber is sent it. Pure.

It is kept as a JSON document of CloudEvents with what Knative's ingress adds: when it came (`knativearrivaltime`), and
how often it may still come back as an answer (`knativebrokerttl`), which is what ends a loop.
"""

import base64
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Literal
from urllib.parse import quote

import msgspec

from knative.local.eventing.broker.retries import Failure
from knative.local.eventing.event import PLAIN, Posted
from shared.cloud_events import CloudEvent
from shared.cloud_events_http import BATCH, JSON_MEDIA_TYPE, STRUCTURED, encode, parse
from shared.errors import Problem
from shared.timestamps import rfc3339

TTL = "knativebrokerttl"
ARRIVAL_TIME = "knativearrivaltime"
# The TTL of an event that comes without one: MAX_TTL of Knative's ingress.
LONGEST_TTL = 255
# KnativeErrorDataExtensionMaxLength.
ERROR_DATA_LENGTH = 1024

_FORWARDED = frozenset({"x-request-id", "retry-after", "traceparent", "tracestate"})
_FORWARDED_PREFIXES = ("knative-", "x-b3-")
# What a header may hold; anything else in one of these is not passed on.
_PRINTABLE = frozenset(map(chr, range(0x20, 0x7F)))

Headers = Iterable[tuple[str, str]]


class NotTakenError(Exception):
    """The event will never be taken, with why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def read(content_type: str, headers: Headers, body: bytes) -> CloudEvent:
    """The one event of a request or an answer. Raises NotTakenError."""
    if content_type.partition(";")[0].strip().lower() == BATCH:
        raise NotTakenError("a Broker takes one event at a time, and no batch")
    try:
        (event,) = parse(content_type, headers, body)
    except Problem as error:
        wrong = "; ".join(f"{each.field} {each.message}" for each in error.errors)
        raise NotTakenError(f"{error.detail}: {wrong}" if wrong else error.detail) from None
    return event


def is_event(content_type: str, headers: Headers) -> bool:
    """Whether an answer claims to hold an event, and not something else."""
    return content_type.lower().startswith("application/cloudevents") or any(
        name.lower() == "ce-specversion" for name, _ in headers
    )


def arrived(event: CloudEvent, at: datetime) -> CloudEvent:
    """The event as the Broker keeps it. Raises NotTakenError for one that has come back too often."""
    ttl = event.others.get(TTL)
    try:
        left = max(0, int(ttl) - 1) if ttl is not None else LONGEST_TTL
    except ValueError:
        left = LONGEST_TTL
    if left == 0:
        raise NotTakenError(f"{TTL} is used up: the event has come back too often")
    now = rfc3339(at, "auto")
    return _with(event, {ARRIVAL_TIME: now, TTL: left})


def reply(answer: CloudEvent, to: CloudEvent) -> CloudEvent:
    """An event that a subscriber answered with: it may come back once less often than the one that it answers."""
    return _with(answer, {TTL: to.others.get(TTL, LONGEST_TTL)})


def to_subscriber(event: CloudEvent) -> CloudEvent:
    others = {name: value for name, value in event.others.items() if name != TTL}
    return msgspec.structs.replace(event, others=others)


def to_dead_letter_sink(event: CloudEvent, failure: Failure) -> CloudEvent:
    """The event with why nobody has it. The subscriber's words are in base64, as Knative has them."""
    data = base64.b64encode(failure.data[:ERROR_DATA_LENGTH]).decode()[:ERROR_DATA_LENGTH]
    added: dict[str, str | int | bool] = {"knativeerrordest": failure.destination, "knativeerrorcode": failure.code}
    return _with(event, {**added, **({"knativeerrordata": data} if data else {})})


def attributes(event: CloudEvent) -> dict[str, str]:
    """All attributes as HTTP carries them; what a filter compares with."""
    named: dict[str, str | int | bool | None] = {
        "specversion": "1.0", "id": event.id, "source": event.source, "type": event.type, "subject": event.subject,
        "time": rfc3339(event.time, "auto") if event.time else None,
        **{name: value for name, value in event.others.items() if name != "data_base64"},
    }  # fmt: skip
    return {name: _text(value) for name, value in named.items() if value is not None}


def posted(event: CloudEvent, headers: Mapping[str, str], form: Literal["json", "binary", ""]) -> Posted:
    """Headers and body of a POST: the attributes as headers, or all in one JSON document."""
    if form == "json":
        return Posted(headers={**headers, "content-type": STRUCTURED}, body=encode(event))
    named = attributes(event)
    content_type = named.pop("datacontenttype", "application/json" if event.data is not None else "")
    made = {**headers, **{f"ce-{name}": quote(value, safe=PLAIN) for name, value in named.items()}}
    if content_type:
        made["content-type"] = quote(content_type, safe=f'{PLAIN} "%')
    return Posted(headers=made, body=_body(event, content_type))


def passed_on(headers: Headers) -> dict[str, str]:
    """The headers of a request that belong to the event: `PassThroughHeaders`, and the trace."""
    lower = {name.lower(): value for name, value in headers}
    return {
        name: value
        for name, value in lower.items()
        if (name in _FORWARDED or name.startswith(_FORWARDED_PREFIXES)) and _PRINTABLE.issuperset(value)
    }


def _body(event: CloudEvent, content_type: str) -> bytes:
    if (encoded := event.others.get("data_base64")) is not None:
        return base64.b64decode(str(encoded))
    if event.data is None:
        return b""
    if JSON_MEDIA_TYPE.fullmatch(content_type):
        return event.data
    # A JSON string is a text that came as it is; any other JSON value is its own text.
    value: object = msgspec.json.decode(event.data)
    return value.encode() if isinstance(value, str) else event.data


def _with(event: CloudEvent, added: Mapping[str, str | int | bool]) -> CloudEvent:
    return msgspec.structs.replace(event, others={**event.others, **added})


def _text(value: str | int | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
