"""Calling a WSGI application: its answer whole, or its beginning, where the rest is still being made."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment


def call(app: "WSGIApplication", environ: "WSGIEnvironment") -> tuple[str, list[tuple[str, str]], bytes]:
    """The status line, headers and body of one answer, whole."""
    status, headers, chunks = begin(app, environ)
    return status, headers, whole(chunks)


def begin(app: "WSGIApplication", environ: "WSGIEnvironment") -> tuple[str, list[tuple[str, str]], Iterable[bytes]]:
    """The status line and headers of one answer, and what its body is made of: a list is all of it."""
    started: list[Any] = []

    def start_response(status: str, headers: list[tuple[str, str]], _error: object = None) -> Callable[[bytes], object]:
        started[:] = (status, headers)
        return _refuse_writing

    chunks = app(environ, start_response)
    status, headers = started
    return status, headers, chunks


def whole(chunks: Iterable[bytes]) -> bytes:
    """A body in one piece."""
    try:
        return b"".join(chunks)
    finally:
        close = getattr(chunks, "close", None)
        if close is not None:
            close()


def _refuse_writing(_data: bytes) -> object:
    raise NotImplementedError("write() of WSGI is for applications of before 2003")
