"""The engine of one machine as a source: one JSON request a connection on its Unix socket, one JSON line back."""

import socket
from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn

import msgspec

from shared.errors import Conflict, NotFound, Unavailable, Unprocessable
from shared.operations.picture import Picture

ANSWERS_WITHIN_S = 10.0  # a change of traffic is checked by Envoy


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a deed: it was done, or refused."""

    told: str = ""
    refused: str = ""
    detail: str = ""


class _Line(msgspec.Struct, frozen=True, kw_only=True):
    result: msgspec.Raw = msgspec.Raw(b"")
    error: str = ""


class Engine:
    def __init__(self, path: Path, key: str) -> None:
        self._path = path
        self._key = key

    def look(self) -> Picture:
        return msgspec.json.decode(self._ask({"op": "look"}), type=Picture)

    def do(self, deed: str, by: str, asked: Mapping[str, object]) -> str:
        outcome = msgspec.json.decode(self._ask({**asked, "op": deed, "by": by}), type=Outcome)
        if outcome.refused:
            _refuse(outcome)
        return outcome.told

    def _ask(self, message: Mapping[str, object]) -> msgspec.Raw:
        try:
            with socket.socket(socket.AF_UNIX) as client:
                client.settimeout(ANSWERS_WITHIN_S)
                client.connect(str(self._path))
                client.sendall(msgspec.json.encode({**message, "key": self._key}) + b"\n")
                with client.makefile("rb") as lines:
                    line = msgspec.json.decode(lines.readline(), type=_Line)
        except (OSError, msgspec.DecodeError):
            raise Unavailable("The engine does not answer now; the functions go on without it") from None
        if line.error:
            raise Unavailable(f"The engine could not: {line.error}")
        return line.result


def _refuse(outcome: Outcome) -> NoReturn:
    match outcome.refused:
        case "unknown":
            raise NotFound(outcome.detail)
        case "wrong":
            raise Unprocessable(outcome.detail)
        case _:
            raise Conflict(outcome.detail)
