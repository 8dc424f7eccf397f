"""Every wrong body is refused, with the field named where it has one; no wrong body is a 500."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.bodies import BodyDecoder, decode_query
from shared.errors import MalformedRequest, Problem, Unprocessable
from tests.unit.shared.functions_for_tests.order.main import How, NewOrder


class Free(msgspec.Struct):
    anything: Any = None
    counts: dict[str, int] = {}


decode = BodyDecoder(NewOrder).decode
decode_free = BodyDecoder(Free).decode


def refusal(raw: bytes) -> Problem:
    with pytest.raises(Problem) as caught:
        decode(raw)
    return caught.value


def outcome(work: Callable[[], object]) -> int:
    """The status that a client would get."""
    try:
        work()
    except Problem as problem:
        return problem.status
    return 200


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"{", b'{"items": [],}', b"{'items': []}", b'{"items": []} x', b'\xef\xbb\xbf{"items": []}',
        b'{"items": [], "note": "\xff"}', b'{"items": [], "note": "\xed\xa0\x80"}', b'{"items": [], "note": "\x01"}',
        b'{"items": [], "note": NaN}', b"\x00", '{"items": []}'.encode("utf-16"),
    ],
)  # fmt: skip
def test_what_is_no_json_is_malformed(raw: bytes) -> None:
    assert isinstance(refusal(raw), MalformedRequest)


def test_deep_nesting_is_malformed_and_breaks_nothing() -> None:
    with pytest.raises(MalformedRequest):
        decode_free(b'{"anything": ' + b"[" * 100_000 + b"]" * 100_000 + b"}")
    assert decode(b'{"items": []}') == NewOrder(items=[])


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        (b"[]", "$"),
        (b"null", "$"),
        (b"{}", "items"),
        (b'{"items": [], "colour": 1}', "colour"),
        (b'{"items": [{"sku": "a"}]}', "items[0].quantity"),
        (b'{"items": [{"sku": "a", "quantity": 1}, {"sku": "a", "quantity": "2"}]}', "items[1].quantity"),
        (b'{"items": [{"sku": "a", "quantity": 1, "size": 3}]}', "items[0].size"),
        (b'{"items": [{"sku": "a", "quantity": 1e400}]}', "items[0].quantity"),
        (b'{"items": [{"sku": "a", "quantity": ' + b"9" * 5000 + b"}]}", "items[0].quantity"),
        (b'{"items": [{"sku": "a", "quantity": 1.5}]}', "items[0].quantity"),
        (b'{"items": [{"sku": "a\\u0000", "quantity": 1}]}', "items[0].sku"),
        (b'{"items": [], "note": "\\ud800"}', "note"),
        (b'{"items": [], "note": "\\udc00x"}', "note"),
    ],
)
def test_a_wrong_field_is_named_by_its_path(raw: bytes, field: str) -> None:
    found = refusal(raw)
    assert isinstance(found, Unprocessable)
    assert [error.field for error in found.errors] == [field]


def test_a_backslash_before_u0000_is_no_nul() -> None:
    assert decode(rb'{"items": [], "note": "\\u0000"}').note == "\\u0000"


def test_nul_is_found_at_any_depth_and_in_keys() -> None:
    for raw in (b'{"anything": [{"a": ["\\u0000"]}]}', b'{"counts": {"\\u0000": 1}}'):
        with pytest.raises(Unprocessable):
            decode_free(raw)


def test_a_key_that_stands_twice_is_refused_whichever_would_win() -> None:
    found = refusal(b'{"items": [{"sku": "a", "sku": "b", "quantity": 1}]}')
    assert isinstance(found, MalformedRequest)
    assert found.errors[0].field == "sku"


@given(st.binary(max_size=200))
def test_no_bytes_are_anything_but_a_value_or_a_problem(raw: bytes) -> None:
    assert outcome(lambda: decode_free(raw)) in {200, 400, 422}


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(json_values)
def test_any_json_is_a_value_or_a_problem(value: object) -> None:
    assert outcome(lambda: decode(msgspec.json.encode(value))) in {200, 400, 422}


def test_a_query_is_typed_and_has_defaults() -> None:
    assert decode_query(How, "") == How(limit=20, cursor=None)
    assert decode_query(How, "limit=7&cursor=a%20b") == How(limit=7, cursor="a b")


@pytest.mark.parametrize("query", ["limit=", "limit=0", "limit=1e3", "limit=1&limit=2", "x=1", "cursor=%00"])
def test_a_wrong_query_is_unprocessable(query: str) -> None:
    with pytest.raises(Unprocessable):
        decode_query(How, query)


@pytest.mark.parametrize("query", ["cursor=%ff", "&".join(f"a{n}=1" for n in range(101))])
def test_a_query_that_cannot_be_read_is_malformed(query: str) -> None:
    with pytest.raises(MalformedRequest):
        decode_query(How, query)


@given(st.text())
def test_any_query_is_a_value_or_a_problem(query: str) -> None:
    assert outcome(lambda: decode_query(How, query)) in {200, 400, 422}
