"""Lines of sku and quantity: one line a sku, within bounds, of goods that exist."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import baskets
from shared.baskets import MOST_PIECES, Line
from shared.errors import Unprocessable

lines = st.lists(st.builds(Line, sku=st.sampled_from("ABC"), quantity=st.integers(1, 100)), max_size=20)


@given(lines=lines)
def test_merging_keeps_every_piece_in_the_order_of_first_mention(lines: list[Line]) -> None:
    merged = baskets.merge(lines)
    assert list(merged) == list(dict.fromkeys(line.sku for line in lines))
    assert sum(merged.values()) == sum(line.quantity for line in lines)


def test_lines_of_one_sku_have_together_no_more_than_one_may() -> None:
    most = [Line(sku="A", quantity=MOST_PIECES - 1), Line(sku="B", quantity=MOST_PIECES), Line(sku="A", quantity=1)]
    assert baskets.merge(most) == {"A": MOST_PIECES, "B": MOST_PIECES}
    with pytest.raises(Unprocessable) as error:
        baskets.merge([*most, Line(sku="A", quantity=1), Line(sku="B", quantity=1)])
    assert [wrong.field for wrong in error.value.errors] == ["items[3].quantity", "items[4].quantity"]


def test_each_line_of_an_unknown_sku_is_named() -> None:
    asked = [Line(sku=sku, quantity=1) for sku in ("X", "A", "X")]
    baskets.refuse_unknown(asked, {"A", "X"})
    with pytest.raises(Unprocessable) as error:
        baskets.refuse_unknown(asked, {"A"})
    assert [wrong.field for wrong in error.value.errors] == ["items[0].sku", "items[2].sku"]
