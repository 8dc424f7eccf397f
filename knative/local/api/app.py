"""The API server as an ASGI application: who asks, for what, and which module answers.

Every answer begins with a look at the engine, so a client reads what is there now. Only `writing` changes anything.
"""

import asyncio
import hmac
import sys
import time
import traceback
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from datetime import UTC, datetime
from typing import Any

from knative.local.api import answers, discovery, logs, openapi, reading, watching
from knative.local.api.answers import Answer, Stream
from knative.local.api.cluster import Cluster
from knative.local.api.history import History
from knative.local.api.requests import Request, Target, parse_query, target
from knative.local.api.statuses import StatusError, bad_request, not_allowed, unauthorized, unavailable, unknown_path
from knative.local.api.writing import Writer
from knative.local.objects.json_values import Object
from knative.local.objects.world import Objects
from shared.timestamps import rfc3339

# As `kubectl version` shows it: the Kubernetes of the kubectl that drives the tests.
VERSION: Object = {"major": "1", "minor": "37", "gitVersion": "v1.37.0-zerocart"}
LARGEST_BODY_BYTES = 3 * 1024 * 1024
# Two looks at the engine are at least so long apart, unless something asks for one.
REST_S = 0.05

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class Api:
    """One stack's API server.

    Args:
        token: who brings it may do everything.
        address: its own, for clients.
    """

    def __init__(self, cluster: Cluster, history: History, *, token: str, address: str) -> None:
        self._cluster = cluster
        self._history = history
        self._token = token
        self._address = address
        self._objects = Objects()
        self._writer = Writer(cluster, history, self.look)
        self._looked_s = 0.0

    def look(self, *, at_once: bool = True) -> None:
        """Bring the history up to date with the engine. What is being written is not looked at until it is."""
        now_s = time.monotonic()
        if self._writer.is_writing or not self._cluster.is_up or (not at_once and now_s - self._looked_s < REST_S):
            return
        self._looked_s = now_s
        now = rfc3339(datetime.now(UTC))
        shown = self._history.take_shown()
        self._history.follow(self._objects.take(self._cluster.facts(), now=now, again=shown))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        try:
            answer = await self._answer(scope, receive)
        except StatusError as error:
            answer = answers.of_error(error)
        except (OSError, ArithmeticError, LookupError, RuntimeError, TypeError, ValueError):
            # A fault of ours. The engine goes on, and its log says which one.
            traceback.print_exc(file=sys.stderr)
            message = "Internal error occurred: the engine's log says what went wrong"
            answer = answers.of_error(StatusError(500, "InternalError", message))
        if isinstance(answer, Stream):
            await _send_stream(answer, receive, send)
        else:
            await _send(answer, send)

    async def _answer(self, scope: Scope, receive: Receive) -> Answer | Stream:
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        request = Request(
            method=scope["method"],
            path=scope["path"],
            query=parse_query(scope["query_string"]),
            accept=headers.get("accept", ""),
            content_type=headers.get("content-type", "").partition(";")[0].strip(),
            user_agent=headers.get("user-agent", ""),
        )
        if request.path in {"/healthz", "/livez", "/readyz"}:
            return answers.of_text("ok" if self._cluster.is_up else "not yet", 200 if self._cluster.is_up else 503)
        self._refuse_strangers(headers)
        if (found := self._about(request)) is not None:
            return found
        named = target(request.path)
        if named is None:
            raise unknown_path()
        if not self._cluster.is_up:
            raise unavailable("the stack is not up yet")
        self.look()
        if request.method == "GET":
            return await self._read(named, request)
        return await self._writer.answer(named, request, await _body(receive))

    def _refuse_strangers(self, headers: Mapping[str, str]) -> None:
        given = headers.get("authorization", "").removeprefix("Bearer ")
        if not hmac.compare_digest(given.encode(), self._token.encode()):
            raise unauthorized()

    def _about(self, request: Request) -> Answer | None:
        """What is said of the API itself."""
        found = self._description(request)
        if found is None:
            return None
        if request.method != "GET":
            raise not_allowed(request.method)
        if found.get("kind") == "APIGroupDiscoveryList":
            content_type = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
            return Answer(body=answers.encode(found), content_type=content_type)
        return answers.of_object(found)

    def _description(self, request: Request) -> Object | None:
        match request.path.strip("/").split("/"):
            case ["version"]:
                return VERSION
            case ["api"] if request.wants_aggregated_discovery:
                return discovery.aggregated(is_core=True)
            case ["api"]:
                return discovery.api_versions(self._address)
            case ["apis"] if request.wants_aggregated_discovery:
                return discovery.aggregated(is_core=False)
            case ["apis"]:
                return discovery.group_list()
            case ["api", version]:
                return discovery.resource_list("", version)
            case ["apis", group]:
                return next((discovery.group(*each) for each in discovery.groups() if each[0] == group), None)
            case ["apis", group, version]:
                return discovery.resource_list(group, version)
            case ["openapi", "v3"]:
                return openapi.index()
            case ["openapi", "v3", *where]:
                return openapi.document("/".join(where))
            case _:
                return None

    async def _read(self, named: Target, request: Request) -> Answer | Stream:
        now = datetime.now(UTC)
        if named.subresource == "log":
            return await logs.answer(reading.get(self._history, named), request, self._cluster)
        if request.is_set("watch"):
            if named.name:
                raise bad_request("one object is watched by fieldSelector=metadata.name=…")
            watch = watching.begin(self._history, named, request)
            return Stream(chunks=watching.events(watch, self._history, lambda: self.look(at_once=False)))
        if named.name:
            found = reading.get(self._history, named)
            return answers.of_object(reading.formed(found, named.kind, request, now))
        return answers.of_object(reading.listed(self._history, named, request, now))


async def _body(receive: Receive) -> bytes:
    body = b""
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise bad_request("the request ended before its body did")
        body += bytes(message.get("body", b""))
        if len(body) > LARGEST_BODY_BYTES:
            raise StatusError(413, "RequestEntityTooLarge", "Request entity too large: limit is 3145728")
        if not message.get("more_body"):
            return body


async def _send(answer: Answer, send: Send) -> None:
    headers = {"content-type": answer.content_type, "content-length": str(len(answer.body)), **answer.headers}
    await send({"type": "http.response.start", "status": answer.code, "headers": _encoded(headers)})
    await send({"type": "http.response.body", "body": answer.body})


async def _send_stream(stream: Stream, receive: Receive, send: Send) -> None:
    await send(
        {"type": "http.response.start", "status": 200, "headers": _encoded({"content-type": stream.content_type})}
    )
    # Headers go out with the first bytes; a client waits for them before it has anything to wait for.
    await send({"type": "http.response.body", "body": b"", "more_body": True})
    left = asyncio.ensure_future(_left(receive))
    try:
        async for chunk in stream.chunks:
            if left.done():
                return
            if chunk:
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": b""})
    finally:
        left.cancel()


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _encoded(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
