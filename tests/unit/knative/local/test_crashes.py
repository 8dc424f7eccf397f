from collections.abc import Sequence

import hypothesis.strategies as st
from hypothesis import given

from knative.local.crashes import FIRST_PAUSE_S, LONGEST_PAUSE_S, Crashes
from knative.local.model import RevisionName

NAME = RevisionName("login-00001")


@given(deaths=st.lists(st.booleans(), min_size=1, max_size=3000))
def test_a_pause_is_never_longer_than_its_bound_and_none_for_one_that_had_served(deaths: Sequence[bool]) -> None:
    crashes = Crashes()
    for had_served in deaths:
        pause_s = crashes.add(NAME, 100.0, had_served=had_served)
        assert (pause_s == 0) == had_served
        assert pause_s <= LONGEST_PAUSE_S
        assert crashes.start_after_s(NAME) == 100.0 + pause_s
    assert crashes.count(NAME) == len(deaths)


def test_each_pause_is_twice_the_one_before() -> None:
    crashes = Crashes()
    pauses = [crashes.add(NAME, 0.0, had_served=False) for _ in range(4)]
    assert pauses == [FIRST_PAUSE_S, 2 * FIRST_PAUSE_S, 4 * FIRST_PAUSE_S, 8 * FIRST_PAUSE_S]


def test_a_good_start_forgives_all() -> None:
    crashes = Crashes()
    crashes.add(NAME, 0.0, had_served=False)
    crashes.forget(NAME)
    assert (crashes.count(NAME), crashes.start_after_s(NAME)) == (0, 0.0)
    assert crashes.add(NAME, 0.0, had_served=False) == FIRST_PAUSE_S


def test_one_revisions_crashes_do_not_hold_up_another() -> None:
    crashes = Crashes()
    crashes.add(NAME, 100.0, had_served=False)
    assert crashes.start_after_s(RevisionName("login-00002")) == 0.0
