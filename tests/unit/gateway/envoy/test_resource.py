"""Merging, as protobuf and so as Istio's MERGE does it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.envoy.resource import duration, merge

keys = st.sampled_from("abc")  # few, so that both sides have the same ones
json_like = st.recursive(
    st.integers(0, 9), lambda inner: st.lists(inner, max_size=2) | st.dictionaries(keys, inner), max_leaves=8
)
mappings = st.dictionaries(keys, json_like)


def test_messages_are_merged_lists_appended_and_the_rest_replaced() -> None:
    base = {"a": {"b": 1, "c": 2}, "list": [1], "kept": True, "kind": "text"}
    patch = {"a": {"c": 3, "d": {"e": 4}}, "list": [2], "kind": {"now": "a message"}}
    assert merge(base, patch) == {
        "a": {"b": 1, "c": 3, "d": {"e": 4}},
        "list": [1, 2],
        "kept": True,
        "kind": {"now": "a message"},
    }


@given(mappings, mappings)
def test_merging_changes_neither_side(base: dict[str, object], patch: dict[str, object]) -> None:
    before = repr((base, patch))
    merged = merge(base, patch)
    assert repr((base, patch)) == before
    assert merged.keys() == base.keys() | patch.keys()


@given(mappings)
def test_nothing_merged_is_nothing_changed(base: dict[str, object]) -> None:
    assert merge(base, {}) == base == merge({}, base)


@pytest.mark.parametrize(("seconds", "text"), [(15, "15s"), (0.25, "0.25s"), (0, "0s"), (100, "100s"), (2.5, "2.5s")])
def test_a_duration_is_written_as_envoy_reads_it(seconds: float, text: str) -> None:
    assert duration(seconds) == text
