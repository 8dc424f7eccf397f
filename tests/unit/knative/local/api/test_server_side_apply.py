"""`kubectl apply --server-side`: each field has its managers, and none of them loses one unasked."""

from collections.abc import Awaitable, Callable

import hypothesis.strategies as st
from hypothesis import given

from knative.local.api.managed_fields import Applied, after_apply, after_update, fields
from knative.local.objects.json_values import Json, Object, copied
from tests.unit.knative.local.api.harness import APPLY, CONFIG_MAPS, Stack, config_map

OnStack = Callable[[Callable[[Stack], Awaitable[None]]], None]

EMPTY: Object = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "settings", "namespace": "shop"}}

leaves: st.SearchStrategy[Json] = st.text("xy", max_size=2) | st.lists(st.integers(0, 3), max_size=2)
maps: st.SearchStrategy[Object] = st.dictionaries(
    st.sampled_from("abc"), leaves | st.dictionaries(st.sampled_from("de"), leaves, min_size=1, max_size=2), max_size=3
)
configs = maps.map(lambda data: {**copied(EMPTY), "data": data} if data else copied(EMPTY))


def apply(
    current: Object, managers: tuple[Object, ...], config: Object, manager: str, *, force: bool = True
) -> Applied:
    return after_apply(managers, current, config, manager=manager, api_version="v1", now="now", force=force)


@given(configs)
def test_what_one_manager_applies_is_what_there_is(config: Object) -> None:
    assert fields(apply(EMPTY, (), config, "one").document) == fields(config)


@given(configs, configs)
def test_what_its_only_manager_no_longer_applies_goes(first: Object, second: Object) -> None:
    once = apply(EMPTY, (), first, "one")
    twice = apply(once.document, once.managers, second, "one")
    assert fields(twice.document) == fields(second)


@given(configs)
def test_to_apply_the_same_again_changes_nothing(config: Object) -> None:
    once = apply(EMPTY, (), config, "one")
    assert apply(once.document, once.managers, config, "one", force=False) == once


@given(configs, configs)
def test_a_conflict_is_a_field_that_both_apply_otherwise(first: Object, second: Object) -> None:
    once = apply(EMPTY, (), first, "one")
    found = apply(once.document, once.managers, second, "two", force=False)
    mine, theirs = fields(second), fields(first)
    assert {conflict.path for conflict in found.conflicts} == {
        path for path in mine.keys() & theirs.keys() if mine[path] != theirs[path]
    }
    if found.conflicts:
        assert found.document == once.document


@given(configs, configs)
def test_an_update_makes_what_it_changed_its_own(first: Object, second: Object) -> None:
    once = apply(EMPTY, (), first, "one")
    managers = after_update(once.managers, once.document, second, manager="two", api_version="v1", now="now")
    # What was changed under it is no longer the first one's: to apply it again is a conflict, unless it is the same.
    found = apply(second, managers, first, "one", force=False)
    old, new = fields(first), fields(second)
    assert {conflict.path for conflict in found.conflicts} == {
        path for path in old.keys() & new.keys() if old[path] != new[path]
    }


def test_a_conflict_is_told_with_the_field_and_the_manager_and_force_ends_it(on_stack: OnStack) -> None:
    path = f"{CONFIG_MAPS}/settings"

    async def test(stack: Stack) -> None:
        made = await stack.patch(f"{path}?fieldManager=one", config_map(a="1", b="2"), APPLY)
        assert made["data"] == {"a": "1", "b": "2"}
        found = await stack.call("PATCH", f"{path}?fieldManager=two", config_map(a="other"), content_type=APPLY)
        assert (found.code, found.body["reason"]) == (409, "Conflict")
        assert found.body["message"] == 'Apply failed with 1 conflict: conflict with "one":\n- .data.a'
        assert found.body["details"]["causes"][0]["reason"] == "FieldManagerConflict"
        forced = await stack.patch(f"{path}?fieldManager=two&force=true", config_map(a="other"), APPLY)
        assert forced["data"] == {"a": "other", "b": "2"}
        assert [(each["manager"], each["operation"]) for each in forced["metadata"]["managedFields"]] == [
            ("one", "Apply"), ("two", "Apply"),
        ]  # fmt: skip
        assert [each["fieldsV1"] for each in forced["metadata"]["managedFields"]] == [
            {"f:data": {"f:b": {}}}, {"f:data": {"f:a": {}}},
        ]  # fmt: skip
        # One no longer applies b, and a is no longer its own.
        left = await stack.patch(f"{path}?fieldManager=one", config_map(c="3"), APPLY)
        assert left["data"] == {"a": "other", "c": "3"}
        nameless = await stack.call("PATCH", path, config_map(), content_type=APPLY)
        assert nameless.code == 400

    on_stack(test)


def test_a_field_that_was_changed_by_hand_is_no_longer_its_appliers(on_stack: OnStack) -> None:
    path = f"{CONFIG_MAPS}/settings"

    async def test(stack: Stack) -> None:
        await stack.patch(f"{path}?fieldManager=one", config_map(a="1", b="2"), APPLY)
        patched = await stack.patch(f"{path}?fieldManager=hand", {"data": {"a": "3"}})
        assert [
            (each["manager"], each["operation"], each["fieldsV1"]) for each in patched["metadata"]["managedFields"]
        ] == [("one", "Apply", {"f:data": {"f:b": {}}}), ("hand", "Update", {"f:data": {"f:a": {}}})]

    on_stack(test)


def test_an_apply_may_come_as_yaml(on_stack: OnStack) -> None:
    async def test(stack: Stack) -> None:
        text = b"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {a: b}\n"
        path = f"{CONFIG_MAPS}/settings?fieldManager=one"
        assert (await stack.call("PATCH", path, text, content_type=APPLY)).body["data"] == {"a": "b"}

    on_stack(test)
