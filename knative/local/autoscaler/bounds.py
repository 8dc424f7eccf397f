"""min-scale, max-scale and initial-scale: the range in which a revision's count may lie.

Rules: `pkg/reconciler/autoscaling/kpa/scaler.go` and `ScaleBounds` of its PodAutoscaler.
"""

from dataclasses import dataclass

from knative.local.autoscaler.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """The least and the most instances; a most of 0 is none."""

    least: int
    most: int

    def apply(self, count: int) -> int:
        if count < self.least:
            return self.least
        return min(count, self.most) if self.most else count


def bounds(settings: Settings, *, initial_scale_reached: bool) -> Bounds:
    """The bounds of a revision now.

    What no route reaches needs no minimum. Until its initial scale was reached once, that is the minimum, so
    that a new revision shows that it can run; an initial scale of 1 needs no rule, since an activating revision
    keeps its instances anyway.
    """
    least = settings.min_scale if settings.reachable else 0
    if settings.initial_scale > 1 and not initial_scale_reached and settings.reachable:
        least = max(settings.initial_scale, least)
    return Bounds(least=least, most=settings.max_scale)


def active_threshold(settings: Settings, *, initial_scale_reached: bool) -> int:
    """How many ready instances make a revision active."""
    least = settings.min_scale if settings.reachable else 0
    return max(least, 1 if initial_scale_reached else settings.initial_scale)
