"""Places an order in Postgres: key, stock, order, lines and event in one transaction, or nothing."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import msgspec
from sqlalchemy import Connection, Row, text

from shared import baskets, database, idempotency, money, outbox, settings
from shared.baskets import Line
from shared.cloud_events import CloudEvent
from shared.errors import OutOfStock
from shared.idempotency import Replayed, Response
from shared.money import Money
from shared.orders import Order, OrderLine

# Locked in the order of their skus, in every transaction: two orders of the same goods wait, and never for each other.
LOCK = text("""
    SELECT sku, name, price_minor, currency, available FROM catalog.products
    WHERE sku = ANY(CAST(:skus AS text[])) ORDER BY sku FOR NO KEY UPDATE
""")
TAKE = text("""
    UPDATE catalog.products SET available = available - wanted.pieces, updated_at = now()
    FROM unnest(CAST(:skus AS text[]), CAST(:pieces AS int[])) AS wanted(sku, pieces)
    WHERE products.sku = wanted.sku AND available >= wanted.pieces
""")
ADD_ORDER = text("""
    INSERT INTO orders.orders (id, account_id, status, total_minor, currency, placed_at)
    VALUES (:id, :account_id, :status, :total_minor, :currency, :placed_at)
""")
ADD_LINES = text("""
    INSERT INTO orders.lines (order_id, position, sku, name, quantity, unit_price_minor, currency)
    SELECT CAST(:id AS uuid), position - 1, sku, name, quantity, unit_price_minor, CAST(:currency AS text)
    FROM unnest(CAST(:skus AS text[]), CAST(:names AS text[]), CAST(:pieces AS int[]), CAST(:prices AS bigint[]))
        WITH ORDINALITY AS line(sku, name, quantity, unit_price_minor, position)
""")

Product = Row[tuple[object, ...]]


def place(account_id: str, key: str, digest: bytes, lines: Sequence[Line]) -> Response:
    """Place the order, or give the answer that this key had before.

    Args:
        account_id: who buys.
        key: the Idempotency-Key; two accounts may use the same one.
        digest: of all that was asked for.
        lines: the goods wanted.

    Raises:
        OutOfStock: with every sku of which there is too little.
        Unprocessable: a sku is unknown, or the key was used for another order.
        Unavailable: the database is away; whether the order stands, the same key tells.
    """

    def work(connection: Connection) -> Response:
        claim = idempotency.claim(connection, account_id, key, digest)
        if isinstance(claim, Replayed):
            return claim.response
        order = _buy(connection, baskets.merge(lines), lines)
        _keep(connection, account_id, order)
        response = Response(
            status=201, body=msgspec.json.encode(order), headers={"Location": f"/api/orders/{order.id}"}
        )
        # Paying comes between this transaction and a second one, so that no lock waits for the provider.
        idempotency.settle(connection, account_id, key, response)
        return response

    return database.run(database.engine(settings.current()), work)


def _buy(connection: Connection, pieces: Mapping[str, int], lines: Sequence[Line]) -> Order:
    """Take the goods out of the stock; the order that says so."""
    products = {row.sku: row for row in connection.execute(LOCK, {"skus": list(pieces)})}
    baskets.refuse_unknown(lines, products)
    short = [sku for sku, wanted in pieces.items() if products[sku].available < wanted]
    if not short:
        taken = connection.execute(TAKE, {"skus": list(pieces), "pieces": list(pieces.values())})
        short = [] if taken.rowcount == len(pieces) else list(pieces)
    if short:
        raise OutOfStock(short)
    items = [_line(products[sku], wanted) for sku, wanted in pieces.items()]
    return Order(
        id=str(uuid.uuid4()), status="placed", items=items, placed_at=datetime.now(UTC),
        total=money.total((line.line_total for line in items), items[0].unit_price.currency),
    )  # fmt: skip


def _line(product: Product, wanted: int) -> OrderLine:
    price = Money(amount=product.price_minor, currency=product.currency)
    return OrderLine(sku=product.sku, name=product.name, quantity=wanted, unit_price=price, line_total=price * wanted)


def _keep(connection: Connection, account_id: str, order: Order) -> None:
    """Order, lines, and the event that tells of it."""
    values = {
        "id": order.id, "account_id": account_id, "status": order.status, "total_minor": order.total.amount,
        "currency": order.total.currency, "placed_at": order.placed_at,
        "skus": [line.sku for line in order.items], "names": [line.name for line in order.items],
        "pieces": [line.quantity for line in order.items],
        "prices": [line.unit_price.amount for line in order.items],
    }  # fmt: skip
    connection.execute(ADD_ORDER, values)
    connection.execute(ADD_LINES, values)
    event = CloudEvent(
        id=str(uuid.uuid4()), source="/place-order", type="zerocart.order.placed.v1", subject=order.id,
        time=order.placed_at, data=msgspec.json.encode(order), others={"datacontenttype": "application/json"},
    )  # fmt: skip
    outbox.add(connection, event)
