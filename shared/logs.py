"""Logs: one JSON object a line on standard output, at once.

    {"time": "2026-01-31T12:00:00.123456Z", "level": "warning", "message": "...", "service": "list-products",
     "revision": "list-products-00002", "trace_id": "...", "span_id": "...", "logger": "...", "fields": {...}}

Code logs through the standard library; more facts go in as `extra={"fields": {...}}`. Envoy writes a line per request,
so a function logs only what went wrong. Personal data does not belong into a log, and what is recognised as such, in
an exception's text for example, is masked.
"""

import logging
import os
import re
from datetime import UTC, datetime

import msgspec

from shared import tracing
from shared.settings import Settings

_PERSONAL = re.compile(
    r"[\w.!#$%&'*+/=?^`{|}~-]+@[\w-]+(?:\.[\w-]+)+"  # an address of e-mail
    r"|\beyJ[\w-]+\.[\w-]+\.[\w-]*"  # a JWT
    r"|\$argon2[\w$=,+/]+"
    r"|\b(?:\d[ -]?){12,18}\d\b"  # the number of a card
)
_PERSONAL_FIELDS = re.compile(r"password|token|secret|email|card|authorization|cookie|address|^name$", re.IGNORECASE)
_MASK = "[masked]"
# JSON need not escape these, but a terminal obeys them, and some readers end a line at them.
_UNESCAPED = re.compile(r"[\x7f-\x9f\u2028\u2029]")


class JsonFormatter(logging.Formatter):
    """Writes a record as one line of JSON."""

    def __init__(self, service: str, revision: str) -> None:
        super().__init__()
        self._origin = {"service": service, "revision": revision}

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="microseconds")[:-6] + "Z",
            "level": record.levelname.lower(),
            "message": _masked(record.getMessage()),
            **self._origin,
        }
        if trace := tracing.current():
            line["trace_id"] = trace.trace_id
            line["span_id"] = trace.span_id
        line["logger"] = record.name
        fields = getattr(record, "fields", None)
        if isinstance(fields, dict):
            line["fields"] = {str(name): _field(str(name), value) for name, value in fields.items()}
        if record.exc_info:
            line["exception"] = _masked(self.formatException(record.exc_info))
        return _UNESCAPED.sub(lambda found: f"\\u{ord(found[0]):04x}", msgspec.json.encode(line).decode())


class DescriptorHandler(logging.Handler):
    """Writes each line whole, with one system call, to a file descriptor: nothing is held back when a process dies."""

    def __init__(self, descriptor: int) -> None:
        super().__init__()
        self._descriptor = descriptor

    def emit(self, record: logging.LogRecord) -> None:
        try:
            line = self.format(record).encode() + b"\n"
        except (TypeError, ValueError, UnicodeError):
            self.handleError(record)
            return
        while line:
            line = line[os.write(self._descriptor, line) :]


def set_up(settings: Settings, descriptor: int = 1) -> None:
    """Make standard logging write our lines. Call it in the process that logs."""
    handler = DescriptorHandler(descriptor)
    handler.setFormatter(JsonFormatter(settings.service, settings.revision))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.log_level.upper())
    # These say at info that they start and stop, and at warning, repeatedly, that a collector is away.
    for name, level in (("_granian", logging.WARNING), ("opentelemetry", logging.CRITICAL)):
        logging.getLogger(name).setLevel(level)
    logging.captureWarnings(True)


def _masked(text: str) -> str:
    return _PERSONAL.sub(_MASK, text.encode(errors="backslashreplace").decode())


def _field(name: str, value: object) -> object:
    if _PERSONAL_FIELDS.search(name):
        return _MASK
    return value if isinstance(value, (int, float)) or value is None else _masked(str(value))
