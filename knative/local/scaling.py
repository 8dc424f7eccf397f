"""One autoscaler a revision: fed from Envoy's readings, asked every two seconds, and at once by a first request."""

from collections.abc import Callable
from dataclasses import dataclass, field

from knative.local.autoscaler import scaler
from knative.local.autoscaler.defaults import Defaults
from knative.local.autoscaler.settings import Settings
from knative.local.model import RevisionName
from knative.local.rollout import Revision
from knative.local.samples import Meter, Reading

REPORT_S = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisionLoad:
    """What one revision does, for people: means over the last second, and what an instance is meant to carry of it.

    `target` is in the unit of `metric`: requests at once, or requests a second.
    """

    concurrency: float = 0.0
    rps: float = 0.0
    panic: bool = False
    metric: str = "concurrency"
    target: float = 0.0


@dataclass(slots=True)
class _Scaler:
    revision: Revision
    memory: scaler.Memory
    meter: Meter = field(default_factory=Meter)
    reports: list[scaler.Report] = field(default_factory=list)
    panic: bool = False


class Scaling:
    """The autoscalers of all revisions, and the load they have seen."""

    def __init__(self) -> None:
        self._scalers: dict[RevisionName, _Scaler] = {}
        self._defaults = Defaults()
        self._reachable: frozenset[RevisionName] = frozenset()
        self._reported_s = 0.0
        self._stepped_s = 0.0

    def configure(self, defaults: Defaults) -> None:
        """Take what holds for every revision that says nothing of its own."""
        self._defaults = defaults

    def start(self, revision: Revision, now_s: float) -> None:
        """A revision that has just shown that it can serve: it begins with its initial scale."""
        self._scalers[revision.name] = _Scaler(revision, scaler.start(self._settings(revision), now_s))

    def adopt(self, revision: Revision, ready_count: int, now_s: float) -> None:
        """A revision from before, with the instances that it has, or at zero until it is called."""
        if revision.name not in self._scalers:
            memory = scaler.adopt(self._settings(revision), ready_count, now_s)
            self._scalers[revision.name] = _Scaler(revision, memory)

    def forget(self, name: RevisionName) -> None:
        self._scalers.pop(name, None)

    def desired(self, name: RevisionName) -> int:
        """How many instances the revision should have now."""
        found = self._scalers.get(name)
        return found.memory.count if found else 0

    def load(self, name: RevisionName) -> RevisionLoad:
        found = self._scalers.get(name)
        if found is None:
            return RevisionLoad()
        settings = self._settings(found.revision)
        return RevisionLoad(
            concurrency=found.meter.last_concurrency,
            rps=found.meter.last_rps,
            panic=found.panic,
            metric=settings.metric,
            target=settings.target,
        )

    @property
    def busy(self) -> bool:
        """Whether a request waits or runs anywhere, as far as the last reading tells."""
        return any(each.meter.active_count or each.meter.last_rps for each in self._scalers.values())

    def poke(self, name: RevisionName, now_s: float) -> None:
        """A request waits at a revision without instances: decide at once."""
        found = self._scalers.get(name)
        if found and found.memory.count == 0:
            settings = self._settings(found.revision)
            decision, found.memory = scaler.poke(settings, found.memory, 1, 0, now_s)
            found.panic = decision.panic

    def observe(self, name: RevisionName, reading: Reading, now_s: float) -> None:
        """Take in what Envoy says of a revision."""
        if found := self._scalers.get(name):
            found.meter.add(reading, now_s)

    def tick(
        self, reachable: frozenset[RevisionName], ready_count_of: Callable[[RevisionName], int], now_s: float
    ) -> bool:
        """Report each second and decide every other one. True where a decision was due."""
        self._reachable = reachable
        if now_s - self._reported_s < REPORT_S:
            return False
        self._reported_s = now_s
        for each in self._scalers.values():
            concurrency, rps = each.meter.report(now_s)
            each.reports.append(scaler.Report(at_s=now_s, concurrency=concurrency, rps=rps))
        if now_s - self._stepped_s < scaler.TICK_S:
            return False
        self._stepped_s = now_s
        for name, each in self._scalers.items():
            decision, each.memory = scaler.step(
                self._settings(each.revision), each.memory, each.reports, ready_count_of(name), now_s
            )
            each.panic = decision.panic
            each.reports.clear()
        return True

    def _settings(self, revision: Revision) -> Settings:
        return Settings.of_revision(
            revision.template.annotations,
            container_concurrency=revision.template.container_concurrency,
            reachable=revision.name in self._reachable,
            defaults=self._defaults,
        )
