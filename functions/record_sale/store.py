"""Keeps the sales report's projection in Postgres: committed when `record` returns."""

from collections.abc import Sequence

from sqlalchemy import Connection, text
from sqlalchemy.exc import DataError

from functions.record_sale.sale import Sale
from shared import database, settings
from shared.errors import MalformedRequest

# The same event once more changes nothing: neither here, nor, should this row be forgotten, in what follows.
RECEIVE = text("""
    INSERT INTO analytics.sale_events (source, id, type, order_id) VALUES (:source, :id, :type, CAST(:order_id AS uuid))
    ON CONFLICT (source, id) DO NOTHING
""")
# Whichever event of an order comes first brings all but `paid` and `cancelled`. Two at once wait here for each other.
COUNT = text("""
    INSERT INTO analytics.sales (order_id, placed_at, currency, total_minor, units, paid, cancelled)
    VALUES (CAST(:order_id AS uuid), :placed_at, :currency, :total_minor, :units, :paid, :cancelled)
    ON CONFLICT (order_id) DO UPDATE
    SET paid = sales.paid OR EXCLUDED.paid, cancelled = sales.cancelled OR EXCLUDED.cancelled
""")
ADD_LINES = text("""
    INSERT INTO analytics.sale_lines (order_id, position, sku, name, units, line_total_minor)
    SELECT CAST(:order_id AS uuid), position - 1, sku, name, units, line_total_minor
    FROM unnest(CAST(:skus AS text[]), CAST(:names AS text[]), CAST(:units AS bigint[]), CAST(:totals AS bigint[]))
        WITH ORDINALITY AS line(sku, name, units, line_total_minor, position)
    ON CONFLICT (order_id, position) DO NOTHING
""")


def record(sales: Sequence[Sale]) -> None:
    """Count what was not counted yet, all of it or nothing.

    Raises:
        MalformedRequest: a number is beyond what Postgres keeps.
        Unavailable: the database is away; they may be sent again.
    """
    if not sales:
        return
    ordered = sorted(sales, key=lambda sale: (sale.order.id, sale.event.source, sale.event.id))  # against deadlocks

    def work(connection: Connection) -> None:
        for sale in ordered:
            if _received(connection, sale):
                _count(connection, sale)

    try:
        database.run(database.engine(settings.current()), work)
    except DataError as error:
        raise MalformedRequest("The order holds a number that is too large to be stored") from error


def _received(connection: Connection, sale: Sale) -> bool:
    """Whether the event is new."""
    event = sale.event
    values = {"source": event.source, "id": event.id, "type": event.type, "order_id": sale.order.id}
    return connection.execute(RECEIVE, values).rowcount == 1


def _count(connection: Connection, sale: Sale) -> None:
    order, effect = sale.order, sale.effect
    connection.execute(
        COUNT,
        {
            "order_id": order.id, "placed_at": order.placed_at, "currency": order.total.currency,
            "total_minor": order.total.amount, "units": sale.units, "paid": effect.paid, "cancelled": effect.cancelled,
        },
    )  # fmt: skip
    connection.execute(
        ADD_LINES,
        {
            "order_id": order.id, "skus": [line.sku for line in order.items],
            "names": [line.name for line in order.items], "units": [line.quantity for line in order.items],
            "totals": [line.line_total.amount for line in order.items],
        },
    )  # fmt: skip
