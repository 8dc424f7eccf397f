"""How an instance came to be, told by itself with its first answer: as a metric and as a span, in phases.

Knative tells neither (knative/serving#13459). Whoever starts an instance hands it the moments that it cannot know; an
instance in a container is handed none, and tells only how long it took itself (`zerocart_cold_start_seconds`).

    queued: a request waited and nobody had been asked for yet
    forked: an instance was asked for, and there was none yet
    connected: it was there, and took no request yet
    first_byte: it had the request that waited, and had not answered
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """The moments until an instance takes requests, in seconds since 1970: several processes tell them.

    Args:
        waited_at_s: when a request began to wait for it; None: nobody did, others were busy.
        asked_at_s: when it was asked for.
        forked_at_s: its first own moment.
        connected_at_s: when it took requests.
    """

    waited_at_s: float | None
    asked_at_s: float
    forked_at_s: float
    connected_at_s: float = 0.0

    def phases(self, first_byte_at_s: float | None = None) -> dict[str, tuple[float, float]]:
        """Each phase that there was, by name: when it began and when it ended. A clock that was set back ends none
        before it began."""
        moments = [
            ("queued", self.waited_at_s, self.asked_at_s),
            ("forked", self.asked_at_s, self.forked_at_s),
            ("connected", self.forked_at_s, self.connected_at_s),
            ("first_byte", self.connected_at_s, None if self.waited_at_s is None else first_byte_at_s),
        ]
        return {
            name: (began_s, max(began_s, ended_s))
            for name, began_s, ended_s in moments
            if began_s is not None and ended_s is not None
        }


class Observer(Protocol):
    """What counts phases: `shared.metrics.Metrics`."""

    def observe_phase(self, phase: str, duration_s: float) -> None: ...


class Recorder(Protocol):
    """What makes spans of them: `shared.tracing.Recorder`."""

    def cold_start(self, phases: Mapping[str, tuple[float, float]], environ: Mapping[str, object]) -> None: ...


FirstAnswer = Callable[[Mapping[str, object], float], None]


def tell(beginning: Beginning, now_s: float, observer: Observer, recorder: Recorder) -> FirstAnswer | None:
    """Count the phases until now, when the instance takes requests.

    Gives what is to be called with its first request, and when that was answered: None where nobody waited for it.
    """
    connected = replace(beginning, connected_at_s=now_s)
    for phase, (began_s, ended_s) in connected.phases().items():
        observer.observe_phase(phase, ended_s - began_s)
    if beginning.waited_at_s is None:
        return None

    def answered(environ: Mapping[str, object], at_s: float) -> None:
        phases = connected.phases(at_s)
        began_s, ended_s = phases["first_byte"]
        observer.observe_phase("first_byte", ended_s - began_s)
        recorder.cold_start(phases, environ)

    return answered
