"""POST /api/events: keep CloudEvents, each once."""

import functions_framework
import msgspec

from functions.record_event import store
from shared import cloud_events_http
from shared.cloud_events_http import BATCH, STRUCTURED, EventDocument
from shared.endpoint import Answer, Call, endpoint
from shared.errors import TooManyRequests, Unavailable
from shared.rate_limits import Limit, by_address

# Requests, not events: who has many sends them in batches. One address may be a whole office behind its router.
BY_ADDRESS = Limit(name="record-event-address", at_once=10_000, per_s=300.0, whom=by_address)


class Recorded(msgspec.Struct, frozen=True, kw_only=True):
    accepted: int
    duplicates: int


@functions_framework.http
@endpoint(
    "POST", "/api/events", accepts={STRUCTURED: EventDocument, BATCH: list[EventDocument]}, answers={202: Recorded},
    problems=(TooManyRequests, Unavailable), limits=(BY_ADDRESS,),
)  # fmt: skip
def record_event(call: Call[None, None]) -> Answer:
    """Record events

    CloudEvents 1.0: structured, a batch, or binary (attributes in ce- headers, any other content type). 202 means that
    they are stored; an event whose source and id are known is a duplicate, and changes nothing. A batch with a wrong
    event is refused as a whole.
    """
    events = cloud_events_http.parse(call.headers.get("Content-Type", ""), call.headers.items(), call.raw_body)
    accepted = store.add(events)
    return Answer(Recorded(accepted=accepted, duplicates=len(events) - accepted), status=202)
