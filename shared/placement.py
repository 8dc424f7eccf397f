"""The first transaction of an order: the Idempotency-Key, promised to it; the stock; the order itself; lines and event.

It is one statement, made up of what each of their modules says: goods that many want are locked while the server works
on it, and never while it waits for us.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import msgspec
from sqlalchemy import Connection, text

from shared import idempotency, money, order_store, settlement, stock
from shared.baskets import Line
from shared.errors import Problem, Unavailable
from shared.idempotency import Promised, Replayed, Response
from shared.money import Money
from shared.orders import Order, OrderLine
from shared.settlement import OpenPayment
from shared.stock import Product

# All of it; or nothing, where the goods are no longer as they were when the order was made up, or too few, or the key
# is not new. Goods are locked first, by sku, then the key: so two of these wait, and never for each other.
PLACE = text(f"""
    WITH goods AS MATERIALIZED ({stock.LOCKING}),
    enough AS (
        SELECT FROM goods JOIN unnest(
            CAST(:skus AS text[]), CAST(:pieces AS int[]), CAST(:names AS text[]), CAST(:prices AS bigint[])
        ) AS wanted(sku, pieces, name, price_minor) USING (sku, name, price_minor)
        WHERE available >= wanted.pieces AND currency = :currency
        HAVING count(*) = cardinality(CAST(:skus AS text[]))
    ),
    claimed AS ({idempotency.CLAIMING.format(cause="enough")}),
    taken AS ({stock.TAKING.format(cause="claimed")}),
    {order_store.ADDING.format(cause="claimed")}
    SELECT subject FROM claimed
""")  # noqa: S608 - ours


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody wants to buy, and pay with. `key` is the Idempotency-Key: two accounts may use the same one."""

    account_id: str
    key: str
    lines: Sequence[Line]
    card: str = field(repr=False)  # nobody but the provider gets to see it

    @property
    def digest(self) -> bytes:
        """Tells whether two say the same. Of the card only what may be kept: its first six and last four digits."""
        card = self.card
        return hashlib.sha256(msgspec.json.encode((self.lines, card[:6], card[-4:], len(card)))).digest()


def begin(connection: Connection, wish: Wish, order_id: str, sealed_card: bytes) -> Response | OpenPayment:
    """The first transaction. What is to be paid, under the id given or the one of an earlier try; or the answer."""
    while True:
        try:
            order = _made_up(connection, wish, order_id)
        except Problem:
            if (known := _known(connection, wish)) is not None:
                return known
            raise
        if _place(connection, wish, order, sealed_card):
            return OpenPayment(order_id=order_id, total=order.total, sealed_card=sealed_card, placed=order)
        if (known := _known(connection, wish)) is not None:
            return known


def _made_up(connection: Connection, wish: Wish, order_id: str) -> Order:
    """The order that would be placed, with goods and prices as they are at this moment."""
    items = [_line(product, pieces) for product, pieces in stock.find(connection, wish.lines)]
    total = money.total((line.line_total for line in items), items[0].unit_price.currency)
    return Order(id=order_id, status="placed", items=items, placed_at=datetime.now(UTC), total=total)


def _place(connection: Connection, wish: Wish, order: Order, sealed_card: bytes) -> bool:
    values = order_store.values(wish.account_id, order, sealed_card, due_after_s=settlement.AGAIN_AFTER_S)
    key = {"owner": wish.account_id, "key": wish.key, "digest": wish.digest, "subject": order.id}
    return connection.execute(PLACE, {**values, **key}).one_or_none() is not None


def _known(connection: Connection, wish: Wish) -> Response | OpenPayment | None:
    """What the key has led to before, if it is not new."""
    match idempotency.look_up(connection, wish.account_id, wish.key, wish.digest):
        case Replayed(response):
            return response
        case Promised(earlier_id):  # without a payment, it was settled between the two statements
            return settlement.open_payment(connection, earlier_id) or answer(connection, wish)
    return None


def answer(connection: Connection, wish: Wish) -> Response:
    """The answer of a key whose order has left `placed`."""
    found = idempotency.answer(connection, wish.account_id, wish.key)
    # It is written by the step that leads the order out of `placed`: without one, a backup from before the order has
    # been restored since, and the same key may try again.
    if found is None:
        raise Unavailable("The order was lost with the database it was in; try again")
    return found


def _line(product: Product, pieces: int) -> OrderLine:
    price = Money(amount=product.price_minor, currency=product.currency)
    return OrderLine(sku=product.sku, name=product.name, quantity=pieces, unit_price=price, line_total=price * pieces)
