"""Which trace a request belongs to, and how it goes on to the next service (W3C Trace Context).

Every request has a trace id, also where nothing is exported; that costs two random numbers and two context variables.
With OTEL_EXPORTER_OTLP_ENDPOINT set, `shared.tracing_export` records spans as well. Either way the span is
OpenTelemetry's current one, so `opentelemetry.propagate.inject` tells other services of it. Logs ask `current`.
"""

import random
import re
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from contextvars import ContextVar, Token
from dataclasses import dataclass
from functools import cache
from typing import Protocol

from opentelemetry import context
from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags, TraceState, set_span_in_context

from shared import settings

_TRACEPARENT = re.compile(r"(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?")


@dataclass(frozen=True, slots=True)
class Trace:
    """The trace of the request that runs, and our span in it."""

    trace_id: str
    span_id: str
    sampled: bool
    state: str = ""


class Span(Protocol):
    """One request as the server sees it; `end` must be called once, in the same thread."""

    @property
    def trace(self) -> Trace: ...

    def end(self, status: int, problem: str | None) -> None: ...


class Recorder(Protocol):
    """What becomes of spans."""

    def begin(self, method: str, route: str, environ: Mapping[str, object]) -> Span: ...

    def calling(self, method: str, host: str) -> AbstractContextManager[Callable[[int], None]]:
        """While another function is asked. What it gives is to be told the status of the answer, if one comes."""
        ...

    def cold_start(self, phases: Mapping[str, tuple[float, float]], environ: Mapping[str, object]) -> None: ...

    def flush(self, timeout_s: float) -> None: ...


_current: ContextVar[Trace | None] = ContextVar("trace", default=None)


def current() -> Trace | None:
    """The trace of the request that this thread serves."""
    return _current.get()


def enter(trace: Trace) -> Token[Trace | None]:
    """Make a trace the current one; for recorders and for work outside a request. `leave` undoes it."""
    return _current.set(trace)


def leave(token: Token[Trace | None]) -> None:
    _current.reset(token)


def continued(traceparent: str | None, tracestate: str | None = None) -> Trace:
    """A new span in the trace that a caller names, or in a new trace where it names none that can be read."""
    span_id = f"{random.getrandbits(64) or 1:016x}"
    if traceparent and (found := _TRACEPARENT.fullmatch(traceparent)):
        return Trace(found[1], span_id, bool(int(found[3], 16) & 1), tracestate or "")
    return Trace(f"{random.getrandbits(128) or 1:032x}", span_id, True)


class PlainSpan:
    """Knows its trace and records nothing."""

    __slots__ = ("_context_token", "_token", "trace")

    def __init__(self, trace: Trace) -> None:
        self.trace = trace
        self._token = _current.set(trace)
        told = SpanContext(
            int(trace.trace_id, 16),
            int(trace.span_id, 16),
            is_remote=False,
            trace_flags=TraceFlags(TraceFlags.SAMPLED if trace.sampled else TraceFlags.DEFAULT),
            trace_state=TraceState.from_header([trace.state]) if trace.state else None,
        )
        self._context_token = context.attach(set_span_in_context(NonRecordingSpan(told)))

    def end(self, status: int, problem: str | None) -> None:  # noqa: ARG002 - as Span has it
        context.detach(self._context_token)
        _current.reset(self._token)


_nobody_counts: AbstractContextManager[Callable[[int], None]] = nullcontext(lambda _status: None)


class PlainRecorder:
    def begin(self, method: str, route: str, environ: Mapping[str, object]) -> Span:  # noqa: ARG002
        traceparent, tracestate = environ.get("HTTP_TRACEPARENT"), environ.get("HTTP_TRACESTATE")
        return PlainSpan(
            continued(
                traceparent if isinstance(traceparent, str) else None,
                tracestate if isinstance(tracestate, str) else None,
            )
        )

    def calling(self, method: str, host: str) -> AbstractContextManager[Callable[[int], None]]:  # noqa: ARG002
        return _nobody_counts

    def cold_start(self, phases: Mapping[str, tuple[float, float]], environ: Mapping[str, object]) -> None:
        """Nothing is kept."""

    def flush(self, timeout_s: float) -> None:
        """Nothing to send."""


@cache
def recorder() -> Recorder:
    """The recorder of this process, made at the first call, so after the fork."""
    endpoint = settings.current().otlp_endpoint
    if endpoint is None:
        return PlainRecorder()
    from shared.tracing_export import ExportingRecorder  # noqa: PLC0415 - the SDK is loaded where it is used

    return ExportingRecorder(settings.current(), endpoint)
