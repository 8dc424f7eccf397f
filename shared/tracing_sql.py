"""A span for each SQL statement.

By SQLAlchemy's own events on all engines. OpenTelemetry's instrumentation for SQLAlchemy needs greenlet, which
SQLAlchemy 2.1 without asyncio does not, and wraps `create_engine`, which the modules in a zygote have already imported.
The text of a statement has placeholders; the values, which may be personal, are not recorded.
"""

from typing import Any

from opentelemetry import trace
from sqlalchemy import Connection, event
from sqlalchemy.engine import Engine, ExceptionContext

_ATTRIBUTE = "_zerocart_span"


class StatementSpans:
    """Listens while it is on; one a process."""

    def __init__(self, tracer: trace.Tracer) -> None:
        self._tracer = tracer
        self._listeners = (
            ("before_cursor_execute", self._begin),
            ("after_cursor_execute", self._end),
            ("handle_error", self._fail),
        )
        for name, listener in self._listeners:
            event.listen(Engine, name, listener)

    def stop(self) -> None:
        for name, listener in self._listeners:
            event.remove(Engine, name, listener)

    def _begin(
        self, connection: Connection, _cursor: object, statement: str, _values: object, context: Any, _many: bool
    ) -> None:
        words = statement.split(maxsplit=1)
        operation = words[0].upper() if words else "SQL"
        span = self._tracer.start_span(
            operation,
            kind=trace.SpanKind.CLIENT,
            attributes={
                "db.system.name": connection.dialect.name,
                "db.operation.name": operation,
                "db.query.text": statement,
            },
        )
        setattr(context, _ATTRIBUTE, span)

    @staticmethod
    def _end(
        _connection: Connection, _cursor: object, _statement: str, _values: object, context: Any, _many: bool
    ) -> None:
        getattr(context, _ATTRIBUTE).end()

    @staticmethod
    def _fail(failure: ExceptionContext) -> None:
        span = getattr(failure.execution_context, _ATTRIBUTE, None)
        if isinstance(span, trace.Span):
            # The kind only: the text may hold values.
            span.set_attribute("error.type", type(failure.original_exception).__qualname__)
            span.set_status(trace.StatusCode.ERROR)
            span.end()
