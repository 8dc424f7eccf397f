"""What the answers to a probe come to: so many in a row make an instance well, or not. Pure.

Kubernetes' rule: `successThreshold` passes in a row, or `failureThreshold` failures.
"""

from dataclasses import dataclass

from knative.local.model import Probe


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """`healthy` is None until one of the thresholds was reached; `streak` counts equal answers in a row."""

    healthy: bool | None = None
    passing: bool = True
    streak: int = 0


def after(tally: Tally, probe: Probe, *, passed: bool) -> Tally:
    """The tally with one more answer."""
    streak = tally.streak + 1 if tally.passing == passed else 1
    healthy = tally.healthy
    if streak >= (probe.success_threshold if passed else probe.failure_threshold):
        healthy = passed
    return Tally(healthy=healthy, passing=passed, streak=streak)
