"""/api/ops: how the functions run, live, and a few deeds to see them cope; for those who run the shop."""

import functions_framework

from functions.watch_operations import store
from functions.watch_operations.deeds import burst, kill, redis_away, rollback, traffic
from shared.calls import Stream
from shared.endpoint import Answer, Call, endpoint, several_paths
from shared.errors import NotSupported, TooManyRequests, Unavailable
from shared.operations.picture import Picture

ADMINS = ("admin",)
LOOKING = (NotSupported, TooManyRequests, Unavailable)
NOT_KEPT = {"Cache-Control": "no-store"}


@endpoint("GET", "/api/ops", answers={200: Picture}, problems=LOOKING, roles=ADMINS)
def look(call: Call[None, None]) -> Answer:  # noqa: ARG001 - the request says nothing but its address
    """Look how the functions run

    Instances, concurrency against its target, requests a second, latencies, cold starts and traffic of each revision.
    What is not known where this runs is null, and `deeds` says what can be done.
    """
    return Answer(store.look(), headers=NOT_KEPT)


@endpoint("GET", "/api/ops/stream", answers={200: "text/event-stream"}, problems=LOOKING, roles=ADMINS)
def watch(call: Call[None, None]) -> Answer:
    """Watch how the functions run

    Server-sent events: `picture` each second, its data as `GET /api/ops` answers; `trouble` with a `detail` while there
    is none. A stream ends after some seconds; come again with the header Last-Event-ID.
    """
    events = store.events(call.headers.get("Last-Event-ID"))
    return Answer(Stream(events), content_type="text/event-stream", headers=NOT_KEPT)


@functions_framework.http
@several_paths(look, watch, burst, traffic, rollback, kill, redis_away)
def watch_operations() -> None:
    """One Service: what looks and what does have one source."""
