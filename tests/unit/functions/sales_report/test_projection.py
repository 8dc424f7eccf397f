"""Whatever order the events come in, and however often: the report is the one of the orders."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from functions.record_sale import sale
from functions.record_sale import store as recording
from functions.sales_report import store as reporting
from functions.sales_report.span import Span
from shared.cloud_events import CloudEvent
from shared.cloud_events_http import STRUCTURED, encode, parse
from shared.orders import Order
from tests.unit.functions.conftest import Shop
from tests.unit.functions.sold import order

SINCE = datetime(2026, 11, 1, tzinfo=UTC)
SPAN = Span(since=SINCE, until=SINCE + timedelta(days=3))

lines = st.lists(
    st.tuples(st.sampled_from("ABCDE"), st.integers(1, 10_000), st.integers(0, 10**7)),
    min_size=1, max_size=4, unique_by=lambda line: line[0],
)  # fmt: skip
# Some before the span, some after it, and most at the edges of its days.
moments = st.one_of(
    st.sampled_from([-timedelta.resolution, timedelta(0)]).flatmap(
        lambda tick: st.integers(0, 3).map(lambda day: SINCE + timedelta(days=day) + tick)
    ),
    st.integers(-(10**11), 4 * 10**11).map(lambda us: SINCE + timedelta(microseconds=us)),
)
outcomes = st.sampled_from([(), ("paid",), ("cancelled",), ("paid", "cancelled")])
placed = st.tuples(
    st.builds(
        order, lines, placed_at=moments, currency=st.sampled_from(["GBP", "GBP", "GBP", "EUR"])
    ),
    outcomes,
)  # fmt: skip


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[tuple[Order, tuple[str, ...]]], list[CloudEvent]]:
    """Orders with what became of them, and all their events, shuffled, some of them several times."""
    orders = draw(st.lists(placed, max_size=5))
    events = [
        CloudEvent(
            id=f"{each.id}.{what}", source="/place-order", type=f"zerocart.order.{what}.v1", subject=each.id,
            data=msgspec.json.encode(each),
        )
        for each, happened in orders
        for what in ("placed", *happened)
    ]  # fmt: skip
    again = draw(st.lists(st.sampled_from(events), max_size=6)) if events else []
    return orders, draw(st.permutations([*events, *again]))


def expected(orders: Sequence[tuple[Order, tuple[str, ...]]]) -> dict[str, object]:
    """The report's numbers, from the orders alone."""
    inside = [(each, happened) for each, happened in orders if SPAN.since <= each.placed_at < SPAN.until]
    own = [(each, happened) for each, happened in inside if each.total.currency == "GBP"]
    sold = [(each, happened) for each, happened in own if "cancelled" not in happened]
    days, units, revenue = Counter[str](), Counter[str](), Counter[str]()
    for each, _ in sold:
        days[each.placed_at.date().isoformat()] += each.total.amount
        for item in each.items:
            units[item.sku] += item.quantity
            revenue[item.sku] += item.line_total.amount
    return {
        "orders": len(sold),
        "cancelled": len(own) - len(sold),
        "revenue": sum(each.total.amount for each, _ in sold),
        "paid": sum(each.total.amount for each, happened in sold if "paid" in happened),
        "days": [days[day.isoformat()] for day in SPAN.days],
        "products": sorted(((sku, units[sku], revenue[sku]) for sku in units), key=lambda each: (-each[2], each[0])),
        "others": sorted({each.total.currency for each, _ in inside} - {"GBP"}),
    }


def reported() -> dict[str, object]:
    found = reporting.read(SPAN)
    assert found.paid + found.pending == found.revenue
    return {
        "orders": found.orders,
        "cancelled": found.cancelled,
        "revenue": found.revenue.amount,
        "paid": found.paid.amount,
        "days": [day.revenue.amount for day in found.days],
        "products": [(each.sku, each.units, each.revenue.amount) for each in found.products],
        "others": found.other_currencies,
    }


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=histories())
def test_any_order_of_the_events_with_any_repeats_gives_the_report_of_the_orders(
    shop: Shop, history: tuple[list[tuple[Order, tuple[str, ...]]], list[CloudEvent]]
) -> None:
    orders, events = history
    shop.rows("TRUNCATE analytics.sales, analytics.sale_events CASCADE")
    for event in events:
        [received] = parse(STRUCTURED, [], encode(event))
        counted = sale.read(received)
        assert counted is not None
        recording.record([counted])
    assert reported() == expected(orders)
