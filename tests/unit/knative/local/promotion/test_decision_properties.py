"""What is true of every promotion, whatever the figures are."""

from dataclasses import replace

from hypothesis import assume, example, given
from hypothesis import strategies as st

from knative.local.promotion.decision import (
    Advance,
    Complete,
    Counts,
    Hold,
    Plan,
    RollBack,
    Step,
    Verdict,
    check,
    decide,
)

percents = st.lists(st.integers(1, 99), max_size=6, unique=True).map(lambda found: (*sorted(found), 100))
plans = st.builds(
    Plan,
    steps=percents,
    step_s=st.integers(1, 100).map(float),
    longest_step_s=st.floats(100, 1000),
    least_requests=st.integers(1, 500),
    most_error_ratio=st.floats(0, 0.5),
    most_p99_ratio=st.floats(1, 5),
    p99_grace_ms=st.floats(0, 200),
)


@st.composite
def counts(draw: st.DrawFn) -> Counts:
    total = draw(st.integers(0, 5000))
    return Counts(
        request_count=total,
        error_count=draw(st.integers(0, total)),
        p99_ms=draw(st.none() | st.floats(0.1, 60_000)),
    )


steps = st.builds(Step, percent=st.integers(1, 100), began_s=st.just(0.0), baseline=counts())
elapsed = st.floats(0, 2000)


def badness(verdict: Verdict) -> int:
    return {Advance: 0, Complete: 0, Hold: 1, RollBack: 2}[type(verdict)]


@given(plans, steps, counts(), counts(), elapsed)
def test_it_goes_on_only_with_enough_requests_and_time_and_one_step_at_once(
    plan: Plan, step: Step, candidate: Counts, stable: Counts, now_s: float
) -> None:
    assert check(plan) is None
    verdict, moved = decide(plan, step, candidate, stable, now_s)
    if isinstance(verdict, (Advance, Complete)):
        assert candidate.request_count >= plan.least_requests
        assert now_s >= plan.step_s
    if isinstance(verdict, Advance):
        assert verdict.percent == min(each for each in plan.steps if each > step.percent)
        assert (moved.percent, moved.began_s) == (verdict.percent, now_s)
    else:
        assert (moved.percent, moved.began_s) == (step.percent, step.began_s)
    if isinstance(verdict, Complete):
        assert not any(each > step.percent for each in plan.steps)


@given(plans, steps, counts(), counts(), elapsed)
def test_no_step_outlasts_its_longest_time(
    plan: Plan, step: Step, candidate: Counts, stable: Counts, now_s: float
) -> None:
    verdict, _ = decide(plan, step, candidate, stable, now_s)
    if now_s >= plan.longest_step_s:
        assert not isinstance(verdict, Hold)


@given(plans, steps, counts(), counts(), elapsed, st.integers(1, 100))
def test_more_errors_never_make_a_better_verdict(  # noqa: PLR0917 - hypothesis passes them in order
    plan: Plan, step: Step, candidate: Counts, stable: Counts, now_s: float, more: int
) -> None:
    assume(candidate.error_count + more <= candidate.request_count)
    before, _ = decide(plan, step, candidate, stable, now_s)
    after, _ = decide(plan, step, replace(candidate, error_count=candidate.error_count + more), stable, now_s)
    assert badness(after) >= badness(before)


@given(plans, steps, counts(), counts(), elapsed, st.floats(1, 10))
def test_a_longer_p99_never_makes_a_better_verdict(  # noqa: PLR0917 - hypothesis passes them in order
    plan: Plan, step: Step, candidate: Counts, stable: Counts, now_s: float, factor: float
) -> None:
    assume(candidate.p99_ms is not None)
    assert candidate.p99_ms is not None
    before, _ = decide(plan, step, candidate, stable, now_s)
    after, _ = decide(plan, step, replace(candidate, p99_ms=candidate.p99_ms * factor), stable, now_s)
    assert badness(after) >= badness(before)


@given(plans, steps, counts(), counts(), elapsed)
def test_while_the_stable_revision_fails_nothing_goes_on(
    plan: Plan, step: Step, candidate: Counts, stable: Counts, now_s: float
) -> None:
    assume(stable.error_count > plan.most_error_ratio * max(stable.request_count, plan.least_requests))
    verdict, _ = decide(plan, step, candidate, stable, now_s)
    assert isinstance(verdict, (Hold, RollBack))


@example(
    Plan(steps=(100,), step_s=1.0, longest_step_s=100.0, least_requests=1, most_error_ratio=0.0),
    Step(percent=1, began_s=0.0),
    Counts(request_count=1227, error_count=31, p99_ms=None),
    0.0,
)
@given(plans, steps, counts(), elapsed)
def test_a_candidate_that_does_just_as_the_stable_one_is_not_worse(
    plan: Plan, step: Step, both: Counts, now_s: float
) -> None:
    assume(both.request_count >= plan.least_requests)
    verdict, _ = decide(plan, step, both, both, now_s)
    assert not (isinstance(verdict, RollBack) and now_s < plan.longest_step_s)


@given(plans, st.integers(1, 100))
def test_a_good_candidate_gets_all_requests_after_as_many_steps_as_there_are(plan: Plan, count: int) -> None:
    step = Step(percent=plan.first(), began_s=0.0)
    good = Counts(request_count=plan.least_requests * count, error_count=0, p99_ms=10.0)
    for _ in range(len(plan.steps) - 1):
        verdict, step = decide(plan, step, good, good, step.began_s + plan.step_s)
        assert isinstance(verdict, Advance)
    verdict, step = decide(plan, step, good, Counts(), step.began_s + plan.step_s)
    assert verdict == Complete()
