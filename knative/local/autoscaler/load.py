"""From reports, one a second, to the load that a decision reads: a stable and a panic window side by side.

Rules: `pkg/autoscaler/metrics/collector.go`.
"""

from dataclasses import dataclass

from knative.local.autoscaler.decider import Load
from knative.local.autoscaler.settings import Settings
from knative.local.autoscaler.window import Window


@dataclass(frozen=True, slots=True, kw_only=True)
class Windows:
    """The two windows of a revision, in the unit of its metric."""

    stable: Window
    panic: Window

    @classmethod
    def of(cls, settings: Settings) -> "Windows":
        return cls(
            stable=Window.of_length(settings.stable_window_s),
            panic=Window.of_length(settings.panic_window_s),
        )

    def record(self, settings: Settings, at_s: float, concurrency: float, rps: float) -> "Windows":
        """The windows with a report of the second that ends at `at_s`, over all instances.

        Args:
            settings: its metric says which of the figures counts.
            at_s: the end of the second, on the caller's clock.
            concurrency: requests at once, the mean over the second, weighted by time.
            rps: requests that came in the second.
        """
        value = rps if settings.metric == "rps" else concurrency
        return Windows(stable=self.stable.record(at_s, value), panic=self.panic.record(at_s, value))

    def load(self, settings: Settings, now_s: float) -> Load | None:
        """The averages now, or None without data for more than a stable window.

        With an unbounded burst capacity there is always an answer: all requests pass what counts them, so that
        silence means none.
        """
        if self.stable.is_empty(now_s) and settings.target_burst_capacity != -1:
            return None
        return Load(
            stable=self.stable.average(now_s, settings.algorithm),
            panic=self.panic.average(now_s, settings.algorithm),
        )

    def resized(self, settings: Settings, now_s: float) -> "Windows":
        """The windows at the lengths of other settings; themselves where nothing changed."""
        if (self.stable.length_s, self.panic.length_s) == (settings.stable_window_s, settings.panic_window_s):
            return self
        return Windows(
            stable=self.stable.resized(settings.stable_window_s, now_s),
            panic=self.panic.resized(settings.panic_window_s, now_s),
        )
