"""A trace goes through us as W3C says, whether spans are exported or not."""

import logging
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry import propagate
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from shared import database, redis_client, tracing
from shared.settings import Settings
from shared.tracing_export import ExportingRecorder
from tests.otlp_collector import collecting

TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


def test_a_callers_trace_goes_on_with_a_span_of_ours() -> None:
    trace = tracing.continued(f"00-{TRACE}-{PARENT}-00", "vendor=1")
    assert (trace.trace_id, trace.sampled, trace.state) == (TRACE, False, "vendor=1")
    assert trace.span_id != PARENT


@pytest.mark.parametrize(
    "traceparent",
    [
        None, "", "00", f"00-{'0' * 32}-{PARENT}-01", f"00-{TRACE}-{'0' * 16}-01", f"ff-{TRACE}-{PARENT}-01",
        f"00-{TRACE.upper()}-{PARENT}-01", f"00-{TRACE}-{PARENT}", f" 00-{TRACE}-{PARENT}-01",
    ],
)  # fmt: skip
def test_a_trace_that_cannot_be_read_is_replaced(traceparent: str | None) -> None:
    trace = tracing.continued(traceparent)
    assert trace.trace_id != TRACE
    assert int(trace.trace_id, 16) > 0
    assert int(trace.span_id, 16) > 0


@given(st.text())
def test_no_header_breaks_it(header: str) -> None:
    assert len(tracing.continued(header, header).trace_id) == 32


def test_called_services_are_told_our_span() -> None:
    span = tracing.PlainRecorder().begin(
        "GET", "/", {"HTTP_TRACEPARENT": f"00-{TRACE}-{PARENT}-01", "HTTP_TRACESTATE": "a=b"}
    )
    told: dict[str, str] = {}
    propagate.inject(told)
    span.end(200, None)
    assert told == {"traceparent": f"00-{TRACE}-{span.trace.span_id}-01", "tracestate": "a=b"}
    assert tracing.current() is None
    after: dict[str, str] = {}
    propagate.inject(after)
    assert after == {}


def test_an_exported_span_says_route_status_and_problem() -> None:
    exporter = InMemorySpanExporter()
    recorder = ExportingRecorder(Settings(service="login", revision="login-00002"), "", exporter)
    try:
        environ = {"HTTP_TRACEPARENT": f"00-{TRACE}-{PARENT}-01", "PATH_INFO": "/api/products/A"}
        span = recorder.begin("GET", "/api/products/{sku}", environ)
        told: dict[str, str] = {}
        propagate.inject(told)
        span.end(503, "unavailable")
        recorder.flush(5)
    finally:
        recorder.stop()
    (found,) = exporter.get_finished_spans()
    assert found.name == "GET /api/products/{sku}"
    assert found.parent is not None
    assert found.context is not None
    assert (f"{found.context.trace_id:032x}", f"{found.parent.span_id:016x}") == (TRACE, PARENT)
    assert told["traceparent"] == f"00-{TRACE}-{found.context.span_id:016x}-01"
    assert found.attributes is not None
    assert found.attributes["http.route"] == "/api/products/{sku}"
    assert found.attributes["http.response.status_code"] == 503
    assert found.attributes["error.type"] == "unavailable"
    assert not found.status.is_ok
    assert found.resource.attributes["service.version"] == "login-00002"
    assert tracing.current() is None


def test_statements_and_commands_are_spans_of_the_request_and_hold_no_values(database_url: str, redis_url: str) -> None:
    exporter = InMemorySpanExporter()
    recorder = ExportingRecorder(Settings(), "", exporter)
    engine = database.make_engine(database_url, pool_size=1, application_name="test")
    try:
        span = recorder.begin("GET", "/", {})
        database.run(engine, lambda connection: connection.execute(text("SELECT :x"), {"x": "4711"}))
        with pytest.raises(SQLAlchemyError):
            database.run(engine, lambda connection: connection.execute(text("SELECT 1/:x"), {"x": 0}))
        redis_client.make_client(redis_url, pool_size=1, name="test").get("key-4711")
        span.end(200, None)
        recorder.flush(5)
    finally:
        recorder.stop()
        engine.dispose()
    found = exporter.get_finished_spans()
    assert [s.name for s in found] == ["SELECT", "SELECT", "GET", "GET /"]
    assert {s.context.trace_id for s in found if s.context} == {int(span.trace.trace_id, 16)}
    assert [s.status.is_ok for s in found[:3]] == [True, False, True]
    assert "4711" not in "".join(s.to_json() for s in found)


def test_spans_reach_a_collector_over_http() -> None:
    with collecting() as collector:
        recorder = ExportingRecorder(Settings(), collector.url)
        recorder.begin("GET", "/", {}).end(200, None)
        recorder.flush(5)
        recorder.stop()
    assert [sent.path for sent in collector.received] == ["/v1/traces"]


def test_nobody_notices_a_collector_that_is_away(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL, "opentelemetry")  # as logs.set_up does
    recorder = ExportingRecorder(Settings(), "http://127.0.0.1:1")
    for _ in range(3000):
        recorder.begin("GET", "/", {}).end(200, None)
    started_s = time.monotonic()
    recorder.flush(1)
    took_s = time.monotonic() - started_s
    recorder.stop()
    assert took_s < 2
    assert caplog.records == []
