"""When a candidate goes on, waits, or is taken back: figures as they come from a shop."""

import pytest

from knative.local.promotion.decision import (
    Advance,
    Complete,
    Counts,
    Hold,
    Plan,
    RollBack,
    Step,
    check,
    decide,
)

PLAN = Plan(step_s=30, longest_step_s=600, least_requests=50)
GOOD = Counts(request_count=400, error_count=0, p99_ms=40)


def of(count: int, errors: int = 0, p99_ms: float | None = 40) -> Counts:
    return Counts(request_count=count, error_count=errors, p99_ms=p99_ms)


def after(elapsed_s: float, candidate: Counts, stable: Counts = GOOD, percent: int = 5) -> object:
    verdict, _ = decide(PLAN, Step(percent=percent, began_s=1000.0), candidate, stable, 1000.0 + elapsed_s)
    return verdict


def test_a_candidate_that_does_as_well_goes_on_to_the_next_step() -> None:
    assert after(30, of(60)) == Advance(percent=25)


def test_after_the_last_step_it_is_the_stable_one() -> None:
    assert after(30, of(60), percent=100) == Complete()


def test_a_share_that_is_no_step_goes_on_to_the_one_above_it() -> None:
    assert after(30, of(60), percent=7) == Advance(percent=25)


@pytest.mark.parametrize(
    ("elapsed_s", "count"), [(29.0, 60), (30.0, 49), (599.0, 0)], ids=["too soon", "too few", "none at all"]
)
def test_it_waits_for_time_and_for_requests(elapsed_s: float, count: int) -> None:
    assert isinstance(after(elapsed_s, of(count)), Hold)


def test_a_step_that_shows_nothing_ends_with_the_stable_revision() -> None:
    verdict = after(600, of(3))
    assert isinstance(verdict, RollBack)
    assert verdict.reason.startswith("it has answered 3 of the 50 requests")


def test_two_errors_of_three_requests_are_enough() -> None:
    verdict = after(1, of(3, errors=2))
    assert isinstance(verdict, RollBack)
    assert "2 of its 3 requests failed" in verdict.reason


def test_one_error_of_a_thousand_is_within_the_objective() -> None:
    assert after(30, of(1000, errors=1)) == Advance(percent=25)


def test_what_ails_both_is_not_the_candidates_doing_and_nothing_moves() -> None:
    assert isinstance(after(60, of(100, errors=30), of(1000, errors=300)), Hold)


def test_worse_than_a_stable_revision_that_fails_is_worse() -> None:
    assert isinstance(after(60, of(100, errors=40), of(1000, errors=300)), RollBack)


def test_a_slow_one_is_taken_back_when_enough_requests_show_it() -> None:
    assert isinstance(after(10, of(49, p99_ms=900)), Hold)
    verdict = after(10, of(50, p99_ms=900))
    assert isinstance(verdict, RollBack)
    assert verdict.reason == "its p99 is 900 ms, the stable revision's 40 ms, so 110 ms are the most"


def test_slow_as_the_stable_one_is_not_slow() -> None:
    assert after(30, of(60, p99_ms=900), of(600, p99_ms=800)) == Advance(percent=25)


def test_at_all_of_the_traffic_it_is_held_against_what_the_stable_one_did_last() -> None:
    step = Step(percent=50, began_s=0.0)
    verdict, step = decide(PLAN, step, of(200), of(200, p99_ms=40), 30.0)
    assert verdict == Advance(percent=100)
    verdict, step = decide(PLAN, step, of(400, p99_ms=500), of(0, p99_ms=None), 45.0)
    assert isinstance(verdict, RollBack)


@pytest.mark.parametrize(
    "plan",
    [
        Plan(steps=()), Plan(steps=(1, 50)), Plan(steps=(0, 100)), Plan(steps=(50, 25, 100)), Plan(steps=(1, 101)),
        Plan(step_s=60, longest_step_s=30),
    ],
    ids=["none", "not all", "nothing", "falling", "more than all", "over before it begins"],
)  # fmt: skip
def test_a_plan_that_cannot_be_carried_out_is_refused(plan: Plan) -> None:
    assert check(plan)
    assert check(Plan()) is None
