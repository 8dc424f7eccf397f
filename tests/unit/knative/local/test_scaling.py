"""One autoscaler a revision, on a clock that the test moves."""

import pytest

from knative.local.autoscaler.defaults import Defaults
from knative.local.model import RevisionName
from knative.local.rollout import Revision
from knative.local.samples import Reading
from knative.local.scaling import RevisionLoad, Scaling
from tests.unit.knative.local.children import new_revision

DEFAULTS = Defaults(
    allow_zero_initial_scale=True, initial_scale=0, stable_window_s=6.0, scale_to_zero_grace_period_s=1.0
)
BOUNDED = {"autoscaling.knative.dev/max-scale": "6"}


class Clock:
    """Drives the autoscalers as the engine does: a reading and a tick each half second."""

    def __init__(self, revision: Revision) -> None:
        self.revision = revision
        self.scaling = Scaling()
        self.scaling.configure(DEFAULTS)
        self.now_s = 1000.0
        self.total_count = 0

    @property
    def desired(self) -> int:
        return self.scaling.desired(self.revision.name)

    def march(self, seconds: float, active_count: int, rps: float = 0.0) -> list[int]:
        """Let time pass under a load, with as many instances ready as are wanted; gives what was wanted meanwhile."""
        wanted = []
        for _ in range(int(seconds * 2)):
            self.now_s += 0.5
            self.total_count += int(rps / 2)
            reading = Reading(active_count=active_count, total_count=self.total_count)
            self.scaling.observe(self.revision.name, reading, self.now_s)
            self.scaling.tick(frozenset({self.revision.name}), lambda _name: self.desired, self.now_s)
            wanted.append(self.desired)
        return wanted


@pytest.fixture
def clock() -> Clock:
    clock = Clock(new_revision(annotations=BOUNDED))
    clock.scaling.adopt(clock.revision, 0, clock.now_s)
    return clock


def test_a_revision_that_nobody_calls_stays_at_zero(clock: Clock) -> None:
    assert set(clock.march(120, active_count=0)) == {0}


def test_a_first_request_wants_an_instance_at_once(clock: Clock) -> None:
    clock.scaling.poke(clock.revision.name, clock.now_s)
    assert clock.desired >= 1


def test_a_request_to_a_revision_that_runs_decides_nothing(clock: Clock) -> None:
    clock.scaling.poke(clock.revision.name, clock.now_s)
    before = clock.desired
    clock.scaling.poke(clock.revision.name, clock.now_s)
    assert clock.desired == before


def test_more_requests_at_once_want_more_instances_up_to_the_bound(clock: Clock) -> None:
    clock.scaling.poke(clock.revision.name, clock.now_s)
    clock.march(10, active_count=20, rps=50)
    # 20 at once at 70 % of 8 an instance.
    assert clock.desired == 4
    clock.march(10, active_count=500, rps=50)
    assert clock.desired == 6


def test_load_that_goes_away_takes_the_instances_with_it_to_zero_and_not_before_its_window(clock: Clock) -> None:
    clock.scaling.poke(clock.revision.name, clock.now_s)
    clock.march(10, active_count=20, rps=50)
    assert 0 not in clock.march(5, active_count=0)
    clock.march(20, active_count=0)
    assert clock.desired == 0


def test_a_pause_shorter_than_the_window_keeps_an_instance(clock: Clock) -> None:
    clock.scaling.poke(clock.revision.name, clock.now_s)
    for _ in range(10):
        assert 0 not in clock.march(1, active_count=1, rps=2)
        assert 0 not in clock.march(4, active_count=0)


def test_what_it_does_now_is_shown_as_means_over_the_last_second(clock: Clock) -> None:
    clock.scaling.poke(clock.revision.name, clock.now_s)
    clock.march(4, active_count=3, rps=40)
    assert clock.scaling.load(clock.revision.name) == RevisionLoad(concurrency=3.0, rps=40.0, panic=False, target=5.6)
    assert clock.scaling.busy
    clock.march(4, active_count=0)
    assert clock.scaling.load(clock.revision.name) == RevisionLoad(concurrency=0.0, rps=0.0, panic=False, target=5.6)
    assert not clock.scaling.busy


def test_an_engine_that_starts_again_keeps_what_runs(clock: Clock) -> None:
    again = Clock(clock.revision)
    again.scaling.adopt(clock.revision, 3, again.now_s)
    assert again.desired == 3
    # To adopt a second time changes nothing: what was decided since stands.
    again.scaling.adopt(clock.revision, 1, again.now_s)
    assert again.desired == 3


def test_a_new_revision_that_has_shown_that_it_can_start_rests_at_its_initial_scale() -> None:
    clock = Clock(new_revision())
    clock.scaling.start(clock.revision, clock.now_s)
    assert clock.desired == 0
    clock.scaling.configure(Defaults(initial_scale=2))
    clock.scaling.start(clock.revision, clock.now_s)
    assert clock.desired == 2


def test_min_scale_keeps_instances_of_a_revision_that_a_route_leads_to() -> None:
    clock = Clock(new_revision(annotations={"autoscaling.knative.dev/min-scale": "2"}))
    clock.scaling.adopt(clock.revision, 2, clock.now_s)
    assert set(clock.march(60, active_count=0)[20:]) == {2}


def test_decisions_come_every_other_second_and_not_more_often(clock: Clock) -> None:
    due = [
        clock.scaling.tick(frozenset(), lambda _name: 0, clock.now_s + step / 10) for step in range(100)
    ]  # ten seconds
    assert sum(due) == 5


def test_nobody_is_wanted_of_a_revision_that_is_unknown_or_forgotten(clock: Clock) -> None:
    assert clock.scaling.desired(RevisionName("none-00001")) == 0
    clock.scaling.poke(clock.revision.name, clock.now_s)
    clock.scaling.forget(clock.revision.name)
    assert clock.desired == 0
    assert clock.scaling.load(clock.revision.name) == RevisionLoad()
