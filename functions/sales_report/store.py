"""Reads the sales report's projection from Postgres: all parts of one report at one moment."""

from datetime import date, datetime

import msgspec
from sqlalchemy import Connection, text

from functions.sales_report.span import Span
from shared import database, settings
from shared.money import CURRENCY, Money

TOP = 20

REPORT_WITHIN_S = 8.0  # of a year it reads much

ANSWERS = text("SELECT 1")
AT_ONE_MOMENT = text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
SUMS = text("""
    SELECT currency, count(*) FILTER (WHERE cancelled) AS cancelled,
        coalesce(sum(total_minor) FILTER (WHERE paid AND NOT cancelled), 0)::bigint AS paid_minor
    FROM analytics.sales WHERE placed_at >= :since AND placed_at < :until GROUP BY currency ORDER BY currency
""")
DAYS = text("""
    SELECT (placed_at AT TIME ZONE 'UTC')::date AS day, count(*) AS orders, sum(units)::bigint AS units,
        sum(total_minor)::bigint AS revenue_minor
    FROM analytics.sales
    WHERE placed_at >= :since AND placed_at < :until AND currency = :currency AND NOT cancelled GROUP BY day
""")
# The name is the last one that it was sold under in this time. It is looked up for the few that are shown: to sort all
# lines for it takes three times as long.
PRODUCTS = text("""
    WITH sold AS NOT MATERIALIZED (
        SELECT sku, name, sale_lines.units, line_total_minor, placed_at, order_id
        FROM analytics.sales JOIN analytics.sale_lines USING (order_id)
        WHERE placed_at >= :since AND placed_at < :until AND currency = :currency AND NOT cancelled
    ), top AS MATERIALIZED (
        SELECT sku, sum(units)::bigint AS units, sum(line_total_minor)::bigint AS revenue_minor
        FROM sold GROUP BY sku ORDER BY revenue_minor DESC, sku LIMIT :top
    )
    SELECT DISTINCT ON (revenue_minor, sku) sku, name, top.units, revenue_minor
    FROM top JOIN sold USING (sku) ORDER BY revenue_minor DESC, sku, placed_at DESC, order_id
""")


class Day(msgspec.Struct, frozen=True, kw_only=True):
    day: date
    orders: int
    units: int
    revenue: Money


class Product(msgspec.Struct, frozen=True, kw_only=True):
    sku: str
    name: str
    units: int
    revenue: Money


class SalesReport(msgspec.Struct, frozen=True, kw_only=True, rename={"since": "from", "until": "to"}):
    since: datetime
    until: datetime
    orders: int
    cancelled: int
    units: int
    revenue: Money
    paid: Money
    pending: Money
    days: list[Day]
    products: list[Product]
    other_currencies: list[str]


def read(span: Span) -> SalesReport:
    """The report of a span. Raises Unavailable; where the database is away, in the usual time."""
    engine = database.engine(settings.current())
    database.run(engine, lambda connection: connection.execute(ANSWERS).scalar_one())
    return database.run(engine, lambda connection: _report(connection, span), within_s=REPORT_WITHIN_S)


def _report(connection: Connection, span: Span) -> SalesReport:
    connection.execute(AT_ONE_MOMENT)
    values = {"since": span.since, "until": span.until, "currency": CURRENCY, "top": TOP}
    sums = {row.currency: row for row in connection.execute(SUMS, values)}
    own = sums.pop(CURRENCY, None)
    days = _days(connection, span, values)
    revenue = _money(sum(day.revenue.amount for day in days))
    paid = _money(own.paid_minor if own else 0)
    return SalesReport(
        since=span.since, until=span.until, orders=sum(day.orders for day in days),
        cancelled=own.cancelled if own else 0, units=sum(day.units for day in days),
        revenue=revenue, paid=paid, pending=revenue - paid, days=days, other_currencies=list(sums),
        products=[
            Product(sku=row.sku, name=row.name, units=row.units, revenue=_money(row.revenue_minor))
            for row in connection.execute(PRODUCTS, values)
        ],
    )  # fmt: skip


def _days(connection: Connection, span: Span, values: dict[str, object]) -> list[Day]:
    """Each day of the span, also those on which nothing was sold."""
    found = {row.day: row for row in connection.execute(DAYS, values)}
    return [
        Day(day=day, orders=row.orders, units=row.units, revenue=_money(row.revenue_minor))
        if (row := found.get(day)) else Day(day=day, orders=0, units=0, revenue=_money(0))
        for day in span.days
    ]  # fmt: skip


def _money(minor: int) -> Money:
    return Money(amount=minor, currency=CURRENCY)
