"""A function that takes as long as it is told, or fails as it is told."""

import time
from typing import Annotated

import functions_framework
import msgspec

from shared.endpoint import Answer, Call, endpoint


class How(msgspec.Struct, frozen=True, kw_only=True):
    takes_s: Annotated[float, msgspec.Meta(ge=0, le=60)] = 0.0


@functions_framework.http
@endpoint("GET", "/api/slow", query=How, answers={200: "text/plain"})
def slow(call: Call[None, How]) -> Answer:
    """Take your time."""
    time.sleep(call.query.takes_s)
    return Answer(b"done", content_type="text/plain")
