"""What to do now, from what should be and what is.

Pure: wanted and observed go in, a list of actions comes out. It is level-triggered, as Kubernetes' controllers
are: nothing depends on having seen an event, so from any state, and after any interrupted prefix of its own
actions, the next call goes on to the same end. The edges (`engine.py`) carry the actions out.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from knative.local.model import RevisionName

# More at once than the machine has cores only makes each of them later.
MOST_STARTING_AT_ONCE = 4
# Longer than this, a start waits for something else than a processor, and holds up nobody.
START_HOLDS_S = 5.0
# A function that is not ready by then hangs in its start.
START_DEADLINE_S = 30.0
# Beyond its own timeout, what a drain may take for flushing.
DRAIN_MARGIN_S = 5.0


class Phase(Enum):
    STARTING = "starting"
    READY = "ready"
    DRAINING = "draining"
    # It serves on a socket that new connections no longer reach: left by an engine and a zygote that both died.
    STRAY = "stray"


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """A function process, as observed.

    `since_s`: when it came into its phase, on the engine's clock. `is_taking` is false of one that has been ready, and
    by its readiness probe no longer is: it stays, and takes no requests, until it is again.
    """

    pid: int
    revision: RevisionName
    phase: Phase
    since_s: float
    is_taking: bool = True

    @property
    def is_ready(self) -> bool:
        return self.phase is Phase.READY and self.is_taking


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedRevision:
    """A revision as it should be.

    Args:
        desired_count: instances wanted now, 0 or more.
        timeout_s: longest time that a request may run.
        start_after_s: no fork before this time: it crashed, and waits before the next try.
        start_within_s: an instance that takes longer to get ready hangs.
    """

    name: RevisionName
    desired_count: int
    timeout_s: float
    start_after_s: float = 0.0
    start_within_s: float = START_DEADLINE_S


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """What is: sockets that listen, revisions whose socket is watched for a first connection, instances."""

    listening: frozenset[RevisionName]
    watched: frozenset[RevisionName]
    instances: Sequence[Instance]


@dataclass(frozen=True, slots=True)
class Listen:
    """Open the revision's socket; from now on connections to it wait in the kernel's queue."""

    revision: RevisionName


@dataclass(frozen=True, slots=True)
class Watch:
    """Tell the engine when a connection waits at this revision's socket: nobody accepts there."""

    revision: RevisionName


@dataclass(frozen=True, slots=True)
class Unwatch:
    revision: RevisionName


@dataclass(frozen=True, slots=True)
class Fork:
    revision: RevisionName


@dataclass(frozen=True, slots=True)
class Drain:
    """Ask an instance to stop accepting, finish what it has, and leave."""

    pid: int


@dataclass(frozen=True, slots=True)
class Kill:
    """End an instance that did not leave, or never became ready, in its time."""

    pid: int


@dataclass(frozen=True, slots=True)
class Close:
    """Close the socket of a revision that is wanted no more and has no instance left."""

    revision: RevisionName


Action = Listen | Watch | Unwatch | Fork | Drain | Kill | Close


def reconcile(wanted: Sequence[WantedRevision], observed: Observed, now_s: float) -> list[Action]:
    """The actions that bring what is nearer to what should be.

    Args:
        wanted: every revision that should exist; those absent here are to go.
        observed: sockets and instances as they are at `now_s`.
        now_s: seconds on the engine's clock.

    Returns:
        Actions in the order in which they are to be taken. None where all is as wanted.

    Always true (tests/unit/knative/local/test_reconciler.py):
        carried out again and again, with any of them lost, it ends with as many instances as wanted, a watched
        socket exactly where none is wanted, and no socket of a revision that is not wanted.
    """
    by_revision: dict[RevisionName, list[Instance]] = {revision.name: [] for revision in wanted}
    for instance in observed.instances:
        by_revision.setdefault(instance.revision, []).append(instance)
    budget = MOST_STARTING_AT_ONCE - sum(
        instance.phase is Phase.STARTING and now_s - instance.since_s < START_HOLDS_S for instance in observed.instances
    )
    actions: list[Action] = []
    names = {revision.name for revision in wanted}
    for revision in wanted:
        for action in _reconcile_revision(revision, by_revision[revision.name], observed, now_s):
            if isinstance(action, Fork):
                if budget <= 0:
                    continue
                budget -= 1
            actions.append(action)
    for name in sorted(set(by_revision) | observed.listening):
        if name not in names:
            actions += _retire(name, by_revision.get(name, []), observed)
    actions += _overdue(observed.instances, {revision.name: revision for revision in wanted}, now_s)
    return actions


def _reconcile_revision(
    revision: WantedRevision, instances: Sequence[Instance], observed: Observed, now_s: float
) -> Iterator[Action]:
    if revision.name not in observed.listening:
        yield Listen(revision.name)
    current = [instance for instance in instances if instance.phase in {Phase.STARTING, Phase.READY}]
    if len(current) < revision.desired_count and now_s >= revision.start_after_s:
        for _ in range(revision.desired_count - len(current)):
            yield Fork(revision.name)
    # The newest go first: the oldest have the warmest caches.
    surplus = sorted(current, key=lambda instance: (instance.since_s, instance.pid))[revision.desired_count :]
    for instance in surplus:
        yield Drain(instance.pid)
    for instance in instances:
        if instance.phase is Phase.STRAY:
            yield Drain(instance.pid)
    # Where instances are wanted they come anyway; at zero, a first connection has to say that one is.
    if revision.desired_count == 0 and revision.name not in observed.watched:
        yield Watch(revision.name)
    elif revision.desired_count > 0 and revision.name in observed.watched:
        yield Unwatch(revision.name)


def _retire(name: RevisionName, instances: Sequence[Instance], observed: Observed) -> Iterator[Action]:
    if name in observed.watched:
        yield Unwatch(name)
    for instance in instances:
        if instance.phase is not Phase.DRAINING:
            yield Drain(instance.pid)
    if not instances and name in observed.listening:
        yield Close(name)


def _overdue(
    instances: Sequence[Instance], wanted: Mapping[RevisionName, WantedRevision], now_s: float
) -> Iterator[Action]:
    for instance in instances:
        age_s = now_s - instance.since_s
        revision = wanted.get(instance.revision)
        drain_limit_s = (revision.timeout_s if revision else 0.0) + DRAIN_MARGIN_S
        start_limit_s = revision.start_within_s if revision else START_DEADLINE_S
        if (instance.phase is Phase.STARTING and age_s > start_limit_s) or (
            instance.phase is Phase.DRAINING and age_s > drain_limit_s
        ):
            yield Kill(instance.pid)
