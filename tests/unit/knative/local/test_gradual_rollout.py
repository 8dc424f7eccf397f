"""Traffic moves to a new revision as Knative moves it."""

import json
from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import given

from knative.local.gradual_rollout import Rollout, advance
from knative.local.model import RevisionName, RouteTarget

# What `rollout.go` of Knative v0.50.0 answered to random histories: a line a history; a call is its time in ms, the
# latest ready revision, the percent for it, the duration in seconds, and the shares that came of it.
VECTORS = Path(__file__).with_name("gradual_rollouts.jsonl")
OLD, NEW, NEWER = (RevisionName(name) for name in ("old", "new", "newer"))
ALL = frozenset({OLD, NEW, NEWER})
START_S = 1_000_000.0


def begun(percent: int = 100) -> Rollout:
    steady = advance(None, OLD, percent, ready=ALL, duration_s=30, now_s=START_S)
    return advance(steady, NEW, percent, ready=ALL, duration_s=30, now_s=START_S)


def shares(rollout: Rollout) -> list[tuple[str, int]]:
    return [(share.revision, share.percent) for share in rollout.shares]


LINES = VECTORS.read_text(encoding="ascii").splitlines()


@pytest.mark.parametrize("line", LINES, ids=[f"history {number}" for number in range(len(LINES))])
def test_it_goes_as_knative_s_own_code_does(line: str) -> None:
    calls = json.loads(line)
    ready = {RevisionName(call[1]) for call in calls}
    rollout = None
    for now_ms, latest, percent, duration_s, expected in calls:
        now_s = START_S + now_ms / 1000
        rollout = advance(rollout, RevisionName(latest), percent, ready=ready, duration_s=duration_s, now_s=now_s)
        assert [list(share) for share in shares(rollout)] == expected


def test_a_first_revision_gets_all_at_once() -> None:
    assert shares(advance(None, OLD, 100, ready=ALL, duration_s=30, now_s=START_S)) == [(OLD, 100)]


def test_without_a_duration_a_new_revision_gets_all_at_once_and_so_does_one_that_is_under_way() -> None:
    assert shares(advance(begun(), NEW, 100, ready=ALL, duration_s=0, now_s=START_S)) == [(NEW, 100)]


def test_a_new_revision_begins_with_one_percent() -> None:
    assert shares(begun()) == [(OLD, 99), (NEW, 1)]


def test_where_a_revision_that_shares_the_traffic_is_gone_the_latest_gets_all() -> None:
    assert shares(advance(begun(), NEW, 100, ready={NEW}, duration_s=30, now_s=START_S)) == [(NEW, 100)]


def test_a_newer_revision_takes_its_percent_from_the_newest_and_the_pace_begins_anew() -> None:
    paced = advance(begun(), NEW, 100, ready=ALL, duration_s=30, now_s=START_S)
    stepped = advance(paced, NEW, 100, ready=ALL, duration_s=30, now_s=START_S + 5)
    assert shares(stepped) == [(OLD, 96), (NEW, 4)]
    again = advance(stepped, NEWER, 100, ready=ALL, duration_s=30, now_s=START_S + 6)
    assert shares(again) == [(OLD, 96), (NEW, 3), (NEWER, 1)]
    assert (again.started_at_s, again.step_percent) == (START_S + 6, 0)


def test_a_first_percent_that_took_long_is_followed_by_fewer_and_larger_steps() -> None:
    late = advance(begun(), NEW, 100, ready=ALL, duration_s=30, now_s=START_S + 9.5)
    assert (late.step_percent, late.step_s, late.due_at_s) == (50, 10.0, START_S + 19.5)


@given(
    percent=st.integers(2, 100),
    duration_s=st.integers(1, 7200),
    first_step_s=st.floats(0, 100),
    delays_s=st.lists(st.floats(0, 3), min_size=1),
)
def test_it_never_goes_back_loses_no_percent_and_ends(
    percent: int, duration_s: int, first_step_s: float, delays_s: list[float]
) -> None:
    rollout = begun(percent)
    now_s = START_S + first_step_s
    step_count = 0
    while rollout.moving:
        before = dict(shares(rollout))
        rollout = advance(rollout, NEW, percent, ready=ALL, duration_s=duration_s, now_s=now_s)
        after = dict(shares(rollout))
        assert rollout.percent == percent
        assert after[NEW] >= before[NEW]
        assert after.get(OLD, 0) <= before[OLD]
        step_count += 1
        assert step_count <= 100
        now_s = max(now_s, rollout.due_at_s) + delays_s[step_count % len(delays_s)]
    assert rollout == Rollout(shares=(RouteTarget(revision=NEW, percent=percent),))


@given(percent=st.integers(2, 100), duration_s=st.integers(1, 7200))
def test_it_takes_what_is_asked_for_give_or_take_what_whole_percents_make_of_it(percent: int, duration_s: int) -> None:
    rollout = begun(percent)
    now_s = START_S
    while rollout.moving:
        rollout = advance(rollout, NEW, percent, ready=ALL, duration_s=duration_s, now_s=now_s)
        now_s = max(now_s, rollout.due_at_s)
    # 1.49 of a percent is rounded to 1, 1.5 to 2; a last step may be a part of one.
    assert now_s - START_S <= max(1, duration_s - 1) * 1.5 + 1
