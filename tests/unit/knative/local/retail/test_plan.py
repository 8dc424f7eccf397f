"""The plan of a replay: which orders, whose, and why an invoice or a line is none."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knative.local.retail.dataset import SalesRow, read_sales
from knative.local.retail.pace import Pace, due_s
from knative.local.retail.plan import GUEST, NOTHING_TO_SELL, TOO_MANY_LINES, TOO_MANY_PIECES, plan
from shared.errors import ZerocartError

MORNING = datetime(2010, 12, 1, 8, 26)


def row(
    invoice: str = "1",
    *,
    code: str = "A1",
    quantity: int = 6,
    price_minor: int = 250,
    customer: str = "17850",
    minute: int = 0,
) -> SalesRow:
    return SalesRow(
        invoice=invoice, stock_code=code, quantity=quantity, price_minor=price_minor, customer=customer,
        invoiced_at=MORNING + timedelta(minutes=minute),
    )  # fmt: skip


def test_an_invoice_is_an_order_with_a_key_of_its_own() -> None:
    [placement] = plan([row(), row(code="B2", quantity=1)]).placements
    assert (placement.key, placement.pieces) == ("invoice-1", {"A1": 6, "B2": 1})
    assert (placement.customer.email, placement.customer.name) == ("customer-17850@example.com", "Customer 17850")


def test_lines_of_one_good_become_one_whatever_their_case() -> None:
    [placement] = plan([row(code="15056bl"), row(code="15056BL", quantity=2)]).placements
    assert placement.pieces == {"15056BL": 8}


def test_an_invoice_without_a_customer_is_the_guests() -> None:
    assert [placement.customer for placement in plan([row(customer="")]).placements] == [GUEST]


def test_cancellations_and_adjustments_are_no_sale_invoices() -> None:
    planned = plan([row("C1", quantity=-6), row("A2"), row("c3")])
    assert (planned.invoice_count, planned.placements) == (0, ())


def test_lines_that_cannot_be_sold_are_left_out_and_counted() -> None:
    planned = plan([row(), row(code="POST"), row(code="B2", quantity=-1), row(code="C3", price_minor=0)])
    assert [placement.pieces for placement in planned.placements] == [{"A1": 6}]
    assert planned.left_out_lines == {
        "postage is a charge": 1,
        "a quantity of zero or less corrects the stock": 1,
        "a price of zero or less corrects the stock": 1,
    }


def test_an_invoice_that_the_shop_cannot_take_is_refused_with_its_reason() -> None:
    planned = plan(
        [
            row("1", code="POST"),
            row("2", quantity=9_000), row("2", quantity=1_001),
            *[row("3", code=f"A{number}") for number in range(1_001)],
            row("4", quantity=10_000),
        ]
    )  # fmt: skip
    assert planned.refused == {NOTHING_TO_SELL: 1, TOO_MANY_PIECES: 1, TOO_MANY_LINES: 1}
    assert [placement.invoice for placement in planned.placements] == ["4"]


def test_the_first_invoices_are_the_earliest() -> None:
    rows = [row("1", minute=9), row("2", minute=5), row("3", minute=7)]
    assert [placement.invoice for placement in plan(rows, first=2).placements] == ["2", "3"]


def test_the_week_has_its_orders(week: Path) -> None:
    planned = plan(read_sales(week))
    assert (planned.invoice_count, len(planned.placements)) == (678, 608)
    assert planned.refused == {NOTHING_TO_SELL: 70}
    assert max(len(placement.pieces) for placement in planned.placements) == 673


rows_of_any_kind = st.builds(
    row,
    st.sampled_from(["1", "2", "3", "C4", "A5"]),
    code=st.sampled_from(["A1", "a1", "B2", "POST"]),
    quantity=st.integers(-5, 6_000),
    price_minor=st.integers(-5, 500),
    customer=st.sampled_from(["", "17850", "9"]),
    minute=st.integers(0, 500),
)


@given(st.lists(rows_of_any_kind, max_size=40))
def test_every_sale_invoice_is_placed_or_refused_and_no_line_is_lost(rows: list[SalesRow]) -> None:
    planned = plan(rows)
    sales = [one for one in rows if not one.invoice.startswith(("C", "A"))]
    assert planned.invoice_count == len({one.invoice for one in sales})
    assert planned.invoice_count == len(planned.placements) + sum(planned.refused.values())
    sellable = sum(1 for one in sales if one.stock_code != "POST" and one.quantity > 0 and one.price_minor > 0)
    assert sellable + sum(planned.left_out_lines.values()) == len(sales)


def test_the_files_own_pace_is_kept_times_the_speed() -> None:
    placements = plan([row("1"), row("2", minute=10), row("3", minute=15)]).placements
    assert due_s(placements, Pace(speed=60)) == [0, 10, 15]


def test_a_rate_is_even_and_no_pace_waits_for_nothing() -> None:
    placements = plan([row("1"), row("2", minute=10), row("3", minute=15)]).placements
    assert due_s(placements, Pace(rate=4)) == [0, 0.25, 0.5]
    assert due_s(placements, Pace()) == [0, 0, 0]
    assert due_s([], Pace(speed=2)) == []


@given(st.lists(rows_of_any_kind, max_size=40), st.floats(0.001, 1e6))
def test_no_order_is_due_before_the_one_before_it(rows: list[SalesRow], speed: float) -> None:
    due = due_s(plan(rows).placements, Pace(speed=speed))
    assert due == sorted(due)


@pytest.mark.parametrize(
    ("speed", "rate"), [(0.0, None), (None, -1.0), (float("inf"), None), (float("nan"), None), (1.0, 1.0)]
)
def test_a_pace_that_is_none_is_refused(speed: float | None, rate: float | None) -> None:
    with pytest.raises(ZerocartError):
        Pace(speed=speed, rate=rate)
