"""Reads from the database what `agreement` compares; one snapshot, so that sales going on disturb nothing."""

from collections.abc import Sequence

from sqlalchemy import Connection, Engine, text

from knative.local.retail.agreement import Ledger, StoredOrder
from knative.local.retail.buyer import Waiting
from shared import database
from shared.errors import Unavailable

_WITHIN_S = 60.0
_PAUSE_S = 0.5

_SNAPSHOT = text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
_ORDERS = text("""
    WITH buyers AS (SELECT id FROM identity.accounts WHERE lower(email) = ANY(CAST(:emails AS text[]))),
    keys AS (
        SELECT convert_from(response_body, 'UTF8')::jsonb ->> 'id' AS order_id, min(key) AS key
        FROM orders.idempotency_keys
        WHERE owner IN (SELECT id::text FROM buyers) AND response_status IN (200, 201)
        GROUP BY 1
    ),
    sums AS (
        SELECT order_id, sum(quantity)::bigint AS pieces, sum(quantity * unit_price_minor)::bigint AS total_minor
        FROM orders.lines GROUP BY order_id
    )
    SELECT orders.id::text AS id, orders.total_minor, coalesce(sums.total_minor, 0) AS lines_total_minor,
        coalesce(sums.pieces, 0) AS pieces, keys.key
    FROM orders.orders
    LEFT JOIN sums ON sums.order_id = orders.id
    LEFT JOIN keys ON keys.order_id = orders.id::text
    WHERE orders.account_id IN (SELECT id FROM buyers)
""")
_GOODS = text("""
    SELECT products.sku, products.available + coalesce(sold.pieces, 0) AS goods
    FROM catalog.products
    LEFT JOIN (
        SELECT lines.sku, sum(lines.quantity)::bigint AS pieces
        FROM orders.lines JOIN orders.orders ON orders.id = lines.order_id
        WHERE orders.status <> 'cancelled' GROUP BY lines.sku
    ) AS sold ON sold.sku = products.sku
""")


def read(engine: Engine, emails: Sequence[str], clock: Waiting, patience_s: float) -> Ledger:
    """Read the ledger; a database that is away is waited for.

    Raises:
        Unavailable: the database was away for longer than `patience_s`.
    """
    deadline_s = clock.now_s() + patience_s
    while True:
        try:
            return database.run(engine, lambda connection: _read(connection, emails), within_s=_WITHIN_S)
        except Unavailable:
            if clock.now_s() + _PAUSE_S >= deadline_s or clock.wait(_PAUSE_S):
                raise


def _read(connection: Connection, emails: Sequence[str]) -> Ledger:
    connection.execute(_SNAPSHOT)
    orders = {
        row.id: StoredOrder(
            total_minor=row.total_minor, lines_total_minor=row.lines_total_minor, piece_count=row.pieces, key=row.key
        )
        for row in connection.execute(_ORDERS, {"emails": list(emails)})
    }
    return Ledger(orders=orders, goods={row.sku: row.goods for row in connection.execute(_GOODS)})
