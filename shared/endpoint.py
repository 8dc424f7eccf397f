"""One HTTP endpoint: what a function declares, checked on the way in and written on the way out.

    @functions_framework.http
    @endpoint("GET", "/api/products/{sku}", answers={200: Product}, problems=(NotFound,))
    def get_product(call: Call[None, None]) -> Answer:
        return Answer(store.product(call.path["sku"]))

The declaration is the only one: validation, problem documents and OpenAPI come from it. What happens with a request is
in `shared.handler`.
"""

import functools
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast, overload

import flask

from shared.calls import Answer, Call, Endpoint, Stream
from shared.errors import Problem
from shared.handler import Handler, Reply

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

    from shared.rate_limits import Limit

__all__ = ["Answer", "Call", "Endpoint", "View", "endpoint", "one_path", "several_paths"]

B = TypeVar("B")
Q = TypeVar("Q")

_NO_BODIES: Mapping[str, type] = MappingProxyType({})


class View(Protocol):
    """A decorated function, as functions-framework calls it. Our own server calls `respond`, which needs no Flask."""

    endpoints: tuple[Endpoint, ...]
    handlers: tuple[Handler, ...]
    respond: "Callable[[WSGIEnvironment], Reply]"

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
    conditional: bool = False,
    refresh_cookie: bool = False,
    elsewhere: Sequence[str] = (),
    limits: "Sequence[Limit]" = (),
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
    conditional: bool = False,
    refresh_cookie: bool = False,
    elsewhere: Sequence[str] = (),
    limits: "Sequence[Limit]" = (),
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
    conditional: bool = False,
    elsewhere: Sequence[str] = (),
    limits: "Sequence[Limit]" = (),
) -> Callable[[Callable[[Call[None, Q]], Answer]], View]: ...
@overload
def endpoint(
    method: str, path: str, *, body: type[B], query: type[Q], answers: Mapping[int, type | str | None],
    problems: Sequence[type[Problem]] = (), token: bool = False, roles: Sequence[str] = (), idempotent: bool = False,
    conditional: bool = False, elsewhere: Sequence[str] = (), limits: "Sequence[Limit]" = (),
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
    conditional: bool = False,
    refresh_cookie: bool = False,
    elsewhere: Sequence[str] = (),
    limits: "Sequence[Limit]" = (),
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
        conditional: whether the header If-Match must be given (428); `call.if_match` is then its value.
        refresh_cookie: whether the client may ask for its refresh token in a cookie (`shared.refresh_cookies`).
        elsewhere: the methods that other functions have on this path: a refusal of the rest names them too.
        limits: how often whom may ask; each answer tells how its client stands (RateLimit-Policy, RateLimit).
        accepts: for an endpoint that decodes `call.raw_body` itself: the types by media type, for the document only.
    """

    def decorate(function: Callable[[Call[Any, Any]], Answer]) -> View:
        summary, _, description = (function.__doc__ or function.__name__.replace("_", " ")).strip().partition("\n")
        described = Endpoint(
            name=function.__name__, method=method, path=path, body=body, query=query,
            accepts=MappingProxyType(dict(accepts)),
            answers=MappingProxyType(dict(answers)), problems=tuple(problems), token=token or bool(roles),
            roles=tuple(roles), idempotent=idempotent, conditional=conditional, refresh_cookie=refresh_cookie,
            elsewhere=tuple(elsewhere), limits=tuple(limits), summary=summary,
            description=" ".join(description.split()),
        )  # fmt: skip
        handler = Handler(described, function)
        return _view(function, (described,), (handler,), handler.respond)

    return decorate


def one_path(*views: View) -> Callable[[Callable[[], None]], View]:
    """Make one function of endpoints that have one path and different methods; what it decorates gives the name.

    @functions_framework.http
    @one_path(read_cart, replace_cart)
    def cart() -> None:
        ...
    """
    endpoints = tuple(described for view in views for described in view.endpoints)
    assert len({described.path for described in endpoints}) == 1, "they have one path"
    allowed = [method for described in endpoints for method in described.methods]
    assert len(set(allowed)) == len(allowed), "each method is one endpoint's"
    handlers = tuple(handler.allowing(allowed) for view in views for handler in view.handlers)
    of_method = {
        method: handler.respond
        for described, handler in zip(endpoints, handlers, strict=True)
        for method in described.methods
    }

    def respond(environ: "WSGIEnvironment") -> Reply:
        return of_method.get(environ["REQUEST_METHOD"], handlers[0].respond)(environ)

    return lambda function: _view(function, endpoints, handlers, respond)


def several_paths(*views: View) -> Callable[[Callable[[], None]], View]:
    """Make one function of endpoints that have paths of their own, without parameters; `/` is the first one's.

    @functions_framework.http
    @several_paths(charge, void)
    def charge_payment() -> None:
        ...
    """
    endpoints = tuple(described for view in views for described in view.endpoints)
    assert not any(described.parameters for described in endpoints), "a path with parameters is found by its pattern"
    of_path = {view.endpoints[0].path: view.respond for view in views}
    assert len(of_path) == len(views), "each path is one view's"

    def respond(environ: "WSGIEnvironment") -> Reply:
        return of_path.get(environ["PATH_INFO"], views[0].respond)(environ)

    handlers = tuple(handler for view in views for handler in view.handlers)
    return lambda function: _view(function, endpoints, handlers, respond)


def _view(
    function: Callable[..., object],
    endpoints: tuple[Endpoint, ...],
    handlers: tuple[Handler, ...],
    respond: "Callable[[WSGIEnvironment], Reply]",
) -> View:
    @functools.wraps(function)
    def view(request: flask.Request) -> flask.Response:
        reply = respond(request.environ)
        body = reply.body.pieces if isinstance(reply.body, Stream) else reply.body
        response = flask.Response(body, reply.status, reply.headers, content_type=reply.content_type)
        if reply.content_type is None:
            del response.headers["Content-Type"]
        return response

    view.endpoints = endpoints  # type: ignore[attr-defined]
    view.handlers = handlers  # type: ignore[attr-defined]
    view.respond = respond  # type: ignore[attr-defined]
    return cast("View", view)
