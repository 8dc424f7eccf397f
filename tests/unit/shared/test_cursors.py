"""Cursors: what was put in comes out, for the list it was made for, and nothing else does."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import cursors
from shared.errors import Unprocessable


class Position(msgspec.Struct, frozen=True, array_like=True):
    sku: str
    rank: float


@given(listing=st.text(), sku=st.text(), rank=st.floats(allow_nan=False))
def test_a_position_comes_back_to_the_last_bit(listing: str, sku: str, rank: float) -> None:
    position = Position(sku=sku, rank=rank)
    cursor = cursors.encode(listing, position)
    assert cursors.decode(listing, cursor, Position) == position
    assert cursor.replace("-", "").replace("_", "").isalnum(), "it fits into an address as it is"


@given(listing=st.text(), other=st.text())
def test_a_cursor_belongs_to_its_list(listing: str, other: str) -> None:
    cursor = cursors.encode(listing, Position(sku="A", rank=0.5))
    if other != listing:
        with pytest.raises(Unprocessable):
            cursors.decode(other, cursor, Position)


@given(cursor=st.one_of(st.text(max_size=80), st.text("AZaz09-_=", max_size=80)))
def test_what_was_typed_is_refused_and_the_field_named(cursor: str) -> None:
    with pytest.raises(Unprocessable) as error:
        cursors.decode("list", cursor, Position)
    assert [wrong.field for wrong in error.value.errors] == ["cursor"]


def test_a_cursor_of_another_form_is_refused() -> None:
    with pytest.raises(Unprocessable):
        cursors.decode("list", cursors.encode("list", ["A"]), Position)
