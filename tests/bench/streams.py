"""A load generator for more than a machine can answer: HTTP/2, so that many requests are one write and one read.

Over HTTP/1.1 sending a request and reading its answer takes two system calls, and a generator that shares the
processors with what it loads would take them away. Here a request is some bytes in front of others. What is understood
of HTTP/2 (RFC 9113, RFC 7541) is what the front door sends to a client that allows no dynamic table.

`open_load` is open: a request is sent when it is due, whatever became of those before it, and its time counts from
then.
"""

import select
import socket
import struct
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

STREAMS = 100  # what the front door allows on a connection; more connections are opened as they are needed
CLOSED = 0  # the status of a request that was never answered

_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
_DATA, _HEADERS, _RESET, _SETTINGS, _PING, _AWAY, _WINDOW = 0, 1, 3, 4, 6, 7, 8
_END_STREAM, _END_HEADERS, _ACK = 1, 4, 1
_LARGEST_WINDOW = 2**31 - 1
_TOP_UP_BYTES = 1 << 24
_INDEXED = {0x88: 200, 0x89: 204, 0x8A: 206, 0x8B: 304, 0x8C: 400, 0x8D: 404, 0x8E: 500}
_RETRY_AFTER = b"\x0f\x26"  # a literal with the static table's name 53
# Huffman's code of the digits (RFC 7541, appendix B).
_DIGITS = {"00000": "0", "00001": "1", "00010": "2"} | {f"{25 + n:06b}": str(3 + n) for n in range(7)}
_POLL_S = 0.002


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One request, as bytes: its header block, and its body."""

    kind: str
    head: bytes
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Reply:
    """What came of a request; `took_s` from when it was due. `tells_when`: whether it has Retry-After."""

    kind: str
    took_s: float
    status: int
    tells_when: bool


@dataclass(slots=True, kw_only=True)
class Outcome:
    """All replies of a load. `behind_s` is the most that the generator was late with a request."""

    replies: list[Reply] = field(default_factory=list)
    sent: Counter[str] = field(default_factory=Counter)
    for_s: float = 0.0
    generator_cpu_s: float = 0.0
    duration_s: float = 0.0
    behind_s: float = 0.0


class Connection:
    """Requests under way on one connection, by stream."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # No dynamic table, no push, and windows that are never in the way.
        settings = struct.pack(">HIHIHI", 1, 0, 2, 0, 4, _LARGEST_WINDOW)
        window = struct.pack(">I", _LARGEST_WINDOW - 65535)
        self._socket.sendall(_PREFACE + frame(_SETTINGS, 0, 0, settings) + frame(_WINDOW, 0, 0, window))
        self._socket.setblocking(False)
        self._stream = 1
        self._out = bytearray()
        self._in = b""
        self._received_bytes = 0
        self.open: dict[int, tuple[float, str]] = {}
        self._heads: dict[int, tuple[int, bool]] = {}

    def fileno(self) -> int:
        return self._socket.fileno()

    def ask(self, ask: Ask, due_s: float) -> None:
        stream, self._stream = self._stream, self._stream + 2
        self._out += frame(_HEADERS, _END_HEADERS | (0 if ask.body else _END_STREAM), stream, ask.head)
        if ask.body:
            self._out += frame(_DATA, _END_STREAM, stream, ask.body)
        self.open[stream] = (due_s, ask.kind)

    def flush(self) -> None:
        """Send what the kernel takes."""
        if self._out:
            try:
                del self._out[: self._socket.send(self._out)]
            except BlockingIOError:
                return

    def receive(self) -> Iterator[Reply]:
        """The replies that are whole now. Raises OSError where the connection has ended."""
        try:
            data = self._socket.recv(1 << 18)
        except BlockingIOError:
            return
        if not data:
            raise ConnectionResetError("the front door closed the connection")
        self._received_bytes += len(data)
        if self._received_bytes > _TOP_UP_BYTES:
            self._out += frame(_WINDOW, 0, 0, struct.pack(">I", self._received_bytes))
            self._received_bytes = 0
        now_s = time.perf_counter()
        buffer, at = self._in + data, 0
        while (start := at + 9) <= len(buffer):
            end = start + int.from_bytes(buffer[at : at + 3], "big")
            if end > len(buffer):
                break
            kind, flags, stream = buffer[at + 3], buffer[at + 4], int.from_bytes(buffer[at + 5 : at + 9], "big")
            if kind == _HEADERS:
                self._heads[stream] = (status_of(buffer, start), _RETRY_AFTER in buffer[start:end])
            elif kind == _SETTINGS and not flags & _ACK:
                self._out += frame(_SETTINGS, _ACK, 0, b"")
            elif kind == _PING and not flags & _ACK:
                self._out += frame(_PING, _ACK, 0, buffer[start:end])
            elif kind == _AWAY:
                raise ConnectionResetError("the front door takes no more on this connection")
            if kind == _RESET or (kind in {_DATA, _HEADERS} and flags & _END_STREAM):
                status, tells_when = self._heads.pop(stream, (CLOSED, False))
                due_s, asked = self.open.pop(stream)
                yield Reply(asked, now_s - due_s, CLOSED if kind == _RESET else status, tells_when)
            at = end
        self._in = buffer[at:]

    def close(self) -> None:
        self._socket.close()


def closed_load(port: int, asks: Iterator[Ask], *, in_flight: int, for_s: float, connection_count: int = 8) -> Outcome:
    """Keep so many requests under way for a time."""
    outcome = Outcome(for_s=for_s)
    connections = _Connections(port, connection_count)
    cpu_s, began_s = time.process_time(), time.perf_counter()
    try:
        for _ in range(in_flight):
            connections.ask(next(asks), time.perf_counter(), outcome)
        while time.perf_counter() < began_s + for_s:
            for reply in connections.turn(0.05):
                outcome.replies.append(reply)
                connections.ask(next(asks), time.perf_counter(), outcome)
    finally:
        connections.close()
    outcome.duration_s = time.perf_counter() - began_s
    outcome.generator_cpu_s = time.process_time() - cpu_s
    return outcome


def open_load(
    port: int, asks: Iterator[Ask], *, rate: float, for_s: float, last_within_s: float, connection_count: int = 64
) -> Outcome:
    """Send a request each 1 / rate seconds. Who has no answer in the end counts as CLOSED."""
    outcome = Outcome(for_s=for_s)
    connections = _Connections(port, connection_count)
    due_count, sent_count = int(rate * for_s), 0
    cpu_s, began_s = time.process_time(), time.perf_counter()
    try:
        while sent_count < due_count or connections.busy:
            now_s = time.perf_counter()
            if now_s > began_s + for_s + last_within_s:
                break
            outcome.behind_s = max(
                outcome.behind_s, now_s - (began_s + sent_count / rate) if sent_count < due_count else 0
            )
            while sent_count < due_count and (due_s := began_s + sent_count / rate) <= now_s:
                connections.ask(next(asks), due_s, outcome)
                sent_count += 1
            outcome.replies += connections.turn(_POLL_S if sent_count < due_count else 0.05)
        outcome.replies += connections.unanswered()
    finally:
        connections.close()
    outcome.duration_s = time.perf_counter() - began_s
    outcome.generator_cpu_s = time.process_time() - cpu_s
    return outcome


class _Connections:
    """Some connections, and more where all have as many streams as they may."""

    def __init__(self, port: int, count: int) -> None:
        self._port = port
        self._poll = select.epoll()
        self._by_descriptor: dict[int, Connection] = {}
        self._all: list[Connection] = []
        self._turn = 0
        self._lost: list[Reply] = []
        for _ in range(count):
            self._add()

    @property
    def busy(self) -> bool:
        return any(connection.open for connection in self._all)

    def ask(self, ask: Ask, due_s: float, outcome: Outcome) -> None:
        outcome.sent[ask.kind] += 1
        self._free().ask(ask, due_s)

    def turn(self, wait_s: float) -> list[Reply]:
        """Send what is to be sent, and take in what has come."""
        for connection in self._all:
            connection.flush()
        replies, self._lost = self._lost, []
        for descriptor, _ in self._poll.poll(wait_s):
            connection = self._by_descriptor[descriptor]
            try:
                replies += connection.receive()
            except OSError:
                replies += _never(connection)
                self._all.remove(connection)
                del self._by_descriptor[descriptor]
                connection.close()
        return replies

    def unanswered(self) -> list[Reply]:
        return [reply for connection in self._all for reply in _never(connection)]

    def close(self) -> None:
        for connection in self._all:
            connection.close()
        self._poll.close()

    def _free(self) -> Connection:
        for _ in range(len(self._all)):
            self._turn = (self._turn + 1) % len(self._all)
            if len(self._all[self._turn].open) < STREAMS:
                return self._all[self._turn]
        return self._add()

    def _add(self) -> Connection:
        connection = Connection(self._port)
        self._all.append(connection)
        self._by_descriptor[connection.fileno()] = connection
        self._poll.register(connection.fileno(), select.EPOLLIN)
        return connection


def _never(connection: Connection) -> list[Reply]:
    """The replies of those that will get none."""
    now_s = time.perf_counter()
    return [Reply(kind, now_s - due_s, CLOSED, False) for due_s, kind in connection.open.values()]


def frame(kind: int, flags: int, stream: int, payload: bytes) -> bytes:
    return struct.pack(">IBI", len(payload) << 8 | kind, flags, stream) + payload


def header_block(method: str, path: str, authority: str, headers: Mapping[str, str] | None = None) -> bytes:
    """A header block without a table and without Huffman's code: the same bytes for the same words."""
    pseudo = {"GET": b"\x82", "POST": b"\x83"}[method] + b"\x86"  # and :scheme http
    block = pseudo + b"\x04" + _text(path) + b"\x01" + _text(authority)
    return block + b"".join(b"\x00" + _text(name) + _text(value) for name, value in (headers or {}).items())


def _text(words: str) -> bytes:
    data, rest = words.encode(), len(words.encode()) - 127
    if rest < 0:
        return bytes([len(data)]) + data
    length = bytearray([127])
    while rest >= 128:
        length.append(rest % 128 + 128)
        rest //= 128
    return bytes([*length, rest]) + data


def status_of(block: bytes, at: int = 0) -> int:
    """The status, which stands first in an answer's header block, behind changes of the table's size."""
    while block[at] & 0xE0 == 0x20:
        at += 1
    if (status := _INDEXED.get(block[at])) is not None:
        return status
    length = block[at + 1]
    value = block[at + 2 : at + 2 + (length & 0x7F)]
    return int(_unpacked(value) if length & 0x80 else value)


def _unpacked(value: bytes) -> str:
    bits, found = "".join(f"{byte:08b}" for byte in value), ""
    while len(found) < 3:  # a status; the rest is padding
        size = 5 if bits[:5] in _DIGITS else 6
        found, bits = found + _DIGITS[bits[:size]], bits[size:]
    return found
