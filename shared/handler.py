"""One request of an endpoint, from the WSGI environment to a reply: found, checked, decoded, answered, encoded.

Whatever is raised as a `Problem` becomes its document; anything else is logged and becomes a bare 500. All that can be
made once is made with the handler, for `respond` runs thousands of times a second; that is also why it works on the
environment and not on Flask's request, which costs several times as much as all of this.
"""

import logging
import re
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
from werkzeug.datastructures import EnvironHeaders
from werkzeug.exceptions import ClientDisconnected
from werkzeug.wsgi import get_input_stream

from shared import callers, tracing
from shared.bodies import LIMIT_BYTES, BodyDecoder, decode_query
from shared.calls import PARAMETER, Answer, Call, Endpoint, Stream
from shared.errors import (
    MalformedRequest,
    MethodNotAllowed,
    NotFound,
    PreconditionRequired,
    Problem,
    TooLarge,
    UnsupportedMediaType,
)
from shared.problems import PROBLEM_TYPE, internal_error, problem_document

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

    from shared.rate_limits import Limit, Ruling

_log = logging.getLogger(__name__)
_encode = msgspec.json.Encoder().encode
_JSON = re.compile(r"application/(?:[\w.-]+\+)?json\s*(?:;\s*charset=\"?utf-8\"?\s*)?", re.IGNORECASE)
_IDEMPOTENCY_KEY = re.compile(r"[\x21-\x7e]{1,255}")
_NOTHING: Mapping[str, str] = MappingProxyType({})


class Reply(NamedTuple):
    """What goes out; `content_type` is None where there is no content."""

    status: int
    headers: list[tuple[str, str]]
    content_type: str | None
    body: bytes | Stream


class Handler:
    """An endpoint with all that can be prepared.

    Args:
        described: what it declares.
        function: what answers.
        allowed: the methods of its path, if other endpoints have some of them.
    """

    def __init__(
        self, described: Endpoint, function: Callable[[Call[Any, Any]], Answer], allowed: Sequence[str] | None = None
    ) -> None:
        self._endpoint = described
        self._function = function
        self._methods = described.methods
        self._allowed = allowed or described.allowed
        self._reads_body = described.reads_body
        self._decode_body: Callable[[bytes], Any] | None = None
        if described.body:
            self._decode_body = BodyDecoder(described.body).decode
        self._identify = callers.identifier(described.roles) if described.token else None
        self._rule = _ruler(described.limits) if described.limits else None
        parts = PARAMETER.split(described.path)
        pattern = "".join(f"(?P<{p}>[^/]+)" if index % 2 else re.escape(p) for index, p in enumerate(parts))
        self._match = re.compile(pattern).fullmatch if len(parts) > 1 else None

    def respond(self, environ: "WSGIEnvironment") -> Reply:
        span = tracing.recorder().begin(environ["REQUEST_METHOD"], self._endpoint.path, environ)
        trace_id = span.trace.trace_id
        status, problem_type = 500, None
        told: Mapping[str, str] = _NOTHING
        try:
            call = self._call(environ)
            if self._rule:
                told, refusal = self._rule(call)
                if refusal:
                    raise refusal
            reply = _written(self._function(call), trace_id, told)
            status = reply.status
        except Problem as problem:
            status, problem_type = problem.status, problem.type
            document = problem_document(problem, shown_path(environ), trace_id)
            headers = [("x-trace-id", trace_id), *problem.headers().items(), *told.items()]
            reply = Reply(status, headers, PROBLEM_TYPE, document)
        except Exception as error:  # noqa: BLE001 - the edge: a bug must reach the log, and not the client
            problem_type = type(error).__qualname__
            _log.exception("%s failed", self._endpoint.name)
            document = internal_error(shown_path(environ), trace_id)
            reply = Reply(status, [("x-trace-id", trace_id)], PROBLEM_TYPE, document)
        finally:
            span.end(status, problem_type)
        return reply

    def allowing(self, methods: Sequence[str]) -> "Handler":
        """This handler, but for the methods that a refusal of another one names."""
        return Handler(self._endpoint, self._function, methods)

    def _call(self, environ: "WSGIEnvironment") -> Call[Any, Any]:
        described = self._endpoint
        path = self._path(environ["PATH_INFO"])
        if environ["REQUEST_METHOD"] not in self._methods:
            raise MethodNotAllowed(environ["REQUEST_METHOD"], self._allowed)
        identity = self._identify(environ) if self._identify else None
        raw_body = _read(environ) if self._reads_body else b""
        body = None
        if self._decode_body:
            content_type = environ.get("CONTENT_TYPE", "")
            if content_type != "application/json" and not _JSON.fullmatch(content_type):
                raise UnsupportedMediaType(content_type, ["application/json"])
            body = self._decode_body(raw_body)
        return Call(
            body=body,
            query=decode_query(described.query, environ.get("QUERY_STRING", "")) if described.query else None,
            path=path,
            headers=EnvironHeaders(environ),
            raw_body=raw_body,
            identity=identity,
            client_address=callers.client_address(environ),
            idempotency_key=_idempotency_key(environ) if described.idempotent else None,
            if_match=_if_match(environ) if described.conditional else None,
        )

    def _path(self, path_info: str) -> Mapping[str, str]:
        """The path's parameters. WSGI hands the path over as bytes in Latin-1's clothes."""
        if self._match is None:
            if path_info in (self._endpoint.path, "/"):
                return _NOTHING
            raise NotFound
        try:
            found = self._match(path_info.encode("latin-1").decode("utf-8"))
        except UnicodeError:
            found = None
        if found is None or "\0" in path_info:
            raise NotFound
        return found.groupdict()


def _ruler(limits: "Sequence[Limit]") -> "Callable[[Call[Any, Any]], Ruling]":
    from shared import rate_limits  # noqa: PLC0415 - Redis's library is loaded only for endpoints with limits

    return lambda call: rate_limits.rule(limits, call)


def _read(environ: "WSGIEnvironment") -> bytes:
    # granian gives out a body whose sender died as if it were whole, so only the length can tell. The gateway adds it.
    if "HTTP_TRANSFER_ENCODING" in environ and not environ.get("CONTENT_LENGTH"):
        raise MalformedRequest("A body needs the header Content-Length, in place of chunks")
    length = environ.get("CONTENT_LENGTH") or "0"
    if not (length.isascii() and length.isdigit()):
        raise MalformedRequest("The header Content-Length must be a whole number")
    if len(length) > 18 or int(length) > LIMIT_BYTES:
        raise TooLarge(LIMIT_BYTES)
    try:
        raw_body = get_input_stream(environ).read(LIMIT_BYTES)
    except ClientDisconnected:
        raw_body = b""
    if len(raw_body) != int(length):
        raise MalformedRequest("The body ended before its length")
    return raw_body


def _idempotency_key(environ: "WSGIEnvironment") -> str:
    key: str = environ.get("HTTP_IDEMPOTENCY_KEY", "")
    if not _IDEMPOTENCY_KEY.fullmatch(key):
        rule = "1 to 255 visible ASCII characters"
        raise MalformedRequest(f"The header Idempotency-Key must be given, it is {rule}")
    return key


def _if_match(environ: "WSGIEnvironment") -> str:
    given: str = environ.get("HTTP_IF_MATCH", "").strip()
    if not given:
        raise PreconditionRequired
    return given


def shown_path(environ: "WSGIEnvironment") -> str:
    """The path as a problem document names it: WSGI hands it over as bytes in Latin-1's clothes."""
    path: str = environ["PATH_INFO"]
    return path.encode("latin-1").decode(errors="replace")


def _written(answer: Answer, trace_id: str, told: Mapping[str, str]) -> Reply:
    content, content_type = answer.content, answer.content_type
    body: bytes | Stream
    if content is None:
        body = b""
    elif isinstance(content, (bytes, Stream)):
        body, content_type = content, content_type or "application/octet-stream"
    else:
        body, content_type = _encode(content), content_type or "application/json"
    headers = [("x-trace-id", trace_id), *answer.headers.items(), *told.items()]
    return Reply(answer.status, headers, content_type, body)
