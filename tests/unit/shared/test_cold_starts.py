"""A start tells its phases: they follow one another, and the request that waited has them in its trace."""

from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from shared import cold_starts
from shared.cold_starts import Beginning
from shared.settings import Settings
from shared.tracing import PlainRecorder
from shared.tracing_export import ExportingRecorder

TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
WAITED = Beginning(waited_at_s=10.0, asked_at_s=10.5, forked_at_s=11.5)
BUSY = Beginning(waited_at_s=None, asked_at_s=10.5, forked_at_s=11.5)


@dataclass
class Counts:
    seen: dict[str, float] = field(default_factory=dict)

    def observe_phase(self, phase: str, duration_s: float) -> None:
        self.seen[phase] = duration_s


def test_what_is_known_is_counted_when_it_takes_requests_and_the_rest_with_the_first_answer() -> None:
    counts = Counts()
    answered = cold_starts.tell(WAITED, 13.0, counts, PlainRecorder())
    assert counts.seen == {"queued": 0.5, "forked": 1.0, "connected": 1.5}
    assert answered
    answered({}, 13.25)
    assert counts.seen == {"queued": 0.5, "forked": 1.0, "connected": 1.5, "first_byte": 0.25}


def test_an_instance_that_nobody_waited_for_has_no_request_of_its_own() -> None:
    counts = Counts()
    assert cold_starts.tell(BUSY, 13.0, counts, PlainRecorder()) is None
    assert counts.seen == {"forked": 1.0, "connected": 1.5}


moments = st.floats(0, 1e10)


@given(moments, moments, moments, moments, moments)
def test_no_phase_ends_before_it_began_whatever_the_clocks_do(
    waited: float, asked: float, forked: float, connected: float, answered: float
) -> None:
    beginning = Beginning(waited_at_s=waited, asked_at_s=asked, forked_at_s=forked, connected_at_s=connected)
    phases = beginning.phases(answered)
    assert list(phases) == ["queued", "forked", "connected", "first_byte"]
    assert all(began <= ended for began, ended in phases.values())


def test_the_request_that_waited_has_the_start_in_its_trace_a_span_for_each_phase() -> None:
    exporter = InMemorySpanExporter()
    recorder = ExportingRecorder(Settings(service="login", revision="login-00001"), "", exporter)
    try:
        answered = cold_starts.tell(WAITED, 13.0, Counts(), recorder)
        assert answered
        answered({"HTTP_TRACEPARENT": f"00-{TRACE}-{PARENT}-01"}, 13.25)
        recorder.flush(5)
    finally:
        recorder.stop()
    *phases, whole = exporter.get_finished_spans()
    assert {f"{span.context.trace_id:032x}" for span in (*phases, whole) if span.context} == {TRACE}
    assert whole.name == "cold start"
    assert whole.parent
    assert whole.context
    assert f"{whole.parent.span_id:016x}" == PARENT
    assert (whole.start_time, whole.end_time) == (10_000_000_000, 13_250_000_000)
    assert [span.name for span in phases] == ["queued", "forked", "connected", "first_byte"]
    assert {span.parent.span_id for span in phases if span.parent} == {whole.context.span_id}
    assert [span.start_time for span in phases[1:]] == [span.end_time for span in phases[:-1]]
