"""A promotion as it happens: looks, has `decision` decide, writes the traffic. What it must know stands in the Service.

So it may be killed at any moment: the traffic is valid as it is, and who runs it again goes on.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from knative.local.objects.json_values import Json, Object, items, text
from knative.local.operations.traffic import Refused, before
from knative.local.promotion import traffic
from knative.local.promotion.cluster import Cluster, ConflictError, condition, is_observed
from knative.local.promotion.decision import (
    Advance,
    Complete,
    Counts,
    Hold,
    Plan,
    RollBack,
    Step,
    Verdict,
    decide,
)
from knative.local.promotion.traffic import CANDIDATE, Promotion
from shared.errors import StartError

LOOK_EVERY_S = 1.0
READY_WITHIN_S = 600.0
TAKEN_OVER_WITHIN_S = 120.0
_TRIES = 5


class Source(Protocol):
    """Whoever knows what revisions answered."""

    def of(self, revisions: tuple[str, ...], window_s: float) -> list[Counts]:
        """What each did in the last seconds. Raises OSError where it cannot be known now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One look at a promotion: what each revision did since the step began, and what came of it."""

    percent: int
    elapsed_s: float
    candidate: Counts
    stable: Counts
    verdict: Verdict


Tell = Callable[[Look], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How it ended: `revision` has all requests now; `looks` are those that changed something."""

    kind: Literal["promoted", "rolled-back", "nothing-new"]
    revision: str
    other: str = ""
    percent: int = 0
    reason: str = ""
    looks: tuple[Look, ...] = ()


@dataclass(slots=True)
class Promoter:
    """Promotes and takes back at one cluster.

    Args:
        clock: seconds, never going back.
        pause: waits for so many seconds.
    """

    cluster: Cluster
    clock: Callable[[], float] = time.monotonic
    pause: Callable[[float], None] = field(default=time.sleep)

    def pin(self, name: str) -> Promotion:
        """From now on a new revision waits for its promotion. Raises OSError, StartError."""
        service = self.cluster.service(name)
        found = traffic.read(service)
        if found:
            return found
        stable = traffic.sole(service)
        if not stable:
            raise StartError(
                f"no single revision of {name} has all requests",
                "wait until a rollout is over, or choose one: `zerocart rollback --to REVISION`",
            )
        pinned = Promotion(stable=stable, candidate=stable)
        self._send(service, traffic.write(pinned, items(service, "spec", "traffic")))
        return pinned

    def unpin(self, name: str) -> str:
        """Each new revision has all requests as soon as it is ready; so has the newest now. Gives its name."""
        service = self.cluster.service(name)
        self._send(service, traffic.following(items(service, "spec", "traffic")))
        return text(service, "status", "latestReadyRevisionName")

    def promote(self, name: str, plan: Plan, source: Source, tell: Tell) -> Outcome:
        """Give the newest revision all requests, step by step, or take it back. Raises OSError, StartError."""
        service = self._ready(name)
        found = traffic.read(service)
        if found is None:
            raise StartError(
                f"{name} has no revision that waits: a new one has all requests as soon as it is ready",
                f"`zerocart promote --pin {name}`, then apply the new one",
            )
        if found.is_waiting:
            if found.candidate == found.stable:
                return Outcome(kind="nothing-new", revision=found.stable)
            found = Promotion(stable=found.stable, candidate=found.candidate, percent=plan.first(), is_waiting=False)
            service = self._send(service, traffic.write(found, items(service, "spec", "traffic")))
        return self._go_on(service, found, plan, source, tell)

    def _go_on(self, service: Object, found: Promotion, plan: Plan, source: Source, tell: Tell) -> Outcome:
        looks: list[Look] = []
        revisions = (found.candidate, found.stable)
        step = Step(percent=found.percent, began_s=self.clock())
        counts = [Counts(), Counts()]
        expected = items(service, "spec", "traffic")
        name = text(service, "metadata", "name")
        while True:
            now_s = self.clock()
            try:
                service = self.cluster.service(name)
                counts = source.of(revisions, now_s - step.began_s)
            except OSError as error:
                # Nobody who knows answers: nothing goes on, and after the longest time nothing stays.
                reason = f"it is not known what they do: {error}"
                is_over = now_s - step.began_s >= plan.longest_step_s
                verdict: Verdict = RollBack(reason=reason) if is_over else Hold(reason=reason)
                moved = step
            else:
                if items(service, "spec", "traffic") != expected:
                    raise StartError(
                        f"somebody else has changed the traffic of {name}; it stays as it is now",
                        f"`zerocart promote {name}` goes on from there, `zerocart rollback {name}` takes it back",
                    )
                verdict, moved = decide(plan, step, counts[0], counts[1], now_s)
            look = Look(
                percent=step.percent, elapsed_s=now_s - step.began_s, candidate=counts[0], stable=counts[1],
                verdict=verdict,
            )  # fmt: skip
            tell(look)
            if not isinstance(verdict, Hold):
                looks.append(look)
            match verdict:
                case Hold():
                    step = moved
                    self.pause(LOOK_EVERY_S)
                    continue
                case Advance(percent=percent):
                    to = Promotion(stable=found.stable, candidate=found.candidate, percent=percent, is_waiting=False)
                case Complete():
                    to = Promotion(stable=found.candidate, candidate=found.candidate, previous=found.stable)
                case RollBack():
                    to = Promotion(stable=found.stable, candidate=found.candidate)
                    service = self.cluster.service(name)
            service = self._send(service, traffic.write(to, expected))
            expected = items(service, "spec", "traffic")
            if isinstance(verdict, RollBack):
                return Outcome(
                    kind="rolled-back", revision=found.stable, other=found.candidate, percent=step.percent,
                    reason=verdict.reason, looks=tuple(looks),
                )  # fmt: skip
            if isinstance(verdict, Complete):
                return Outcome(kind="promoted", revision=found.candidate, other=found.stable, looks=tuple(looks))
            # What it does with more requests counts from when they come.
            step = Step(percent=moved.percent, began_s=self.clock(), baseline=moved.baseline)

    def roll_back(self, name: str, to: str = "") -> Outcome:
        """Give all requests to the revision before, or to one by its name. Raises OSError, StartError."""
        service = self.cluster.service(name)
        ready = self.cluster.ready_revisions(name)
        found = traffic.read(service)
        serving = _most(service)
        target = to or _earlier(name, found, service, ready)
        if target not in ready:
            raise StartError(f"{target} is no revision of {name} that can serve", f"these can: {', '.join(ready)}")
        pinned = Promotion(stable=target, candidate=target)
        self._send(service, traffic.write(pinned, items(service, "spec", "traffic")))
        other = found.candidate if found and not found.is_waiting else serving
        return Outcome(kind="rolled-back", revision=target, other="" if other == target else other)

    def _ready(self, name: str) -> Object:
        """The Service, once its newest revision has shown whether it can serve, or one before it is under way."""
        deadline_s = self.clock() + READY_WITHIN_S
        while True:
            service = self.cluster.service(name)
            status, message = condition(service, "ConfigurationsReady")
            found = traffic.read(service)
            if is_observed(service) and (status == "True" or (found and not found.is_waiting)):
                return service
            if is_observed(service) and status == "False":
                raise StartError(
                    f"the newest revision of {name} did not get ready: {message}",
                    "what served before still serves; mend it and apply again",
                )
            if self.clock() > deadline_s:
                raise StartError(f"the newest revision of {name} is not ready after {READY_WITHIN_S:.0f} s: {message}")
            self.pause(LOOK_EVERY_S)

    def _send(self, service: Object, wanted: Sequence[Json]) -> Object:
        """Write the traffic, and wait until requests go that way; gives the Service as it is then."""
        name = text(service, "metadata", "name")
        for _ in range(_TRIES):
            try:
                self.cluster.send_traffic(service, wanted)
                break
            except ConflictError:
                # On a cluster a new status is a new version, too; another traffic than it was decided on is not ours.
                again = self.cluster.service(name)
                if items(again, "spec", "traffic") != items(service, "spec", "traffic"):
                    raise
                service = again
        else:
            raise StartError(
                f"{name} changes too often to be written to", "run it again: it goes on from how things are"
            )
        deadline_s = self.clock() + TAKEN_OVER_WITHIN_S
        while True:
            found = self.cluster.service(name)
            if is_observed(found) and condition(found, "RoutesReady")[0] == "True":
                return found
            if self.clock() > deadline_s:
                raise StartError(
                    f"the traffic of {name} is written and the gateway has not taken it over within "
                    f"{TAKEN_OVER_WITHIN_S:.0f} s: {condition(found, 'RoutesReady')[1]}",
                    "run it again: it goes on from how things are",
                )
            self.pause(0.1)


def _most(service: Object) -> str:
    """The revision with most of the requests now."""
    shares = _shares(service)
    return max(shares, key=lambda name: shares[name], default="")


def _shares(service: Object) -> dict[str, int]:
    shares: dict[str, int] = {}
    for target in items(service, "status", "traffic"):
        percent = target.get("percent") if isinstance(target, dict) else None
        if isinstance(percent, int) and percent:
            name = text(target, "revisionName")
            shares[name] = shares.get(name, 0) + percent
    return shares


def _earlier(name: str, found: Promotion | None, service: Object, ready: Sequence[str]) -> str:
    """Where a rollback leads that names no revision. Raises StartError where nobody knows."""
    if found and not found.is_waiting:
        return found.stable
    if found:
        if found.previous:
            return found.previous
        raise StartError(
            f"{found.stable} has all requests of {name}, and nothing was promoted since",
            f"`zerocart rollback {name} --to REVISION` leads to any of: {', '.join(ready)}",
        )
    earlier = before(ready, _shares(service))
    if isinstance(earlier, Refused):
        raise StartError(f"{name}: {earlier.detail}", f"these can serve: {', '.join(ready) or 'none'}")
    return earlier


def preview_url(service: Object) -> str:
    """Where the candidate is reached by its tag, be it sent requests or not; empty where that is not known."""
    for target in items(service, "status", "traffic"):
        if text(target, "tag") == CANDIDATE:
            return text(target, "url")
    return ""
