"""Every error of ours, as one tree, and what each becomes at an edge.

    ZerocartError(message, hint)        whatever we raise on purpose
    ├── SettingError                    an environment variable is missing or wrong
    ├── ManifestErrors                  all that is wrong with a set of manifests, at once
    ├── StartError                      a process of the stack did not start
    └── Problem                         an answer to an HTTP client, RFC 9457
        ├── MalformedRequest            400
        ├── Unauthorized                401
        ├── PaymentDeclined             402, with the order
        ├── Forbidden                   403
        ├── NotFound                    404
        ├── MethodNotAllowed            405
        ├── Conflict                    409
        │   └── OutOfStock              409, with the skus
        ├── PreconditionFailed          412
        ├── TooLarge                    413
        ├── UnsupportedMediaType        415
        ├── Unprocessable               422, with the fields
        ├── PreconditionRequired        428
        ├── TooManyRequests             429, with Retry-After
        ├── NotSupported                501
        └── Unavailable                 503, with Retry-After

A function may add its own below the one with its status: `class EmailTaken(Conflict)`, with its type and title.
Facts are attributes and the message is made from them. Only an edge (the command line, the
HTTP endpoint) turns an error into text, and never the text of an error that is not ours.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar


class ZerocartError(Exception):
    """Whatever we raise on purpose.

    Args:
        message: where, what it is, what it must be.
        hint: what to do about it, or None where the message says all.
    """

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class StartError(ZerocartError):
    """A process of the stack did not start, or did not become ready in time."""


class SettingError(ZerocartError):
    """An environment variable is missing or wrong. The value of a secret is never part of it."""

    def __init__(self, variable: str, value: str | None, rule: str, hint: str | None = None) -> None:
        self.variable = variable
        self.value = value
        self.rule = rule
        super().__init__(f"{variable} is {'not set' if value is None else repr(value)}, {rule}", hint)


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestProblem:
    """One thing that is wrong in a manifest: where, what it is, what it must be."""

    file: str
    line: int
    field: str
    value: str
    rule: str
    hint: str | None = None

    def __str__(self) -> str:
        is_what = f" is {self.value}," if self.value else ":"
        return f"{self.file}:{self.line}: {self.field}{is_what} {self.rule}"


class ManifestErrors(ZerocartError):  # noqa: N818 - it is many errors, and says so
    """All that is wrong with a set of manifests. Nothing of the set is applied."""

    def __init__(self, problems: Sequence[ManifestProblem]) -> None:
        self.problems = tuple(problems)
        hints = list(dict.fromkeys(problem.hint for problem in problems if problem.hint))
        super().__init__("\n".join(map(str, problems)), "\n".join(hints) or None)


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldError:
    """One field of a request that is wrong. `field` is its path, as in `items[0].quantity`; `$` is the whole body."""

    field: str
    message: str


class Problem(ZerocartError):  # noqa: N818 - RFC 9457 calls it so
    """An answer to an HTTP client. Raise it anywhere below an endpoint, which writes it as a problem document.

    Args:
        detail: what is wrong with this request, for the client to read; never a secret, never another's data.
        errors: the fields that are wrong.
        retry_after_s: when trying again makes sense; rounded up to whole seconds in Retry-After.
    """

    status: ClassVar[int]
    type: ClassVar[str]
    title: ClassVar[str]
    # Members of its document beside the standard ones (RFC 9457 3.2): attributes of the problem, and their types.
    extra: ClassVar[Mapping[str, object]] = {}

    def __init__(self, detail: str, *, errors: Sequence[FieldError] = (), retry_after_s: float | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.errors = tuple(errors)
        self.retry_after_s = retry_after_s

    def headers(self) -> dict[str, str]:
        """The headers that belong to this answer, beside its content type."""
        return {} if self.retry_after_s is None else {"Retry-After": str(max(1, math.ceil(self.retry_after_s)))}


class MalformedRequest(Problem):
    status = 400
    type = "malformed-request"
    title = "The request cannot be read"


class Unauthorized(Problem):
    """No token, or one that does not count. `token_given` says which, as RFC 6750 3.1 wants it told."""

    status = 401
    type = "unauthorized"
    title = "Who you are is not known"

    def __init__(self, detail: str = "This needs a valid access token", *, token_given: bool = False) -> None:
        super().__init__(detail)
        self.token_given = token_given

    def headers(self) -> dict[str, str]:
        return {"WWW-Authenticate": 'Bearer error="invalid_token"' if self.token_given else "Bearer"}


class PaymentDeclined(Problem):
    """The card was refused, for good: the order was placed and is cancelled, and its goods are in stock again."""

    status = 402
    type = "payment-declined"
    title = "The payment was declined"
    extra: ClassVar[Mapping[str, object]] = {"order_id": str}

    def __init__(self, order_id: str) -> None:
        super().__init__("The card was declined, so the order is cancelled; another card needs a new Idempotency-Key")
        self.order_id = order_id


class Forbidden(Problem):
    status = 403
    type = "forbidden"
    title = "You may not do this"


class NotFound(Problem):
    status = 404
    type = "not-found"
    title = "There is no such thing here"

    def __init__(self, detail: str = "Nothing is known under this address") -> None:
        super().__init__(detail)


class MethodNotAllowed(Problem):
    status = 405
    type = "method-not-allowed"
    title = "This address does not take this method"

    def __init__(self, method: str, allowed: Sequence[str]) -> None:
        super().__init__(f"{method} is not possible here, {' and '.join(allowed)} may be used")
        self.method = method
        self.allowed = tuple(allowed)

    def headers(self) -> dict[str, str]:
        return {"Allow": ", ".join(self.allowed)}


class Conflict(Problem):
    status = 409
    type = "conflict"
    title = "This does not fit the present state"


class OutOfStock(Conflict):
    type = "out-of-stock"
    title = "Out of stock"
    extra: ClassVar[Mapping[str, object]] = {"skus": list[str]}

    def __init__(self, skus: Sequence[str]) -> None:
        super().__init__(f"Not enough in stock: {', '.join(skus)}")
        self.skus = tuple(skus)


class PreconditionFailed(Problem):
    status = 412
    type = "precondition-failed"
    title = "It has changed meanwhile"

    def __init__(self, detail: str = "If-Match names another state than the present one; read it again") -> None:
        super().__init__(detail)


class TooLarge(Problem):
    status = 413
    type = "too-large"
    title = "The body is too large"

    def __init__(self, limit_bytes: int) -> None:
        super().__init__(f"The body may have at most {limit_bytes} bytes")
        self.limit_bytes = limit_bytes


class UnsupportedMediaType(Problem):
    status = 415
    type = "unsupported-media-type"
    title = "The body is of a type that is not understood"

    def __init__(self, given: str, allowed: Sequence[str]) -> None:
        super().__init__(f"The content type is {given or 'not given'}, it must be {' or '.join(allowed)}")
        self.given = given
        self.allowed = tuple(allowed)


class Unprocessable(Problem):
    status = 422
    type = "unprocessable"
    title = "A field is wrong"

    def __init__(self, detail: str = "A field is wrong", *, errors: Sequence[FieldError] = ()) -> None:
        super().__init__(detail, errors=errors)


class PreconditionRequired(Problem):
    status = 428
    type = "precondition-required"
    title = "Say which state you are changing"

    def __init__(self, detail: str = "The header If-Match must be given, with the ETag that was read") -> None:
        super().__init__(detail)


class TooManyRequests(Problem):
    status = 429
    type = "too-many-requests"
    title = "Too many requests"

    def __init__(self, detail: str = "Too many requests in a short time", *, retry_after_s: float = 1.0) -> None:
        super().__init__(detail, retry_after_s=retry_after_s)


class NotSupported(Problem):
    """What is asked for cannot be done where this runs, however often it is asked."""

    status = 501
    type = "not-supported"
    title = "This cannot be done here"


class Unavailable(Problem):
    """Something that the request needs is away for now; trying again later makes sense."""

    status = 503
    type = "unavailable"
    title = "Not available for now"

    def __init__(
        self, detail: str = "A part that this needs is away for now; try again", *, retry_after_s: float = 1.0
    ) -> None:
        super().__init__(detail, retry_after_s=retry_after_s)
