"""The shop's books, held against one another: orders, the provider's ledger, stock, events and the sales report.

Each check is a query for what must not be there, so what it gives is what is wrong.
"""

from tests.promises.faults import rows, value
from tests.stack import Stack
from tests.waiting import wait_until

SETTLED_WITHIN_S = 90.0

UNSETTLED = """
    SELECT 'an order whose payment is open', id::text, status FROM orders.orders
    WHERE status IN ('placed', 'payment_pending') OR payment_due_at IS NOT NULL
"""
UNTOLD = "SELECT 'an event that was not published', id, type FROM orders.outbox WHERE published_at IS NULL"

WRONG = {
    "paid, and the provider has not charged just that": """
        SELECT orders.id::text, total_minor, ledger.status, amount_minor FROM orders.orders
        LEFT JOIN payments.ledger ON order_id = orders.id::text
        WHERE orders.status = 'paid' AND total_minor > 0
        AND (ledger.status, amount_minor, ledger.currency)
            IS DISTINCT FROM ('paid', total_minor, orders.currency::text)
    """,
    "charged, and the order is not paid": """
        SELECT order_id, amount_minor, orders.status FROM payments.ledger
        LEFT JOIN orders.orders ON order_id = orders.id::text
        WHERE ledger.status = 'paid' AND orders.status IS DISTINCT FROM 'paid'
    """,
    "an order whose lines do not add up": """
        SELECT orders.id::text, total_minor, sum(quantity * unit_price_minor) FROM orders.orders
        LEFT JOIN orders.lines ON order_id = orders.id GROUP BY orders.id
        HAVING total_minor IS DISTINCT FROM sum(quantity * unit_price_minor)
    """,
    "a card that is kept without need": """
        SELECT id::text, status FROM orders.orders
        WHERE sealed_card IS NOT NULL AND status NOT IN ('placed', 'payment_pending')
    """,
    "an order of which nothing was told": """
        SELECT orders.id::text FROM orders.orders
        WHERE NOT EXISTS (SELECT FROM orders.outbox WHERE subject = orders.id::text AND type LIKE '%%.placed.v1')
    """,
}
UNITS_SOLD = """
    SELECT coalesce(sum(quantity), 0) FROM orders.lines
    JOIN orders.orders ON orders.id = order_id WHERE status <> 'cancelled'
"""


def stock(stack: Stack) -> int:
    """The pieces of everything that are there now."""
    return int(str(value(stack, "SELECT coalesce(sum(available), 0) FROM catalog.products")))


def units_sold(stack: Stack) -> int:
    """The pieces in orders that stand."""
    return int(str(value(stack, UNITS_SOLD)))


def wait_until_settled(stack: Stack) -> None:
    """Wait until the relay has had everything paid or taken back, and told of it."""
    wait_until(lambda: not open_items(stack), SETTLED_WITHIN_S, f"settled books; open are {open_items(stack)[:5]}")


def open_items(stack: Stack) -> list[tuple[object, ...]]:
    """What the relay has yet to do."""
    return rows(stack, UNSETTLED) + rows(stack, UNTOLD)


def disagreements(stack: Stack, *, stock_and_sold: int) -> list[str]:
    """What the books do not agree on, once they are settled; empty where all is well.

    Args:
        stack: whose books.
        stock_and_sold: `stock` and `units_sold` together, at the start.
    """
    found = [f"{what}: {row}" for what, query in WRONG.items() for row in rows(stack, query)]
    now = stock(stack) + units_sold(stack)
    if now != stock_and_sold:
        found.append(f"stock and sold units were {stock_and_sold} together, and are {now}")
    return found
