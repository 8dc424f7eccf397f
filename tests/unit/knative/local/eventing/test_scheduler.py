"""What is due when: no tick twice, no storm, and nothing made up for, whatever the clock does."""

import hypothesis.strategies as st
from hypothesis import given

from knative.local.eventing.cron import parse
from knative.local.eventing.scheduler import LONGEST_SLEEP_S, SET_BACK_BY_LITTLE_S, Planned, advance, plan, rest_s

NOON_S = 1_764_072_000  # 2025-11-25 12:00:00 UTC
MINUTELY, TEN_SECONDLY, NEVER = parse("* * * * *"), parse("*/10 * * * * *"), parse("0 0 30 2 *")
BOTH = {"minutely": MINUTELY, "ten": TEN_SECONDLY}


def ticks_of(planned: dict[str, Planned], times_s: list[float]) -> list[tuple[str, float]]:
    """What fires at which of some times."""
    fired = []
    for now_s in times_s:
        due, planned = advance(planned, now_s)
        fired += [(key, now_s) for key in due]
    return fired


def test_a_source_fires_on_its_tick_and_not_before() -> None:
    planned = plan({"minutely": MINUTELY}, {}, NOON_S + 1)
    assert rest_s(planned, NOON_S + 1) == 59
    assert advance(planned, NOON_S + 59.999)[0] == []
    assert advance(planned, NOON_S + 60)[0] == ["minutely"]


@given(steps=st.lists(st.floats(0.001, 40), min_size=1, max_size=60))
def test_while_time_goes_on_each_tick_fires_once_and_only_on_or_after_it(steps: list[float]) -> None:
    planned, now_s, last_s = plan(BOTH, {}, NOON_S), float(NOON_S), float(NOON_S)
    for step in steps:
        now_s += step
        due, planned = advance(planned, now_s)
        for key, every_s in (("minutely", 60), ("ten", 10)):
            passed = int(now_s // every_s) - int(last_s // every_s)
            assert due.count(key) == (1 if passed else 0)
        last_s = now_s


@given(steps=st.lists(st.floats(-50, 300), max_size=60))
def test_however_the_clock_is_set_a_tick_that_is_not_long_past_fires_once(steps: list[float]) -> None:
    planned, now_s, fired = plan({"minutely": MINUTELY}, {}, NOON_S), float(NOON_S), []
    highest_s = now_s
    for step in steps:
        now_s = max(now_s + step, highest_s - SET_BACK_BY_LITTLE_S + 1)
        highest_s = max(highest_s, now_s)
        due, planned = advance(planned, now_s)
        fired += [int(now_s // 60) for _ in due]
    assert len(fired) == len(set(fired))


def test_what_was_missed_is_one_firing_and_not_a_storm() -> None:
    planned = plan(BOTH, {}, NOON_S)
    assert ticks_of(planned, [NOON_S + 7200.5, NOON_S + 7200.6]) == [
        ("ten", NOON_S + 7200.5),
        ("minutely", NOON_S + 7200.5),
    ]


def test_an_engine_that_was_down_makes_up_for_nothing_and_repeats_nothing() -> None:
    before = plan({"minutely": MINUTELY}, {}, NOON_S)
    assert advance(before, NOON_S + 60)[0] == ["minutely"]
    after = plan({"minutely": MINUTELY}, {}, NOON_S + 60.4)
    assert ticks_of(after, [NOON_S + 60.4, NOON_S + 60.9, NOON_S + 119.9]) == []
    assert advance(after, NOON_S + 120)[0] == ["minutely"]


def test_a_clock_that_is_set_back_by_little_repeats_no_tick() -> None:
    planned = plan({"ten": TEN_SECONDLY}, {}, NOON_S)
    _, planned = advance(planned, NOON_S + 10)
    assert ticks_of(planned, [NOON_S + 5, NOON_S + 10, NOON_S + 19]) == []
    assert advance(planned, NOON_S + 20)[0] == ["ten"]


def test_a_clock_that_was_years_ahead_keeps_no_source_silent() -> None:
    planned = plan({"minutely": MINUTELY}, {}, NOON_S + 10 * 365 * 86400)
    due, planned = advance(planned, NOON_S)
    assert due == []
    assert advance(planned, NOON_S + 60)[0] == ["minutely"]


def test_a_schedule_that_stays_keeps_its_tick_and_an_edited_one_gets_its_own() -> None:
    before = plan(BOTH, {}, NOON_S)
    after = plan({"minutely": MINUTELY, "ten": MINUTELY}, before, NOON_S + 30)
    assert after["minutely"] == before["minutely"]
    assert after["ten"].due_s == NOON_S + 60
    assert plan({}, before, NOON_S) == {}


def test_a_source_that_is_applied_again_between_its_tick_and_the_loop_does_not_lose_it() -> None:
    before = plan({"minutely": MINUTELY}, {}, NOON_S)
    again = plan({"minutely": parse("* * * * *")}, before, NOON_S + 60.2)
    assert advance(again, NOON_S + 60.2)[0] == ["minutely"]


def test_the_longest_overdue_comes_first() -> None:
    planned = plan({"a": MINUTELY, "b": TEN_SECONDLY}, {}, NOON_S)
    assert advance(planned, NOON_S + 60)[0] == ["b", "a"]


def test_without_a_source_there_is_nothing_to_wake_for() -> None:
    assert rest_s({}, NOON_S) is None
    assert rest_s(plan({"never": NEVER}, {}, NOON_S), NOON_S) is None
    assert advance(plan({"never": NEVER}, {}, NOON_S), NOON_S + 86400)[0] == []


def test_a_far_tick_is_looked_at_again_now_and_then_for_clocks_are_set() -> None:
    assert rest_s(plan({"a": parse("@yearly")}, {}, NOON_S), NOON_S) == LONGEST_SLEEP_S
    assert rest_s(plan({"a": TEN_SECONDLY}, {}, NOON_S), NOON_S + 99) == 0
