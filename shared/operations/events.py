"""Pictures as server-sent events, a second apart, for as long as one request may last."""

import time
from collections.abc import Callable, Generator
from datetime import UTC, datetime

import msgspec

from shared.errors import Unavailable
from shared.operations.picture import Picture

PERIOD_S = 1.0
LASTS_S = 10.0  # less than the Service's timeoutSeconds and the route's timeout; then the page asks again
AGAIN_MS = 500

_encode = msgspec.json.Encoder().encode


class Trouble(msgspec.Struct, frozen=True, kw_only=True):
    """In place of a picture: why there is none now."""

    detail: str


def picture_event(picture: Picture) -> bytes:
    """A picture; its id is its time, which the client says again when it comes again."""
    return b"id: %b\nevent: picture\ndata: %b\n\n" % (picture.at.encode(), _encode(picture))


def trouble_event(detail: str) -> bytes:
    """The source is away for now; the stream goes on."""
    return b"event: trouble\ndata: %b\n\n" % _encode(Trouble(detail=detail))


def rest_s(last_id: str | None, now: datetime) -> float:
    """How long the first picture of a stream has to wait, for the one that its client saw last was just before."""
    try:
        seen = datetime.fromisoformat(last_id or "")
    except ValueError:
        return 0.0
    if seen.tzinfo is None:
        return 0.0
    return min(PERIOD_S, max(0.0, PERIOD_S - (now - seen).total_seconds()))


def stream(look: Callable[[], Picture], last_id: str | None) -> Generator[bytes]:
    """The events of one request."""
    began_s = time.monotonic()
    yield b"retry: %d\n\n" % AGAIN_MS
    time.sleep(rest_s(last_id, datetime.now(UTC)))
    due_s = time.monotonic()
    while due_s - began_s < LASTS_S:
        try:
            event = picture_event(look())
        except Unavailable as problem:
            event = trouble_event(problem.detail)
        yield event
        # What takes longer than a period leaves some out.
        due_s = max(due_s + PERIOD_S, time.monotonic())
        time.sleep(max(0.0, due_s - time.monotonic()))
