"""What an endpoint declares, what its function is given, and what it gives back."""

import re
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeVar

from werkzeug.datastructures import Headers

from shared.errors import Problem

if TYPE_CHECKING:
    from shared.rate_limits import Limit
    from shared.tokens import Identity

B = TypeVar("B")
Q = TypeVar("Q")

PARAMETER = re.compile(r"\{(\w+)\}")


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
    conditional: bool
    refresh_cookie: bool
    elsewhere: tuple[str, ...]
    limits: "tuple[Limit, ...]"
    summary: str
    description: str

    @property
    def parameters(self) -> list[str]:
        """The names in braces of the path."""
        return PARAMETER.findall(self.path)

    @property
    def methods(self) -> tuple[str, ...]:
        """What it takes: HEAD comes with GET."""
        return ("GET", "HEAD") if self.method == "GET" else (self.method,)

    @property
    def allowed(self) -> tuple[str, ...]:
        """What its path takes, whichever function has it."""
        return tuple(sorted((*self.methods, *self.elsewhere)))

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
    if_match: str | None = None


@dataclass(frozen=True, slots=True)
class Stream:
    """Content that goes out piece by piece, as it is made. It holds one of the instance's slots until it ends, which it
    must do by itself before its function's `timeoutSeconds`; where its client leaves earlier it is closed."""

    pieces: Generator[bytes]


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back: a struct as JSON, bytes as they are, a `Stream`, or nothing."""

    content: object = None
    status: int = field(default=200, kw_only=True)
    headers: Mapping[str, str] = field(default_factory=dict, kw_only=True)
    content_type: str | None = field(default=None, kw_only=True)
