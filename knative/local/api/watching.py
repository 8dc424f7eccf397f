"""watch: the changes of a list as they happen, from the version that a client has on, as JSON lines.

Kubernetes' rules: without a version, or with 0, what there is now comes first, as ADDED. A watch list
(`sendInitialEvents`) ends these with a bookmark that says so. An object that a selector lets through no longer is
DELETED to that client, one that it lets through now ADDED.
"""

import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from knative.local.api.answers import encode
from knative.local.api.history import Change, History
from knative.local.api.reading import formed, objects, selector
from knative.local.api.requests import WATCH_S, Request, Target
from knative.local.api.selectors import Selector
from knative.local.api.statuses import StatusError
from knative.local.objects.json_values import Object

# A client that hears nothing for so long is told how far the versions have come, if it allows that.
BOOKMARK_S = 60.0
# What runs is looked at so often while somebody watches.
LOOK_S = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """A watch as it was asked for.

    Args:
        after: the version from which on changes are sent; None: send what there is first.
    """

    target: Target
    request: Request
    lets_through: Selector
    after: int | None
    with_bookmarks: bool
    ends_initial: bool
    lasts_s: float


def begin(history: History, target: Target, request: Request) -> Watch:
    """Read a request for a watch. Raises StatusError: 400, 410 for a version that is too old, 422."""
    version = request.whole("resourceVersion")
    sends_initial = request.is_set("sendInitialEvents")
    if sends_initial and request.query.get("resourceVersionMatch") != "NotOlderThan":
        message = (
            "resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"
        )
        raise StatusError(422, "Invalid", f'ListOptions.meta.k8s.io "" is invalid: {message}')
    wants_initial = sends_initial or ("sendInitialEvents" not in request.query and not version)
    after = None if wants_initial else (version or history.version)
    if after is not None:
        history.since(after)
    return Watch(
        target=target,
        request=request,
        lets_through=selector(request),
        after=after,
        with_bookmarks=request.is_set("allowWatchBookmarks"),
        ends_initial=sends_initial,
        lasts_s=float(request.whole("timeoutSeconds") or WATCH_S),
    )


async def events(watch: Watch, history: History, look: Callable[[], None]) -> AsyncIterator[bytes]:
    """The lines of a watch, until its time is over. An empty line means that nothing happened for a while.

    Args:
        look: brings the history up to date.
    """
    ends_s = time.monotonic() + watch.lasts_s
    told_s = time.monotonic()
    version = history.version if watch.after is None else watch.after
    if watch.after is None:
        for made in objects(history, watch.target, watch.request):
            yield _line(watch, "ADDED", made)
        if watch.ends_initial:
            yield _bookmark(watch, version, {"k8s.io/initial-events-end": "true"})
    while (left_s := ends_s - time.monotonic()) > 0:
        look()
        try:
            changes = history.since(version)
        except StatusError as error:
            yield encode({"type": "ERROR", "object": error.body()})
            return
        version = history.version
        for line in _lines(watch, changes):
            told_s = time.monotonic()
            yield line
        if watch.with_bookmarks and time.monotonic() - told_s > BOOKMARK_S:
            told_s = time.monotonic()
            yield _bookmark(watch, version, {})
        yield b""
        if history.version == version:
            await history.wait(min(left_s, LOOK_S))


def _lines(watch: Watch, changes: list[Change]) -> Iterator[bytes]:
    for change in changes:
        kind = watch.target.kind
        if change.reference.resource != kind.resource or watch.target.namespace not in {"", change.reference.namespace}:
            continue
        was_let_through = change.before is not None and watch.lets_through(change.before)
        is_let_through = change.type != "DELETED" and watch.lets_through(change.made)
        if is_let_through:
            yield _line(watch, "MODIFIED" if was_let_through else "ADDED", change.made)
        elif was_let_through:
            yield _line(watch, "DELETED", change.made)


def _line(watch: Watch, kind: str, made: Object) -> bytes:
    return encode({"type": kind, "object": formed(made, watch.target.kind, watch.request, datetime.now(UTC))})


def _bookmark(watch: Watch, version: int, annotations: dict[str, str]) -> bytes:
    metadata: Object = {"resourceVersion": str(version), "creationTimestamp": None}
    if annotations:
        metadata["annotations"] = {**annotations}
    kind = watch.target.kind
    made: Object = {"kind": kind.kind, "apiVersion": kind.api_version, "metadata": metadata}
    return encode({"type": "BOOKMARK", "object": formed(made, kind, watch.request, datetime.now(UTC))})
