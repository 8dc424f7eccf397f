"""Retries are a share of the calls, however many fail."""

from hypothesis import given
from hypothesis import strategies as st

from shared.retry_budget import RetryBudget


@given(st.lists(st.booleans(), max_size=300))
def test_retries_never_exceed_their_share_and_the_first_one(steps: list[bool]) -> None:
    budget, calls, retries = RetryBudget(share=0.2), 0, 0
    for is_call in steps:
        if is_call:
            budget.called()
            calls += 1
        else:
            retries += budget.may_retry()
        assert retries <= 1 + 0.2 * calls + 1e-9


def test_a_quiet_hour_buys_no_storm() -> None:
    budget = RetryBudget(share=0.5, most_saved=3)
    for _ in range(1000):
        budget.called()
    assert [budget.may_retry() for _ in range(5)] == [True, True, True, False, False]
