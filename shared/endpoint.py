"""One HTTP endpoint: what a function declares, checked on the way in and written on the way out.

    @functions_framework.http
    @endpoint("GET", "/api/products/{sku}", answers={200: Product}, problems=(NotFound,))
    def get_product(call: Call[None, None]) -> Answer:
        return Answer(store.product(call.path["sku"]))

The declaration is the only one: validation, problem documents and OpenAPI come from it. Whatever is raised as a
`Problem` becomes its document; anything else is logged and becomes a bare 500. All that can be made once is made at
decoration, for this runs thousands of times a second.
"""

import functools
import logging
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar, cast, overload

import flask
import msgspec
from werkzeug.datastructures import Headers
from werkzeug.exceptions import HTTPException

from shared import callers, tracing
from shared.bodies import LIMIT_BYTES, BodyDecoder, decode_query
from shared.errors import MalformedRequest, MethodNotAllowed, NotFound, Problem, TooLarge, UnsupportedMediaType
from shared.problems import PROBLEM_TYPE, internal_error, problem_document, status_document

if TYPE_CHECKING:
    from shared.tokens import Identity

B = TypeVar("B")
Q = TypeVar("Q")

_log = logging.getLogger(__name__)
_encode = msgspec.json.Encoder().encode
_JSON = re.compile(r"application/(?:[\w.-]+\+)?json\s*(?:;\s*charset=\"?utf-8\"?\s*)?", re.IGNORECASE)
_PARAMETER = re.compile(r"\{(\w+)\}")
_IDEMPOTENCY_KEY = re.compile(r"[\x21-\x7e]{1,255}")
_NOTHING: Mapping[str, str] = MappingProxyType({})
_NO_BODIES: Mapping[str, type] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """What an endpoint promises, as OpenAPI tells it."""

    name: str
    method: str
    path: str
    body: type | None
    query: type | None
    accepts: Mapping[str, type]
    answers: Mapping[int, type | str | None]
    problems: tuple[type[Problem], ...]
    token: bool
    roles: tuple[str, ...]
    idempotent: bool
    summary: str
    description: str

    @property
    def reads_body(self) -> bool:
        return self.method not in {"GET", "HEAD", "DELETE"} or self.body is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Call(Generic[B, Q]):
    """One request, checked: body and query are what the endpoint declares."""

    body: B
    query: Q
    path: Mapping[str, str]
    headers: Headers
    raw_body: bytes
    identity: "Identity | None"
    client_address: str
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back: a struct as JSON, bytes as they are, or nothing."""

    content: object = None
    status: int = field(default=200, kw_only=True)
    headers: Mapping[str, str] = field(default_factory=dict, kw_only=True)
    content_type: str | None = field(default=None, kw_only=True)


class View(Protocol):
    """A decorated function, as functions-framework calls it."""

    endpoint: Endpoint

    def __call__(self, request: flask.Request) -> flask.Response: ...


# One overload for each of body and query given or not, so that a handler's `call.body` has its type.
@overload
def endpoint(
    method: str,
    path: str,
    *,
    answers: Mapping[int, type | str | None],
    problems: Sequence[type[Problem]] = (),
    token: bool = False,
    roles: Sequence[str] = (),
    idempotent: bool = False,
    accepts: Mapping[str, type] = ...,
) -> Callable[[Callable[[Call[None, None]], Answer]], View]: ...
@overload
def endpoint(
    method: str,
    path: str,
    *,
    body: type[B],
    answers: Mapping[int, type | str | None],
    problems: Sequence[type[Problem]] = (),
    token: bool = False,
    roles: Sequence[str] = (),
    idempotent: bool = False,
) -> Callable[[Callable[[Call[B, None]], Answer]], View]: ...
@overload
def endpoint(
    method: str,
    path: str,
    *,
    query: type[Q],
    answers: Mapping[int, type | str | None],
    problems: Sequence[type[Problem]] = (),
    token: bool = False,
    roles: Sequence[str] = (),
    idempotent: bool = False,
) -> Callable[[Callable[[Call[None, Q]], Answer]], View]: ...
@overload
def endpoint(
    method: str, path: str, *, body: type[B], query: type[Q], answers: Mapping[int, type | str | None],
    problems: Sequence[type[Problem]] = (), token: bool = False, roles: Sequence[str] = (), idempotent: bool = False,
    accepts: Mapping[str, type] = _NO_BODIES,
) -> Callable[[Callable[[Call[B, Q]], Answer]], View]: ...  # fmt: skip
def endpoint(
    method: str,
    path: str,
    *,
    body: type | None = None,
    query: type | None = None,
    answers: Mapping[int, type | str | None],
    problems: Sequence[type[Problem]] = (),
    token: bool = False,
    roles: Sequence[str] = (),
    idempotent: bool = False,
    accepts: Mapping[str, type] = _NO_BODIES,
) -> Callable[[Callable[[Call[Any, Any]], Answer]], View]:
    """Make a function of a `Call` into one that functions-framework can serve.

    Args:
        method: the one it takes; HEAD comes with GET.
        path: its public path, with parameters as `{sku}`. A path without any is served on `/` too, the function's
            Knative host.
        body: the type of its JSON body. Without one, the body is at `call.raw_body`, whatever it is.
        query: a struct of its query parameters.
        answers: the type of the content by status; for content that is not JSON, its media type.
        problems: what it raises beside what follows from the rest of the declaration.
        token: whether a valid access token is needed; `call.identity` is then whose it is.
        roles: the caller must have one of these; implies `token`.
        idempotent: whether the header Idempotency-Key must be given; `call.idempotency_key` is then its value.
        accepts: for an endpoint that decodes `call.raw_body` itself: the types by media type, for the document only.
    """

    def decorate(function: Callable[[Call[Any, Any]], Answer]) -> View:
        summary, _, description = (function.__doc__ or function.__name__.replace("_", " ")).strip().partition("\n")
        described = Endpoint(
            name=function.__name__, method=method, path=path, body=body, query=query,
            accepts=MappingProxyType(dict(accepts)),
            answers=MappingProxyType(dict(answers)), problems=tuple(problems), token=token or bool(roles),
            roles=tuple(roles), idempotent=idempotent, summary=summary,
            description=" ".join(description.split()),
        )  # fmt: skip
        handler = _Handler(described, function)

        @functools.wraps(function)
        def view(request: flask.Request) -> flask.Response:
            return handler.respond(request)

        view.endpoint = described  # type: ignore[attr-defined]
        return cast("View", view)

    return decorate


class _Handler:
    """An endpoint with all that can be prepared."""

    def __init__(self, described: Endpoint, function: Callable[[Call[Any, Any]], Answer]) -> None:
        self._endpoint = described
        self._function = function
        self._methods = ("GET", "HEAD") if described.method == "GET" else (described.method,)
        self._reads_body = described.reads_body
        self._decode_body: Callable[[bytes], Any] | None = None
        if described.body:
            self._decode_body = BodyDecoder(described.body).decode
        self._identify = callers.identifier(described.roles) if described.token else None
        parts = _PARAMETER.split(described.path)
        pattern = "".join(f"(?P<{p}>[^/]+)" if index % 2 else re.escape(p) for index, p in enumerate(parts))
        self._match = re.compile(pattern).fullmatch if len(parts) > 1 else None

    def respond(self, request: flask.Request) -> flask.Response:
        environ = request.environ
        span = tracing.recorder().begin(environ["REQUEST_METHOD"], self._endpoint.path, environ)
        trace_id = span.trace.trace_id
        status, problem_type = 500, None
        try:
            answer = self._function(self._call(request, environ))
            response = _written(answer, trace_id)
            status = answer.status
        except Problem as problem:
            status, problem_type = problem.status, problem.type
            response = _refused(problem_document(problem, request.path, trace_id), status, trace_id, problem.headers())
        except HTTPException as error:  # werkzeug's own: a client that went away, a broken chunk
            status = error.code or 500
            response = _refused(status_document(status, request.path, trace_id), status, trace_id)
        except Exception as error:  # noqa: BLE001 - the edge: a bug must reach the log, and not the client
            problem_type = type(error).__qualname__
            _log.exception("%s failed", self._endpoint.name)
            response = _refused(internal_error(request.path, trace_id), status, trace_id)
        finally:
            span.end(status, problem_type)
        return response

    def _call(self, request: flask.Request, environ: Mapping[str, Any]) -> Call[Any, Any]:
        described = self._endpoint
        path = self._path(environ["PATH_INFO"])
        if environ["REQUEST_METHOD"] not in self._methods:
            raise MethodNotAllowed(environ["REQUEST_METHOD"], self._methods)
        identity = self._identify(environ) if self._identify else None
        raw_body = self._read(request) if self._reads_body else b""
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
            headers=request.headers,
            raw_body=raw_body,
            identity=identity,
            client_address=callers.client_address(environ),
            idempotency_key=_idempotency_key(environ) if described.idempotent else None,
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

    @staticmethod
    def _read(request: flask.Request) -> bytes:
        if (request.content_length or 0) > LIMIT_BYTES:
            raise TooLarge(LIMIT_BYTES)
        raw_body = request.stream.read(LIMIT_BYTES + 1)
        if len(raw_body) > LIMIT_BYTES:
            raise TooLarge(LIMIT_BYTES)
        return raw_body


def path_parameters(path: str) -> list[str]:
    """The names in braces of a path."""
    return _PARAMETER.findall(path)


def _idempotency_key(environ: Mapping[str, Any]) -> str:
    key: str = environ.get("HTTP_IDEMPOTENCY_KEY", "")
    if not _IDEMPOTENCY_KEY.fullmatch(key):
        rule = "1 to 255 visible ASCII characters"
        raise MalformedRequest(f"The header Idempotency-Key must be given, it is {rule}")
    return key


def _written(answer: Answer, trace_id: str) -> flask.Response:
    content = answer.content
    headers = [("x-trace-id", trace_id), *answer.headers.items()]
    if content is None:
        response = flask.Response(b"", status=answer.status, headers=headers, content_type=answer.content_type)
        if answer.content_type is None:
            response.headers.pop("Content-Type", None)
        return response
    if isinstance(content, bytes):
        return flask.Response(
            content, status=answer.status, headers=headers,
            content_type=answer.content_type or "application/octet-stream",
        )  # fmt: skip
    return flask.Response(
        _encode(content), status=answer.status, headers=headers, content_type=answer.content_type or "application/json"
    )


def _refused(document: bytes, status: int, trace_id: str, headers: Mapping[str, str] = _NOTHING) -> flask.Response:
    return flask.Response(
        document, status=HTTPStatus(status), headers=[("x-trace-id", trace_id), *headers.items()],
        content_type=PROBLEM_TYPE,
    )  # fmt: skip
