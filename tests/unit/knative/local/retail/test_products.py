"""From lines to products: one a StockCode, the commonest description and price, and a reason for the rest."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from knative.local.retail.dataset import GoodsRow, read_goods
from knative.local.retail.products import collect, first_stock


def row(code: str, description: str = "RED MUG", price_minor: int = 250, quantity: int = 1) -> GoodsRow:
    return GoodsRow(stock_code=code, description=description, price_minor=price_minor, quantity=quantity)


def test_the_commonest_description_and_price_win() -> None:
    rows = [row("A1", "RED MUG", 250)] * 2 + [row("A1", "RED MUGS", 300)] * 3 + [row("A1", "RED MUG", 250)] * 2
    [product] = collect(rows).products
    assert (product.sku, product.name, product.price_minor, product.currency) == ("A1", "Red Mug", 250, "GBP")
    assert (product.category, product.image_url) == ("Kitchen & Dining", "/images/A1.svg")


def test_upper_and_lower_case_of_a_code_are_one_product() -> None:
    assert [product.sku for product in collect([row("15056bl"), row("15056BL")]).products] == ["15056BL"]


def test_corrections_of_the_stock_have_no_say() -> None:
    rows = [row("A1", "RED MUG", 250), row("A1", "damaged", 0), row("A1", "THROWN OUT", 0), row("A1", "?", 999)]
    [product] = collect(rows).products
    assert product.name == "Red Mug"


def test_what_is_left_out_is_counted_with_its_reason() -> None:
    collected = collect(
        [row("A1"), row("POST", "POSTAGE"), row("POST", "POSTAGE"), row("B2", "MUG", 0), row("C3", "?", 100)]
    )
    assert [product.sku for product in collected.products] == ["A1"]
    assert [(group.reason, group.stock_codes, group.line_count) for group in collected.left_out] == [
        ("postage is a charge", ("POST",), 2),
        ("no line has a price above zero", ("B2",), 1),
        ("no line with a price names it", ("C3",), 1),
    ]


rows = st.builds(
    row,
    st.sampled_from(["A1", "a1", "B2", "POST", "C3"]),
    st.sampled_from(["RED MUG", "BLUE MUG", "?", ""]),
    st.integers(-10, 400),
    st.integers(-20, 20_000),
)


@given(st.lists(rows, max_size=30), st.randoms(use_true_random=False))
def test_the_order_of_the_lines_decides_nothing(given_rows: list[GoodsRow], random: object) -> None:
    shuffled = list(given_rows)
    getattr(random, "shuffle")(shuffled)  # noqa: B009 - Hypothesis's Random has no public type
    assert collect(shuffled) == collect(given_rows)


@given(st.lists(rows, max_size=30))
def test_every_code_is_a_product_or_left_out_and_no_product_is_without_price_and_name(
    given_rows: list[GoodsRow],
) -> None:
    collected = collect(given_rows)
    left_out = [code for group in collected.left_out for code in group.stock_codes]
    assert sorted([*(product.sku for product in collected.products), *left_out]) == sorted(
        {given_row.stock_code.upper() for given_row in given_rows}
    )
    assert all(product.price_minor > 0 and product.name for product in collected.products)


@given(st.integers(0, 10**6))
def test_there_is_more_stock_than_was_sold(units_sold: int) -> None:
    assert units_sold < first_stock(units_sold) <= units_sold + 10_000


def test_the_week_has_its_goods(week: Path) -> None:
    collected = collect(read_goods(week))
    assert (collected.line_count, len(collected.products)) == (16_985, 2_269)
    by_sku = {product.sku: product for product in collected.products}
    assert by_sku["85123A"].name == "White Hanging Heart T-Light Holder"
    assert by_sku["85123A"].price_minor == 295
