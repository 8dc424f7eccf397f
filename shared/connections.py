"""HTTP/1.1 connections that are kept: a request goes out in one piece, and its answer is waited for until a deadline.

For calls between functions, which are a part of an order: urllib3 takes several times as long for the same bytes.
Framing is llhttp's (httptools). What is not here is what such a call never needs: TLS, redirects, retries, an answer to
HEAD, or one that only the connection's end would end.
"""

import select
import socket
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from httptools import HttpParserError, HttpResponseParser

from shared.deadlines import Deadline

CONNECT_WITHIN_S = 0.5
LARGEST_ANSWER_BYTES = 1024 * 1024

_READ_BYTES = 64 * 1024
_METHODS = frozenset({"GET", "POST", "PUT", "DELETE", "OPTIONS"})


class NoAnswerError(Exception):
    """Nobody is there, or no answer came whole, in time, in bounds and in HTTP."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; names of headers in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Connections:
    """Connections to any number of addresses; safe for threads.

    Args:
        most_idle: as many are kept of an address; more are opened where more are asked for at once.
    """

    def __init__(self, *, most_idle: int) -> None:
        self._most_idle = most_idle
        # The last one back is the first one out; append and pop need no lock.
        self._idle: defaultdict[tuple[str, int], list[socket.socket]] = defaultdict(list)

    def ask(self, address: tuple[str, int], request: bytes, until: Deadline) -> Answer:
        """Send a request and read its answer, once. Raises NoAnswerError."""
        try:
            connection = self._connection(address, until)
        except OSError as error:
            raise NoAnswerError(f"{address[0]} is not there: {error}") from error
        try:
            connection.settimeout(max(0.001, until.left_s()))
            connection.sendall(request)
            answer, lasts = _read(connection, until)
        except BaseException as error:
            connection.close()  # what is left of the answer must not be taken for the next one
            if isinstance(error, (OSError, HttpParserError)):
                raise NoAnswerError(type(error).__name__) from error
            raise
        idle = self._idle[address]
        if lasts and len(idle) < self._most_idle:
            idle.append(connection)
        else:
            connection.close()
        return answer

    def close(self) -> None:
        for idle in self._idle.values():
            while idle:
                idle.pop().close()

    def _connection(self, address: tuple[str, int], until: Deadline) -> socket.socket:
        idle = self._idle[address]
        while True:
            try:
                kept = idle.pop()
            except IndexError:
                break
            if _says_nothing(kept):
                return kept
            kept.close()
        opened = socket.create_connection(address, timeout=max(0.001, min(CONNECT_WITHIN_S, until.left_s())))
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return opened


def request(method: str, target: str, headers: Mapping[str, str], body: bytes = b"") -> bytes:
    """The bytes of a request. Raises ValueError where a value would be more than one line, or the method has no answer
    that can be read here."""
    if method not in _METHODS:
        raise ValueError(f"the method is {method!r}, it must be one of {', '.join(sorted(_METHODS))}")
    lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    if body or method in {"POST", "PUT"}:
        lines.append(f"content-length: {len(body)}")
    head = "\r\n".join(lines)
    if head.count("\n") != len(lines) - 1 or head.count("\r") != len(lines) - 1:
        raise ValueError(f"the request has {target!r} and {dict(headers)!r}, each must be one line")
    return f"{head}\r\n\r\n".encode("latin-1") + body


class _Reader:
    """What llhttp calls while it reads one answer. `lasts`: its connection is good for another one."""

    __slots__ = ("_body", "_headers", "_parser", "answer", "feed", "lasts")

    def __init__(self) -> None:
        self._parser = HttpResponseParser(self)
        self.feed = self._parser.feed_data
        self.answer: Answer | None = None
        self.lasts = False
        self._headers: dict[str, str] = {}
        self._body: list[bytes] = []

    def on_message_begin(self) -> None:
        self._headers, self._body = {}, []
        self.lasts = False  # nor is it where something comes behind the answer

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_body(self, piece: bytes) -> None:
        self._body.append(piece)

    def on_message_complete(self) -> None:
        status = self._parser.get_status_code()
        if self.answer is None and status >= 200:  # less says that an answer will come
            self.answer = Answer(status, self._headers, b"".join(self._body))
            self.lasts = self._parser.should_keep_alive()


def _read(connection: socket.socket, until: Deadline) -> tuple[Answer, bool]:
    """An answer, and whether the connection is good for another. One that comes in drops is dropped at the deadline:
    each drop alone would be in time."""
    reader = _Reader()
    received_bytes = 0
    while reader.answer is None:
        left_s = until.left_s()
        if left_s <= 0:
            raise NoAnswerError("the answer comes too slowly")
        connection.settimeout(left_s)
        data = connection.recv(_READ_BYTES)
        if not data:
            raise NoAnswerError("the answer broke off")
        received_bytes += len(data)
        if received_bytes > LARGEST_ANSWER_BYTES:
            raise NoAnswerError(f"the answer is larger than {LARGEST_ANSWER_BYTES} bytes")
        reader.feed(data)
    return reader.answer, reader.lasts


def _says_nothing(connection: socket.socket) -> bool:
    """Whether an idle connection is still one: whatever there is to read, its end too, is no answer of ours."""
    poller = select.poll()
    poller.register(connection, select.POLLIN)
    return not poller.poll(0)
