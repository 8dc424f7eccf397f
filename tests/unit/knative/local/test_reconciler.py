from collections.abc import Sequence
from dataclasses import replace

import hypothesis.strategies as st
from hypothesis import given

from knative.local.model import RevisionName
from knative.local.reconciler import (
    DRAIN_MARGIN_S,
    MOST_STARTING_AT_ONCE,
    START_DEADLINE_S,
    START_HOLDS_S,
    Action,
    Close,
    Drain,
    Fork,
    Instance,
    Kill,
    Listen,
    Observed,
    Phase,
    Unwatch,
    WantedRevision,
    Watch,
    reconcile,
)

NAMES = [RevisionName(f"list-products-{number:05d}") for number in range(1, 4)]
names = st.sampled_from(NAMES)
wanted_revisions = st.lists(
    st.builds(
        WantedRevision,
        name=names,
        desired_count=st.integers(0, 5),
        timeout_s=st.just(10.0),
        start_after_s=st.just(0.0),
    ),
    unique_by=lambda revision: revision.name,
)
worlds = st.builds(
    Observed,
    listening=st.frozensets(names),
    watched=st.just(frozenset()),
    instances=st.lists(
        st.builds(
            Instance,
            pid=st.integers(1, 9999),
            revision=names,
            phase=st.sampled_from(Phase),
            since_s=st.floats(0, 100, allow_nan=False),
        ),
        unique_by=lambda instance: instance.pid,
        max_size=12,
    ),
)


class World:
    """What the edges would do: sockets open, forks become ready, drained ones leave, at the next look."""

    def __init__(self, observed: Observed) -> None:
        self.observed = observed
        self.next_pid = 10_000

    def carry_out(self, action: Action, now_s: float) -> None:
        seen = self.observed
        match action:
            case Listen(revision=name):
                self.observed = replace(seen, listening=seen.listening | {name})
            case Watch(revision=name):
                assert name in seen.listening, "only a socket that listens can be watched"
                self.observed = replace(seen, watched=seen.watched | {name})
            case Unwatch(revision=name):
                self.observed = replace(seen, watched=seen.watched - {name})
            case Close(revision=name):
                self.observed = replace(seen, listening=seen.listening - {name}, watched=seen.watched - {name})
            case Fork(revision=name):
                assert name in seen.listening, "an instance needs a socket to accept from"
                self.next_pid += 1
                born = Instance(pid=self.next_pid, revision=name, phase=Phase.STARTING, since_s=now_s)
                self.observed = replace(seen, instances=[*seen.instances, born])
            case Drain(pid=pid) | Kill(pid=pid):
                self.observed = replace(
                    seen,
                    instances=[
                        replace(each, phase=Phase.DRAINING, since_s=now_s) if each.pid == pid else each
                        for each in seen.instances
                    ],
                )

    def time_passes(self) -> None:
        self.observed = replace(
            self.observed,
            instances=[
                replace(each, phase=Phase.READY) if each.phase is Phase.STARTING else each
                for each in self.observed.instances
                if each.phase is not Phase.DRAINING
            ],
        )


def assert_as_wanted(wanted: Sequence[WantedRevision], observed: Observed) -> None:
    counts = {
        name: sum(each.revision == name and each.phase is Phase.READY for each in observed.instances) for name in NAMES
    }
    desired = {revision.name: revision.desired_count for revision in wanted}
    assert counts == {name: desired.get(name, 0) for name in NAMES}
    assert observed.listening == set(desired)
    assert observed.watched == {name for name, count in desired.items() if count == 0}


@given(wanted=wanted_revisions, observed=worlds, lost=st.lists(st.integers(0, 20), max_size=6))
def test_from_any_state_and_any_interrupted_prefix_of_its_actions_it_converges(
    wanted: list[WantedRevision], observed: Observed, lost: list[int]
) -> None:
    world = World(observed)
    for turn in range(40):
        now_s = 200.0 + turn
        actions = reconcile(wanted, world.observed, now_s)
        kept = lost[turn] if turn < len(lost) else len(actions)
        for action in actions[:kept]:
            world.carry_out(action, now_s)
        world.time_passes()
    assert_as_wanted(wanted, world.observed)
    assert reconcile(wanted, world.observed, 300.0) == []


@given(wanted=wanted_revisions, observed=worlds)
def test_no_more_instances_start_at_once_than_the_machine_can_use(
    wanted: list[WantedRevision], observed: Observed
) -> None:
    starting = sum(each.phase is Phase.STARTING for each in observed.instances)
    forks = sum(isinstance(action, Fork) for action in reconcile(wanted, observed, 200.0))
    assert starting + forks <= max(starting, MOST_STARTING_AT_ONCE)


def test_a_crashed_revision_is_not_forked_before_its_pause_is_over() -> None:
    wanted = [WantedRevision(name=NAMES[0], desired_count=1, timeout_s=10.0, start_after_s=5.0)]
    observed = Observed(listening=frozenset(NAMES[:1]), watched=frozenset(), instances=[])
    assert reconcile(wanted, observed, 4.9) == []
    assert reconcile(wanted, observed, 5.0) == [Fork(NAMES[0])]


def test_the_oldest_instances_stay_when_there_are_too_many() -> None:
    instances = [Instance(pid=pid, revision=NAMES[0], phase=Phase.READY, since_s=float(pid)) for pid in (3, 1, 2)]
    wanted = [WantedRevision(name=NAMES[0], desired_count=1, timeout_s=10.0)]
    observed = Observed(listening=frozenset(NAMES[:1]), watched=frozenset(), instances=instances)
    assert reconcile(wanted, observed, 10.0) == [Drain(2), Drain(3)]


def test_a_drain_may_last_as_long_as_a_request_and_no_longer() -> None:
    wanted = [WantedRevision(name=NAMES[0], desired_count=0, timeout_s=15.0)]
    draining = Instance(pid=7, revision=NAMES[0], phase=Phase.DRAINING, since_s=100.0)
    observed = Observed(listening=frozenset(NAMES[:1]), watched=frozenset(NAMES[:1]), instances=[draining])
    limit_s = 100.0 + 15.0 + DRAIN_MARGIN_S
    assert reconcile(wanted, observed, limit_s) == []
    assert reconcile(wanted, observed, limit_s + 0.1) == [Kill(7)]


def test_an_instance_that_hangs_in_its_start_is_killed() -> None:
    wanted = [WantedRevision(name=NAMES[0], desired_count=1, timeout_s=15.0)]
    stuck = Instance(pid=7, revision=NAMES[0], phase=Phase.STARTING, since_s=100.0)
    observed = Observed(listening=frozenset(NAMES[:1]), watched=frozenset(), instances=[stuck])
    assert reconcile(wanted, observed, 100.0 + START_DEADLINE_S + 0.1) == [Kill(7)]


def starting(count: int, since_s: float) -> list[Instance]:
    return [
        Instance(pid=pid, revision=NAMES[0], phase=Phase.STARTING, since_s=since_s) for pid in range(1, count + 1)
    ]  # fmt: skip


def test_what_waits_in_its_start_does_not_keep_others_from_starting() -> None:
    wanted = [
        WantedRevision(name=NAMES[0], desired_count=MOST_STARTING_AT_ONCE, timeout_s=10.0, start_within_s=600.0),
        WantedRevision(name=NAMES[1], desired_count=1, timeout_s=10.0),
    ]

    def forks(now_s: float) -> list[Action]:
        observed = Observed(
            listening=frozenset(NAMES[:2]), watched=frozenset(), instances=starting(MOST_STARTING_AT_ONCE, 100.0)
        )
        return [each for each in reconcile(wanted, observed, now_s) if isinstance(each, Fork)]

    assert forks(100.0 + START_HOLDS_S / 2) == []
    assert forks(100.0 + START_HOLDS_S) == [Fork(NAMES[1])]


def test_a_start_may_take_as_long_as_its_revision_gives_it() -> None:
    wanted = [WantedRevision(name=NAMES[0], desired_count=1, timeout_s=10.0, start_within_s=600.0)]
    observed = Observed(listening=frozenset(NAMES[:1]), watched=frozenset(), instances=starting(1, 0.0))
    assert reconcile(wanted, observed, 599.0) == []
    assert reconcile(wanted, observed, 601.0) == [Kill(1)]
