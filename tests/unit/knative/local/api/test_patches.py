"""Patches, by the examples of their RFCs and by what holds for any document."""

import hypothesis.strategies as st
import pytest
from hypothesis import given

from knative.local.api.patches import apply_operations, merge, merge_strategically
from knative.local.api.statuses import StatusError
from knative.local.objects.json_values import Json, Object, copied

values: st.SearchStrategy[Json] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc/~", max_size=2), inner, max_size=3),
    max_leaves=8,
)
documents: st.SearchStrategy[Object] = st.dictionaries(st.text("abc/~", max_size=2), values, max_size=3)


@pytest.mark.parametrize(
    ("target", "patch", "result"),
    [  # RFC 7396, appendix A
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b"}, {"a": None}, {}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        (["a", "b"], ["c", "d"], ["c", "d"]),
        ({"a": "b"}, ["c"], ["c"]),
        ({"a": "foo"}, None, None),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ],
)
def test_a_merge_patch_does_what_its_rfc_shows(target: Json, patch: Json, result: Json) -> None:
    assert merge(target, patch) == result


@given(documents, values)
def test_a_merge_patch_leaves_what_it_is_applied_to(target: Object, patch: Json) -> None:
    before = copied(target)
    merge(target, patch)
    assert target == before


@pytest.mark.parametrize(
    ("target", "operations", "result"),
    [  # RFC 6902, appendix A
        ({"foo": "bar"}, [{"op": "add", "path": "/baz", "value": "qux"}], {"baz": "qux", "foo": "bar"}),
        ({"foo": ["bar", "baz"]}, [{"op": "add", "path": "/foo/1", "value": "qux"}], {"foo": ["bar", "qux", "baz"]}),
        ({"baz": "qux", "foo": "bar"}, [{"op": "remove", "path": "/baz"}], {"foo": "bar"}),
        ({"foo": ["bar", "qux", "baz"]}, [{"op": "remove", "path": "/foo/1"}], {"foo": ["bar", "baz"]}),
        ({"baz": "qux"}, [{"op": "replace", "path": "/baz", "value": "boo"}], {"baz": "boo"}),
        (
            {"foo": {"bar": "baz", "waldo": "fred"}, "qux": {"corge": "grault"}},
            [{"op": "move", "from": "/foo/waldo", "path": "/qux/thud"}],
            {"foo": {"bar": "baz"}, "qux": {"corge": "grault", "thud": "fred"}},
        ),
        (
            {"foo": ["all", "grass", "cows", "eat"]},
            [{"op": "move", "from": "/foo/1", "path": "/foo/3"}],
            {"foo": ["all", "cows", "eat", "grass"]},
        ),
        ({"baz": "qux"}, [{"op": "test", "path": "/baz", "value": "qux"}], {"baz": "qux"}),
        ({"foo": "bar"}, [{"op": "add", "path": "/child", "value": {"g": {}}}], {"foo": "bar", "child": {"g": {}}}),
        ({"/": 9, "~1": 10}, [{"op": "test", "path": "/~01", "value": 10}], {"/": 9, "~1": 10}),
        ({"foo": ["bar"]}, [{"op": "add", "path": "/foo/-", "value": ["abc"]}], {"foo": ["bar", ["abc"]]}),
        ({"a": {"b": 1}}, [{"op": "copy", "from": "/a", "path": "/c"}], {"a": {"b": 1}, "c": {"b": 1}}),
    ],
)
def test_a_json_patch_does_what_its_rfc_shows(target: Object, operations: Json, result: Json) -> None:
    assert apply_operations(target, operations) == result


@pytest.mark.parametrize(
    ("operations", "code"),
    [
        ({"op": "add"}, 400),
        ([1], 400),
        ([{"op": "grow", "path": "/a", "value": 1}], 400),
        ([{"op": "add", "path": "a", "value": 1}], 400),
        ([{"op": "add", "path": "/a"}], 400),
        ([{"op": "remove", "path": "/nowhere"}], 422),
        ([{"op": "replace", "path": "/nowhere", "value": 1}], 422),
        ([{"op": "add", "path": "/nowhere/b", "value": 1}], 422),
        ([{"op": "add", "path": "/list/9", "value": 1}], 422),
        ([{"op": "add", "path": "/list/01", "value": 1}], 422),
        ([{"op": "add", "path": "/list/-1", "value": 1}], 422),
        ([{"op": "test", "path": "/a", "value": 2}], 422),
        ([{"op": "move", "from": "/map", "path": "/map/inner"}], 422),
        ([{"op": "replace", "path": "", "value": 1}], 422),
    ],
)
def test_a_json_patch_that_does_not_apply_is_refused_and_changes_nothing(operations: Json, code: int) -> None:
    target: Object = {"a": 1, "list": [1], "map": {"b": 1}}
    before = copied(target)
    with pytest.raises(StatusError) as error:
        apply_operations(target, operations)
    assert error.value.code == code
    assert target == before


@given(documents, values)
def test_whatever_stands_somewhere_can_be_copied_tested_and_removed(target: Object, value: Json) -> None:
    added = apply_operations(
        target,
        [
            {"op": "add", "path": "/~0new~1", "value": value},
            {"op": "copy", "from": "/~0new~1", "path": "/again"},
            {"op": "test", "path": "/again", "value": value},
        ],
    )
    assert added == {**target, "~new/": value, "again": value}


def test_a_strategic_patch_of_maps_knows_its_directives() -> None:
    target: Object = {"data": {"a": "1", "b": "2"}, "type": "Opaque"}
    assert merge_strategically(target, {"data": {"a": None, "c": "3"}}) == {
        "data": {"b": "2", "c": "3"}, "type": "Opaque",
    }  # fmt: skip
    assert merge_strategically(target, {"data": {"$patch": "replace", "c": "3"}})["data"] == {"c": "3"}  # type: ignore[index, call-overload]
    assert merge_strategically(target, {"data": {"$patch": "delete"}})["data"] == {}  # type: ignore[index, call-overload]
    assert merge_strategically(target, {"data": {"$retainKeys": ["b"]}})["data"] == {"b": "2"}  # type: ignore[index, call-overload]
    with pytest.raises(StatusError):
        merge_strategically(target, {"data": {"$deleteFromPrimitiveList/a": []}})
