"""What is always true of a decision, whatever the settings and the load."""

import math
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from knative.local.autoscaler.decider import TICK_S, Decision, Load, Memory, decide
from knative.local.autoscaler.settings import Settings

_figures = st.floats(min_value=0, max_value=5000)
loads = st.builds(Load, stable=_figures, panic=_figures)
turns = st.lists(st.tuples(st.none() | loads, st.integers(min_value=0, max_value=50)), min_size=1, max_size=80)


@st.composite
def settings_of_any_kind(draw: st.DrawFn) -> Settings:
    base = Settings.of_revision({}, container_concurrency=draw(st.integers(0, 1000)), reachable=draw(st.booleans()))
    target = draw(st.floats(min_value=0.01, max_value=500))
    return replace(
        base,
        target=target,
        total=target / draw(st.floats(min_value=0.01, max_value=1)),
        target_burst_capacity=draw(st.sampled_from([-1.0, 0.0, 1.0, 70.5, 211.0])),
        stable_window_s=draw(st.integers(6, 60)),
        panic_threshold=draw(st.floats(min_value=1.1, max_value=10)),
        max_scale_up_rate=draw(st.floats(min_value=1.01, max_value=1000)),
        max_scale_down_rate=draw(st.floats(min_value=1.01, max_value=10)),
        activation_scale=draw(st.sampled_from([0, 2, 5])),
        scale_down_delay_s=draw(st.sampled_from([0, 1, 4, 60])),
    )


def _replayed(
    settings: Settings, history: list[tuple[Load | None, int]], initial_ready: int = 0
) -> list[tuple[Decision | None, Memory, Load | None, int]]:
    memory = Memory.at_start(initial_ready, 0)
    turns_taken = []
    for number, (load, ready_count) in enumerate(history, start=1):
        decision, memory = decide(settings, memory, load, ready_count, TICK_S * number)
        turns_taken.append((decision, memory, load, ready_count))
    return turns_taken


@given(settings_of_any_kind(), turns, st.integers(0, 20))
def test_while_a_panic_lasts_the_count_never_falls(
    settings: Settings, history: list[tuple[Load | None, int]], initial_ready: int
) -> None:
    settings = replace(settings, scale_down_delay_s=0)
    least = initial_ready if initial_ready > 1 else 0
    for decision, memory, _, _ in _replayed(settings, history, initial_ready):
        if memory.panic_since_s is None:
            least = 0
        elif decision:
            assert decision.panic
            assert decision.desired_count >= least
            least = decision.desired_count


@given(settings_of_any_kind(), turns)
def test_outside_a_panic_it_grows_no_faster_than_the_rate(
    settings: Settings, history: list[tuple[Load | None, int]]
) -> None:
    settings = replace(settings, scale_down_delay_s=0, activation_scale=0)
    for decision, _, _, ready_count in _replayed(settings, history):
        if decision and not decision.panic:
            assert decision.desired_count <= math.ceil(settings.max_scale_up_rate * max(1, ready_count))


@given(settings_of_any_kind(), turns)
def test_a_reachable_revision_shrinks_no_faster_than_the_rate(
    settings: Settings, history: list[tuple[Load | None, int]]
) -> None:
    settings = replace(settings, reachable=True)
    for decision, _, _, ready_count in _replayed(settings, history):
        if decision:
            assert decision.desired_count >= math.floor(max(1, ready_count) / settings.max_scale_down_rate)


@given(settings_of_any_kind(), turns)
def test_without_data_nothing_is_decided_and_nothing_forgotten(
    settings: Settings, history: list[tuple[Load | None, int]]
) -> None:
    before = Memory.at_start(0, 0)
    for decision, memory, load, _ in _replayed(settings, history):
        if load is None:
            assert decision is None
            assert memory == before
        before = memory


@given(settings_of_any_kind(), turns)
def test_a_delay_holds_back_only_shrinking(settings: Settings, history: list[tuple[Load | None, int]]) -> None:
    prompt = _replayed(replace(settings, scale_down_delay_s=0), history)
    delayed = _replayed(settings, history)
    recent: list[int] = []
    for (at_once, _, _, _), (waiting, _, _, _) in zip(prompt, delayed, strict=True):
        if at_once and waiting:
            recent.append(at_once.desired_count)
            assert waiting.desired_count >= at_once.desired_count
            assert waiting.desired_count in recent
            assert waiting.panic == at_once.panic


@given(settings_of_any_kind(), loads, st.integers(0, 50))
def test_burst_capacity_is_a_whole_number_that_says_what_is_left(
    settings: Settings, load: Load, ready_count: int
) -> None:
    decision, _ = decide(settings, Memory.at_start(0, 0), load, ready_count, 2)
    assert decision is not None
    match settings.target_burst_capacity:
        case 0:
            assert decision.excess_burst_capacity == 0
        case -1:
            assert decision.excess_burst_capacity == -1
        case burst:
            left = ready_count * settings.total - burst - load.panic
            assert decision.excess_burst_capacity <= left < decision.excess_burst_capacity + 1


@given(settings_of_any_kind(), turns)
def test_the_same_inputs_give_the_same_answers(settings: Settings, history: list[tuple[Load | None, int]]) -> None:
    assert _replayed(settings, history) == _replayed(settings, history)
