"""A revision's life through the whole autoscaler, with a clock that the test moves."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from knative.local.autoscaler import scaler
from knative.local.autoscaler.scaler import TICK_S, Report, ScaleDecision
from knative.local.autoscaler.settings import Settings
from knative.local.autoscaler.zero import Activity

settings = Settings.of_revision({}, container_concurrency=10, reachable=True)  # a target of 7


class Life:
    """A revision whose instances are ready one turn after they were asked for."""

    def __init__(self, settings: Settings, memory: scaler.Memory, ready_count: int = 0) -> None:
        self.settings, self.memory, self.ready_count, self.now_s = settings, memory, ready_count, 0.0

    def turn(self, concurrency: float = 0.0, rps: float = 0.0) -> ScaleDecision:
        self.now_s += TICK_S
        reports = [Report(at_s=self.now_s - before, concurrency=concurrency, rps=rps) for before in (1, 0)]
        decision, self.memory = scaler.step(self.settings, self.memory, reports, self.ready_count, self.now_s)
        self.ready_count = decision.desired_count
        return decision


def test_a_revision_found_at_zero_stays_there_until_it_is_called() -> None:
    life = Life(settings, scaler.adopt(settings, 0, 0))
    decisions = [life.turn() for _ in range(100)]
    assert {decision.desired_count for decision in decisions} == {0}
    assert not any(decision.valid for decision in decisions)


def test_the_first_request_at_zero_asks_for_an_instance_at_once() -> None:
    decision, memory = scaler.poke(settings, scaler.adopt(settings, 0, 0), waiting_count=1, ready_count=0, now_s=0.3)
    assert (decision.desired_count, decision.activity, decision.valid) == (1, Activity.ACTIVATING, True)
    assert memory.count == 1


def test_a_burst_at_zero_asks_for_all_it_needs_at_once() -> None:
    decision, _ = scaler.poke(settings, scaler.adopt(settings, 0, 0), waiting_count=50, ready_count=0, now_s=0.3)
    assert (decision.desired_count, decision.panic) == (8, True)


def test_a_burst_after_a_quiet_hour_is_not_thinned_by_the_quiet() -> None:
    life = Life(settings, scaler.adopt(settings, 0, 0))
    for _ in range(1800):
        life.turn()
    decision, _ = scaler.poke(settings, life.memory, waiting_count=50, ready_count=0, now_s=life.now_s)
    assert decision.desired_count == 8


def test_after_its_last_request_it_is_at_zero_about_a_minute_later() -> None:
    life = Life(settings, scaler.adopt(settings, 0, 0))
    for _ in range(50):
        life.turn(concurrency=5)
    last_s = life.now_s
    while life.turn().desired_count:
        assert life.ready_count == 1
    assert 60 <= life.now_s - last_s <= 66


def test_a_new_revision_runs_until_it_was_active_for_a_window_and_goes() -> None:
    life = Life(settings, scaler.start(settings, 0))
    life.ready_count = life.memory.count
    assert life.ready_count == 1
    while life.turn().desired_count:
        pass
    assert 60 <= life.now_s <= 66


def test_rps_is_counted_where_it_is_the_metric() -> None:
    by_rate = Settings.of_revision(
        {"autoscaling.knative.dev/metric": "rps", "autoscaling.knative.dev/target": "10"},
        container_concurrency=10,
        reachable=True,
    )
    life = Life(by_rate, scaler.adopt(by_rate, 1, 0), ready_count=1)
    assert life.turn(concurrency=100, rps=14).wish == 2


def test_changed_settings_hold_from_the_next_step_on_and_keep_the_history() -> None:
    life = Life(settings, scaler.adopt(settings, 1, 0), ready_count=1)
    for _ in range(30):
        life.turn(concurrency=7)
    life.settings = replace(settings, target=1.0, stable_window_s=30, panic_window_s=3)
    decision = life.turn(concurrency=7)
    assert decision.wish == 7
    assert life.memory.windows.stable.length_s == 30


def test_what_no_route_reaches_any_more_goes_without_its_minimum() -> None:
    kept = replace(settings, min_scale=3)
    life = Life(kept, scaler.adopt(kept, 3, 0), ready_count=3)
    for _ in range(60):
        assert life.turn().desired_count >= 3
    life.settings = replace(kept, reachable=False)
    for _ in range(60):
        life.turn()
    assert life.ready_count == 0


@given(
    st.lists(st.floats(min_value=0, max_value=300), min_size=1, max_size=120),
    st.integers(0, 3),
    st.integers(3, 6),
    st.booleans(),
)
def test_what_is_to_run_always_lies_within_the_bounds(
    load: list[float], least: int, most: int, reachable: bool
) -> None:
    bounded = replace(settings, min_scale=least, max_scale=most, reachable=reachable)
    life = Life(bounded, scaler.start(bounded, 0))
    for concurrency in load:
        decision = life.turn(concurrency=concurrency)
        assert (least if reachable else 0) <= decision.desired_count <= most


@given(st.lists(st.floats(min_value=0, max_value=300), max_size=60))
def test_whatever_came_before_silence_leads_to_zero(load: list[float]) -> None:
    life = Life(settings, scaler.start(settings, 0))
    for concurrency in load:
        life.turn(concurrency=concurrency)
    for _ in range(100):
        life.turn()
    assert life.ready_count == 0
