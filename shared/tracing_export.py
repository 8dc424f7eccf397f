"""Recording spans and sending them to an OpenTelemetry collector, where one is configured.

Made after the fork, for it starts a thread. The queue is bounded and a send takes at most a second: a collector that is
away costs spans, and nothing else. Attributes follow OpenTelemetry's semantic conventions for HTTP servers; the address
of the client is personal, and left out.
"""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

import requests
from opentelemetry import context, trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.redis import RedisInstrumentor
from opentelemetry.instrumentation.urllib3 import URLLib3Instrumentor
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from shared import tracing
from shared.settings import Settings
from shared.tracing_sql import StatementSpans

if TYPE_CHECKING:
    from opentelemetry.trace import Span as SdkSpan

EXPORT_WITHIN_S = 1.0
EXPORT_EVERY_S = 1.0
QUEUE_SPANS = 2048

_propagator = TraceContextTextMapPropagator()
_instrumentors = (RedisInstrumentor, URLLib3Instrumentor)


class RecordedSpan:
    """A request as a span of the SDK, current for its thread until it ends."""

    __slots__ = ("_span", "_token", "_trace_token", "trace")

    def __init__(self, span: "SdkSpan") -> None:
        found = span.get_span_context()
        self._span = span
        self.trace = tracing.Trace(
            f"{found.trace_id:032x}", f"{found.span_id:016x}", found.trace_flags.sampled, found.trace_state.to_header()
        )
        self._token = context.attach(trace.set_span_in_context(span))
        self._trace_token = tracing.enter(self.trace)

    def end(self, status: int, problem: str | None) -> None:
        span = self._span
        span.set_attribute("http.response.status_code", status)
        if problem is not None:
            span.set_attribute("zerocart.problem", problem)
        if status >= 500:
            span.set_attribute("error.type", problem or str(status))
            span.set_status(trace.StatusCode.ERROR)
        span.end()
        context.detach(self._token)
        tracing.leave(self._trace_token)


class ExportingRecorder:
    """Spans for requests, and for what SQLAlchemy, Redis and urllib3 do in them."""

    def __init__(self, settings: Settings, endpoint: str, exporter: SpanExporter | None = None) -> None:
        resource = Resource(
            {
                "service.name": settings.service,
                "service.namespace": "zerocart",
                "service.version": settings.revision,
            }
        )
        if exporter is None:
            # The proxy of the environment is the mesh, and the collector is not in it.
            session = requests.Session()
            session.trust_env = False
            exporter = OTLPSpanExporter(
                endpoint=f"{endpoint.rstrip('/')}/v1/traces", timeout=EXPORT_WITHIN_S, session=session
            )
        self._provider = TracerProvider(resource=resource, shutdown_on_exit=False)
        self._provider.add_span_processor(
            BatchSpanProcessor(
                exporter,
                max_queue_size=QUEUE_SPANS,
                schedule_delay_millis=EXPORT_EVERY_S * 1000,
                export_timeout_millis=EXPORT_WITHIN_S * 1000,
            )
        )
        self._tracer = self._provider.get_tracer("shared.tracing")
        self._statements = StatementSpans(self._tracer)
        for instrumentor in _instrumentors:
            # Checking which versions are installed takes longer than the start of an instance may.
            instrumentor().instrument(tracer_provider=self._provider, skip_dep_check=True)

    def begin(self, method: str, route: str, environ: Mapping[str, object]) -> RecordedSpan:
        span = self._tracer.start_span(
            f"{method} {route}",
            context=_callers(environ),
            kind=trace.SpanKind.SERVER,
            attributes={
                "http.request.method": method,
                "http.route": route,
                "url.path": str(environ.get("PATH_INFO", "")),
                "url.scheme": str(environ.get("wsgi.url_scheme", "http")),
            },
        )
        return RecordedSpan(span)

    @contextmanager
    def calling(self, method: str, host: str) -> Iterator[Callable[[int], None]]:
        attributes = {"http.request.method": method, "server.address": host}
        with self._tracer.start_as_current_span(
            method, kind=trace.SpanKind.CLIENT, attributes=attributes, record_exception=False
        ) as span:
            yield lambda status: span.set_attribute("http.response.status_code", status)

    def cold_start(self, phases: Mapping[str, tuple[float, float]], environ: Mapping[str, object]) -> None:
        """A start that a request waited for, in that request's trace: a span, and one in it for each phase.

        Args:
            phases: when each began and ended, in seconds since 1970, by its name.
            environ: of the request.
        """
        began_s, ended_s = min(began for began, _ in phases.values()), max(ended for _, ended in phases.values())
        whole = self._tracer.start_span("cold start", context=_callers(environ), start_time=_nanoseconds(began_s))
        inside = trace.set_span_in_context(whole, context.Context())
        for name, (phase_began_s, phase_ended_s) in phases.items():
            span = self._tracer.start_span(name, context=inside, start_time=_nanoseconds(phase_began_s))
            span.end(_nanoseconds(phase_ended_s))
        whole.end(_nanoseconds(ended_s))

    def flush(self, timeout_s: float) -> None:
        """Send what is queued, for at most `timeout_s`."""
        # The SDK's own bound is one for each batch of a queue that may hold several.
        sending = threading.Thread(target=self._provider.force_flush, name="flush spans", daemon=True)
        sending.start()
        sending.join(timeout_s)

    def stop(self) -> None:
        """Record no more: instrumented libraries are as they were. For tests; an instance ends with its process."""
        self._statements.stop()
        for instrumentor in _instrumentors:
            instrumentor().uninstrument()
        self._provider.shutdown()


def _callers(environ: Mapping[str, object]) -> context.Context:
    """The context that a request's caller tells of."""
    carrier = {
        name: value
        for name, key in (("traceparent", "HTTP_TRACEPARENT"), ("tracestate", "HTTP_TRACESTATE"))
        if isinstance(value := environ.get(key), str)
    }
    return _propagator.extract(carrier, context.Context())


def _nanoseconds(at_s: float) -> int:
    return round(at_s * 1e9)
