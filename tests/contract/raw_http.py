"""HTTP written by hand, as no client library would send it: bytes to the front door, and what comes back of them.

HTTP/2 frames too (RFC 9113), with headers as literals (RFC 7541, 6.2.2), for what a library refuses to send.
"""

import re
import socket
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

HOST = b"Host: shop.example\r\n"
_HEAD = re.compile(rb"HTTP/1\.1 (\d{3}) [^\r\n]*\r\n(.*?)\r\n\r\n", re.DOTALL)
_LENGTH = re.compile(rb"^content-length: (\d+)", re.IGNORECASE | re.MULTILINE)
_DATA, _HEADERS, _RST, _SETTINGS, _GOAWAY = 0, 1, 3, 4, 7


@dataclass(frozen=True, slots=True, kw_only=True)
class RawAnswer:
    status: int
    head: bytes
    body: bytes

    @property
    def closes(self) -> bool:
        """Whether nothing more is read from this connection."""
        return b"connection: close" in self.head.lower()


def connect(base_url: str, timeout_s: float = 20.0) -> socket.socket:
    parts = urlsplit(base_url)
    assert parts.hostname
    return socket.create_connection((parts.hostname, parts.port or 80), timeout=timeout_s)


def exchange(base_url: str, sent: bytes, *, at_most: int = 1, quiet_s: float = 20.0) -> list[RawAnswer]:
    """Send bytes and read answers: until there are `at_most`, the other side closes, or nothing comes for `quiet_s`."""
    with connect(base_url, quiet_s) as client:
        client.sendall(sent)
        received = b""
        answers: list[RawAnswer] = []
        while len(answers) < at_most:
            answers = _answers(received)
            if answers and answers[-1].closes:
                break
            try:
                more = b"" if len(answers) >= at_most else client.recv(65536)
            except (TimeoutError, ConnectionResetError):
                break
            if not more:
                break
            received += more
        return answers


def _answers(received: bytes) -> list[RawAnswer]:
    """The whole answers in what was received; 100 Continue is none."""
    found, at = [], 0
    while head := _HEAD.match(received, at):
        length = _LENGTH.search(head[2])
        end = head.end() + (int(length[1]) if length else 0)
        if len(received) < end:
            break
        if head[1] != b"100":
            found.append(RawAnswer(status=int(head[1]), head=head[2], body=received[head.end() : end]))
        at = end
    return found


def request(method: str, target: bytes, *lines: bytes, body: bytes = b"") -> bytes:
    """A request as it stands: no line is added but Host."""
    head = b"".join(line + b"\r\n" for line in lines)
    return b"%s %s HTTP/1.1\r\n%s%s\r\n%s" % (method.encode(), target, HOST, head, body)


def chunked(body: bytes) -> bytes:
    return b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)


def http2(base_url: str, headers: Sequence[tuple[bytes, bytes]], body: bytes) -> bytes | None:
    """One request in HTTP/2: the header block of its answer, or None where it was refused without one."""
    block = b"".join(b"\x00" + _literal(name) + _literal(value) for name, value in headers)
    with connect(base_url) as client:
        client.sendall(
            b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
            + _frame(_SETTINGS, 0, 0, b"")
            + _frame(_HEADERS, 0x4, 1, block)
            + _frame(_DATA, 0x1, 1, body)
        )
        with client.makefile("rb") as frames:
            while len(head := frames.read(9)) == 9:
                length = int.from_bytes(head[:3])
                kind, content = head[3], frames.read(length)
                if kind == _HEADERS:
                    return content
                if kind in {_RST, _GOAWAY}:
                    return None
    return None


def _literal(text: bytes) -> bytes:
    assert len(text) < 127, "longer ones have another encoding"
    return bytes([len(text)]) + text


def _frame(kind: int, flags: int, stream: int, content: bytes) -> bytes:
    return struct.pack(">I", len(content))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + content
