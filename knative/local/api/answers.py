"""An answer, before it is sent: whole, or as a stream that ends when the client leaves."""

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field

from knative.local.api.statuses import StatusError
from knative.local.objects.json_values import Object

JSON = "application/json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    body: bytes
    code: int = 200
    content_type: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    chunks: AsyncIterator[bytes]
    content_type: str = JSON


def of_object(body: Object, code: int = 200) -> Answer:
    return Answer(body=encode(body), code=code)


def of_error(error: StatusError) -> Answer:
    headers = {"Retry-After": str(error.retry_after_s)} if error.retry_after_s else {}
    return Answer(body=encode(error.body()), code=error.code, headers=headers)


def of_text(body: str, code: int = 200) -> Answer:
    return Answer(body=body.encode(), code=code, content_type="text/plain; charset=utf-8")


def encode(body: Object) -> bytes:
    return json.dumps(body, separators=(",", ":")).encode() + b"\n"
