"""The way to zero, second by second, with a clock that the test moves."""

from dataclasses import dataclass, field, replace

import pytest

from knative.local.autoscaler.settings import Settings
from knative.local.autoscaler.zero import Activity, Ruling, State, advance

settings = Settings.of_revision({}, container_concurrency=0, reachable=True)


@dataclass(kw_only=True)
class Revision:
    """A revision whose instances do at once what is ruled."""

    settings: Settings = settings
    state: State = field(default_factory=lambda: State.of_found_revision(1, 0))
    count: int = 1
    now_s: float = 0.0

    def turn(self, wish: int | None, *, after_s: float = 2.0, excess: int = -1, ready: int | None = None) -> Ruling:
        self.now_s += after_s
        ready_count = self.count if ready is None else ready
        ruling, self.state = advance(
            self.settings,
            self.state,
            wish=wish,
            ready_count=ready_count,
            excess_burst_capacity=excess,
            now_s=self.now_s,
        )
        if ruling.applies and ruling.wanted_count is not None:
            self.count = ruling.wanted_count
        return ruling

    def activity(self) -> Activity:
        return self.state.activity

    def seconds_to_zero(self, *, excess: int = -1, at_most_s: float = 4000) -> float:
        started_s = self.now_s
        while self.count and self.now_s - started_s < at_most_s:
            self.turn(0, excess=excess)
        return self.now_s - started_s


def test_the_last_instance_stays_until_the_revision_was_active_for_a_stable_window() -> None:
    revision = Revision(count=3)
    assert revision.turn(0, after_s=58) == Ruling(wanted_count=1, applies=True)
    assert revision.turn(0, after_s=2) == Ruling(wanted_count=0, applies=False)
    assert (revision.activity(), revision.count) == (Activity.INACTIVE, 1)


def test_requests_that_wait_in_front_anyway_let_it_go_at_the_next_turn() -> None:
    assert Revision().seconds_to_zero() == 62


def test_requests_that_went_straight_to_instances_make_it_wait_for_the_grace_period() -> None:
    revision = Revision()
    revision.turn(1, excess=5)
    assert revision.state.queued_since_s is None
    assert revision.seconds_to_zero(excess=5) == 58 + 30


def test_the_retention_period_holds_the_last_instance_in_any_case() -> None:
    patient = replace(settings, retention_period_s=300.0)
    assert Revision(settings=patient).seconds_to_zero() == 60 + 300


def test_a_retention_shorter_than_the_grace_period_still_holds() -> None:
    patient = replace(settings, retention_period_s=10.0)
    assert Revision(settings=patient).seconds_to_zero() == 60 + 10


def test_a_revision_that_no_route_reaches_is_not_retained_and_needs_no_minimum() -> None:
    unreached = replace(settings, retention_period_s=300.0, min_scale=2, reachable=False)
    assert Revision(settings=unreached).seconds_to_zero() == 62


def test_a_minimum_keeps_it_from_zero() -> None:
    revision = Revision(settings=replace(settings, min_scale=2))
    assert revision.seconds_to_zero(at_most_s=400) == 400
    assert (revision.count, revision.activity()) == (2, Activity.ACTIVE)


def test_one_instance_stays_where_zero_is_not_allowed() -> None:
    revision = Revision(settings=replace(settings, scale_to_zero=False))
    assert revision.seconds_to_zero(at_most_s=400) == 400
    assert revision.count == 1


def test_load_while_it_waits_for_zero_makes_it_active_and_the_window_starts_anew() -> None:
    revision = Revision(settings=replace(settings, retention_period_s=300.0))
    revision.turn(0, after_s=60)
    assert revision.activity() is Activity.INACTIVE
    revision.turn(2, ready=2)
    assert revision.activity() is Activity.ACTIVE
    assert revision.turn(0, after_s=58) == Ruling(wanted_count=1, applies=True)


def test_the_first_request_at_zero_activates_it_until_an_instance_is_ready() -> None:
    revision = Revision(state=State.of_found_revision(0, 0), count=0)
    assert revision.turn(1, ready=0) == Ruling(wanted_count=1, applies=True)
    assert revision.activity() is Activity.ACTIVATING
    revision.turn(1, ready=1)
    assert revision.activity() is Activity.ACTIVE


def test_a_revision_at_zero_of_which_nothing_is_known_stays_there() -> None:
    revision = Revision(state=State.of_found_revision(0, 0), count=0)
    for _ in range(100):
        assert revision.turn(None) == Ruling(wanted_count=None, applies=False)
    assert (revision.count, revision.activity()) == (0, Activity.INACTIVE)


def test_a_revision_that_activates_is_not_taken_away_before_its_deadline() -> None:
    revision = Revision(settings=replace(settings, progress_deadline_s=20.0), state=State.of_new_revision(0))
    assert revision.turn(0, after_s=50, ready=0) == Ruling(wanted_count=None, applies=False)
    assert revision.turn(0, after_s=1, ready=0) == Ruling(wanted_count=0, applies=True)
    assert revision.activity() is Activity.INACTIVE


def test_a_new_revision_reaches_its_initial_scale_once_and_then_forgets_it() -> None:
    revision = Revision(settings=replace(settings, initial_scale=3), state=State.of_new_revision(0))
    assert revision.turn(None, ready=0).wanted_count == 3
    assert revision.turn(0, ready=2).wanted_count == 3
    assert revision.activity() is Activity.ACTIVATING
    revision.turn(0, ready=3)
    assert (revision.activity(), revision.state.initial_scale_reached) == (Activity.ACTIVE, True)
    assert revision.turn(0, ready=3).wanted_count == 1


def test_an_initial_scale_of_zero_is_inactive_from_the_start() -> None:
    revision = Revision(settings=replace(settings, initial_scale=0), state=State.of_new_revision(0), count=0)
    for _ in range(3):
        revision.turn(None)
    assert (revision.count, revision.activity()) == (0, Activity.INACTIVE)


@pytest.mark.parametrize(("wish", "count"), [(1, 2), (3, 3), (9, 5)])
def test_a_wish_is_brought_between_minimum_and_maximum(wish: int, count: int) -> None:
    revision = Revision(settings=replace(settings, min_scale=2, max_scale=5))
    assert revision.turn(wish).wanted_count == count
