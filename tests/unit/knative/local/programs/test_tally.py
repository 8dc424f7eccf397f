"""So many answers in a row count, and what was decided stays until as many of the others have come."""

import hypothesis.strategies as st
from hypothesis import given

from knative.local.model import Probe
from knative.local.programs.tally import Tally, after

PROBE = Probe(failure_threshold=3, success_threshold=2)


def verdicts(answers: list[bool], probe: Probe = PROBE) -> list[bool | None]:
    tally, found = Tally(), []
    for passed in answers:
        tally = after(tally, probe, passed=passed)
        found.append(tally.healthy)
    return found


def test_nothing_is_known_before_a_threshold() -> None:
    assert verdicts([True, False, False, True]) == [None] * 4


def test_a_failure_begins_the_count_of_passes_anew() -> None:
    assert verdicts([True, False, True, True]) == [None, None, None, True]


def test_what_was_healthy_stays_so_until_enough_failures_in_a_row() -> None:
    assert verdicts([True, True, False, False, True, False, False, False]) == [None, *[True] * 6, False]


@given(st.lists(st.booleans()), st.integers(1, 4), st.integers(1, 4))
def test_a_verdict_changes_only_with_a_whole_run_of_equal_answers(
    answers: list[bool], failures: int, successes: int
) -> None:
    found = verdicts(answers, Probe(failure_threshold=failures, success_threshold=successes))
    for index, verdict in enumerate(found):
        if verdict is not None and (index == 0 or found[index - 1] != verdict):
            run = answers[index + 1 - (successes if verdict else failures) : index + 1]
            assert set(run) == {verdict}
