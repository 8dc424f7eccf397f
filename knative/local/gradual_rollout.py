"""How the traffic to a Configuration moves to its latest revision bit by bit, where `rollout-duration` asks for that.

Pure. Rules: Knative Serving v0.50.0, `pkg/reconciler/route/traffic/rollout.go`. A new revision gets one percent. Once
that is served, how long it took sets the pace: equal steps, as many as fit into the time that is left. Another revision
meanwhile begins anew behind those that share the traffic; the newest of the others always gives first, so what has
served longest serves to the end. Start at `advance`.
"""

import math
from collections.abc import Collection
from dataclasses import dataclass, replace

from knative.local.model import RevisionName, RouteTarget

# One percent is never taken to have been served faster.
SHORTEST_FIRST_STEP_S = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Rollout:
    """Where a Route's traffic to the latest revision of one Configuration stands.

    Times are seconds on the caller's clock.

    Args:
        shares: the revisions that have it, oldest first; more than one while it moves. They sum to what the Route
            sends to that latest revision, which is not all of its traffic where others are named beside it.
        started_at_s: when the newest of them got its first percent; 0 where nothing moves.
        next_step_at_s: when the next step is due; 0 until the first percent has been served.
        step_s: the pause between two steps.
        step_percent: how much moves in one.
    """

    shares: tuple[RouteTarget, ...]
    started_at_s: float = 0.0
    next_step_at_s: float = 0.0
    step_s: float = 0.0
    step_percent: int = 0

    @property
    def moving(self) -> bool:
        return len(self.shares) > 1

    @property
    def percent(self) -> int:
        return sum(share.percent for share in self.shares)

    @property
    def due_at_s(self) -> float:
        """When to look again; while the first percent is not known to be served, at once."""
        return self.next_step_at_s or self.started_at_s


def advance(
    before: Rollout | None,
    latest: RevisionName,
    percent: int,
    *,
    ready: Collection[RevisionName],
    duration_s: int,
    now_s: float,
) -> Rollout:
    """What the latest ready revision and those before it should get now.

    Args:
        before: what the last call for this Route and Configuration gave; None before any.
        percent: what the Route sends to it; at least 1.
        ready: the revisions that can serve. Where one that shares the traffic is gone, the latest gets all at once.
        duration_s: how long all of it should take; 0: no time at all.
    """
    all_at_once = Rollout(shares=(RouteTarget(revision=latest, percent=percent),))
    if before is None or duration_s <= 0 or percent == 1 or not all(share.revision in ready for share in before.shares):
        return all_at_once
    shares = _of_total(before.shares, percent)
    if shares[-1].revision != latest:
        return Rollout(shares=_begun(shares, latest), started_at_s=now_s)
    if len(shares) == 1:
        return all_at_once
    rollout = replace(before, shares=shares)
    if not rollout.step_percent:
        return _paced(rollout, duration_s, now_s)
    return _stepped(rollout, now_s) if now_s >= rollout.next_step_at_s else rollout


def _of_total(shares: tuple[RouteTarget, ...], percent: int) -> tuple[RouteTarget, ...]:
    """The shares of another total: what is more goes to the newest, what is less comes from the oldest."""
    missing = percent - sum(share.percent for share in shares)
    if missing > 0:
        return (*shares[:-1], replace(shares[-1], percent=shares[-1].percent + missing))
    return _without(shares, -missing)


def _without(shares: tuple[RouteTarget, ...], percent: int) -> tuple[RouteTarget, ...]:
    """The shares with some percent taken from the first ones; who has nothing left is dropped."""
    result: list[RouteTarget] = []
    for share in shares:
        taken = min(share.percent, percent)
        percent -= taken
        if share.percent > taken:
            result.append(replace(share, percent=share.percent - taken))
    return tuple(result)


def _begun(shares: tuple[RouteTarget, ...], latest: RevisionName) -> tuple[RouteTarget, ...]:
    """One percent for a new revision, from the newest that had any."""
    *others, newest = shares
    rest = (replace(newest, percent=newest.percent - 1),) if newest.percent > 1 else ()
    return (*others, *rest, RouteTarget(revision=latest, percent=1))


def _paced(rollout: Rollout, duration_s: int, now_s: float) -> Rollout:
    """The first percent has been served: the time that it took says how many steps the rest takes, and how far apart.

    Steps are whole percents, rounded: so 99 % in 29 steps become 33 steps of 3 %, which take a little longer.
    """
    first_step_s = max(SHORTEST_FIRST_STEP_S, math.ceil(now_s - rollout.started_at_s))
    left_s = max(1, duration_s - first_step_s)
    rest_percent = rollout.percent - 1
    step_count = min(max(1.0, left_s / first_step_s), rest_percent)
    step_s = left_s / step_count
    return replace(
        rollout,
        step_s=step_s,
        step_percent=math.floor(rest_percent / step_count + 0.5),
        next_step_at_s=now_s + step_s,
    )


def _stepped(rollout: Rollout, now_s: float) -> Rollout:
    """One step further; after the last one nothing moves any more."""
    newest = rollout.shares[-1]
    others = _without(rollout.shares[-2::-1], rollout.step_percent)[::-1]
    shares = (*others, replace(newest, percent=rollout.percent - sum(share.percent for share in others)))
    if len(shares) == 1:
        return Rollout(shares=shares)
    return replace(rollout, shares=shares, next_step_at_s=now_s + rollout.step_s)
