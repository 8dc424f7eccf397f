"""What a plan promises, whatever was there before and wherever it is broken off."""

from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontend.publishing.plan import (
    Copy,
    Found,
    Live,
    Plan,
    Upload,
    page_key,
    plan,
    plan_rollback,
    record_key,
    record_of,
    releases,
    rollback_target,
)
from frontend.publishing.release import Release, ReleaseError
from tests.unit.frontend.publishing.builds import FONT, SCRIPT, build

OTHER_SCRIPT = "assets/first-ZyXw9876.js"


def carried_out(todo: Plan, found: Found, steps: int | None = None) -> Found:
    """The bucket after the first steps of a plan, or after all of it."""
    ordered = list[Upload | Copy](chain(todo.assets, todo.pages, todo.copies))[:steps]
    served = any(isinstance(step, Copy) and step.key == "index.html" for step in ordered)
    keys = {step.key for step in ordered if not isinstance(step, Copy)}
    return Found(keys=frozenset(found.keys) | keys, live=todo.live if served else found.live)


def after(*published: Release) -> Found:
    found = Found()
    for each in published:
        found = carried_out(plan(each, found), found)
    return found


def whole(release: str, found: Found, builds: dict[str, Release]) -> bool:
    """Whether a browser that gets a release's index finds all that it asks for."""
    record = record_of(builds[release])
    return set(record.assets) <= set(found.keys)


def test_into_an_empty_bucket_everything_goes_and_the_index_is_the_last() -> None:
    todo = plan(build(), Found())
    assert [upload.key for upload in todo.assets if upload.key.startswith(SCRIPT)] == [
        SCRIPT, f"{SCRIPT}.br", f"{SCRIPT}.gz",
    ]  # fmt: skip
    assert [upload.key for upload in todo.assets if upload.key.startswith(FONT)] == [FONT]
    assert todo.pages[-1].key == record_key(build().name)
    assert todo.copies[-1] == Copy(source=page_key(build().name, "index.html"), key="index.html")
    assert todo.live == Live(release=build().name)


def test_published_twice_nothing_is_uploaded_and_no_cdn_is_told() -> None:
    again = plan(build(), after(build()))
    assert again.upload_count == 0
    assert again.changed_paths == ()


def test_a_change_uploads_what_changed_and_names_the_release_that_it_replaces() -> None:
    one, two = build("one"), build("two", OTHER_SCRIPT)
    todo = plan(two, after(one))
    assert {upload.key for upload in todo.assets} == {OTHER_SCRIPT, f"{OTHER_SCRIPT}.br", f"{OTHER_SCRIPT}.gz"}
    assert todo.live == Live(release=two.name, replaced=one.name)
    assert todo.changed_paths == ("/", "/favicon.svg", "/index.html")


@given(st.integers(min_value=0, max_value=40), st.integers(min_value=0, max_value=40))
def test_wherever_it_is_broken_off_what_serves_is_whole_and_the_next_run_does_just_the_rest(
    first_steps: int, second_steps: int
) -> None:
    one, two = build("one"), build("two", OTHER_SCRIPT)
    builds = {one.name: one, two.name: two}
    before = after(one)
    full = plan(two, before)
    found = carried_out(full, before, first_steps)
    for steps in (second_steps, None):
        assert found.live is not None
        assert whole(found.live.release, found, builds)
        rest = plan(two, found)
        assert not {upload.key for upload in (*rest.assets, *rest.pages)} & set(found.keys), "nothing goes twice"
        found = carried_out(rest, found, steps)
    assert found == carried_out(full, before)


@given(st.permutations(range(8)))
def test_assets_may_arrive_in_any_order(order: list[int]) -> None:
    todo = plan(build(), Found())
    shuffled = [todo.assets[index] for index in order if index < len(todo.assets)]
    found = Found(keys=frozenset(upload.key for upload in shuffled[: len(shuffled) // 2]))
    assert {upload.key for upload in plan(build(), found).assets} == {
        upload.key for upload in shuffled[len(shuffled) // 2 :]
    }


def test_a_rollback_is_the_switch_alone_and_a_second_one_takes_it_back() -> None:
    one, two = build("one"), build("two", OTHER_SCRIPT)
    found = after(one, two)
    back = plan_rollback(record_of(one), found)
    assert rollback_target(found, None) == one.name
    assert (back.assets, back.pages) == ((), ())
    assert [copy.key for copy in back.copies] == ["favicon.svg", "index.html"]
    found = carried_out(back, found)
    assert found.live == Live(release=one.name, replaced=two.name)
    assert rollback_target(found, None) == two.name


def test_after_a_rollback_the_same_release_can_be_published_again() -> None:
    one, two = build("one"), build("two", OTHER_SCRIPT)
    found = after(one, two)
    found = carried_out(plan_rollback(record_of(one), found), found)
    todo = plan(two, found)
    assert (todo.assets, todo.pages) == ((), ())
    assert todo.live == Live(release=two.name, replaced=one.name)


def test_a_release_of_which_something_is_gone_serves_no_more() -> None:
    one, two = build("one"), build("two", OTHER_SCRIPT)
    found = after(one, two)
    less = Found(keys=found.keys - {SCRIPT, f"{SCRIPT}.br"}, live=found.live)  # type: ignore[operator]
    with pytest.raises(ReleaseError) as refusal:
        plan_rollback(record_of(one), less)
    assert f"release {one.name} is not whole: {SCRIPT} is not in the bucket, and 1 more are not" in str(refusal.value)


def test_half_a_release_is_said_to_be_one_and_is_none_to_roll_back_to() -> None:
    one, two = build("one"), build("two", OTHER_SCRIPT)
    found = carried_out(plan(two, after(one)), after(one), steps=4)
    assert releases(found) == {one.name: True, two.name: False}
    with pytest.raises(ReleaseError, match=f"release {two.name} is half published"):
        rollback_target(found, two.name)


def test_there_is_no_way_back_where_nothing_served_before() -> None:
    with pytest.raises(ReleaseError, match="no release served before this one"):
        rollback_target(after(build()), None)
    with pytest.raises(ReleaseError, match="there is no release 123"):
        rollback_target(after(build()), "123")


def test_an_index_that_somebody_put_there_by_hand_is_replaced() -> None:
    todo = plan(build(), Found(live=Live(release="")))
    assert todo.copies
