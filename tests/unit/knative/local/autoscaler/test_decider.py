from dataclasses import replace

from knative.local.autoscaler.decider import Decision, Load, Memory, decide
from knative.local.autoscaler.settings import Settings

settings = Settings.of_revision({}, container_concurrency=0, reachable=True)  # a target of 70, a window of 60 s


def _decided(memory: Memory, load: Load, ready_count: int, now_s: float) -> tuple[Decision, Memory]:
    decision, memory = decide(settings, memory, load, ready_count, now_s)
    assert decision is not None
    return decision, memory


def test_zeros_are_data() -> None:
    decision, _ = _decided(Memory.at_start(1, 0), Load(stable=0, panic=0), 1, 2)
    assert decision.desired_count == 0


def test_one_instance_panics_just_above_its_target_because_the_wish_is_rounded_up_first() -> None:
    at_target, _ = _decided(Memory.at_start(1, 0), Load(stable=0, panic=70), 1, 2)
    above, _ = _decided(Memory.at_start(1, 0), Load(stable=0, panic=70.1), 1, 2)
    assert (at_target.panic, above.panic) == (False, True)


def test_a_panic_ends_a_stable_window_after_its_last_cause() -> None:
    calm, storm = Load(stable=1, panic=1), Load(stable=1, panic=500)
    _, memory = _decided(Memory.at_start(1, 0), storm, 1, 10)
    still, memory = _decided(memory, calm, 8, 70)
    over, memory = _decided(memory, calm, 8, 70.5)
    assert (still.panic, still.desired_count) == (True, 8)
    assert (over.panic, over.desired_count) == (False, 4)
    assert memory.panic_count == 0


def test_a_revision_found_with_several_instances_keeps_them_for_a_window() -> None:
    decision, _ = _decided(Memory.at_start(5, 0), Load(stable=0, panic=0), 5, 2)
    assert (decision.panic, decision.desired_count) == (True, 5)


def test_a_revision_that_no_route_reaches_may_shrink_at_once() -> None:
    load, memory = Load(stable=0, panic=0), Memory.at_start(0, 0)
    reached, _ = decide(settings, memory, load, 8, 2)
    unreached, _ = decide(replace(settings, reachable=False), memory, load, 8, 2)
    assert reached is not None
    assert unreached is not None
    assert (reached.desired_count, unreached.desired_count) == (4, 0)


def test_activation_scale_counts_from_the_first_request_and_not_at_none() -> None:
    eager = replace(settings, activation_scale=5)
    one, _ = decide(eager, Memory.at_start(0, 0), Load(stable=1, panic=1), 0, 2)
    none, _ = decide(eager, Memory.at_start(0, 0), Load(stable=0, panic=0), 0, 2)
    assert one is not None
    assert none is not None
    assert (one.desired_count, none.desired_count) == (5, 0)


def test_scaling_down_waits_for_the_delay() -> None:
    patient = replace(settings, scale_down_delay_s=4)
    memory, counts = Memory.at_start(0, 0), []
    for now_s, stable in ((2, 140), (4, 1), (6, 1), (8, 1)):
        decision, memory = decide(patient, memory, Load(stable=stable, panic=0), 2, now_s)
        assert decision is not None
        counts.append(decision.desired_count)
    assert counts == [2, 2, 1, 1]
