"""Places an order in Postgres, all of it or nothing, then has it paid, and settles it in a second transaction.

First: the Idempotency-Key, promised to the order; the stock; the order with its card, sealed; lines and event. Second:
what the provider said, and the key's answer. After a kill in between, whoever asks again with the key goes on here; and
if nobody does, the relay.

Either is one statement, and a transaction of its own: goods that many want are locked while the server works on it, and
never while it waits for us.
"""

import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import msgspec
from sqlalchemy import Connection, Engine, text

from shared import database, idempotency, mesh, money, order_store, sealed_cards, settings, settlement, stock
from shared.baskets import Line
from shared.deadlines import Deadline
from shared.errors import PaymentDeclined, Problem, Unavailable
from shared.idempotency import Promised, Replayed, Response
from shared.money import Money
from shared.order_states import Happening
from shared.orders import Order, OrderLine
from shared.settlement import OpenPayment
from shared.stock import Product

SETTLE_WITHIN_S = 0.5  # at least, however long the provider took

# All of it, or nothing: where the goods are no longer as they were when the order was made up, or too few, or the key is
# not new. Goods are locked first and by sku, then the key: so two of these wait, and never for each other.
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
""")


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


def place(wish: Wish) -> Response:
    """Place the order and have it paid, or give the answer that this key had before.

    Raises:
        OutOfStock: with every sku of which there is too little.
        PaymentDeclined: the order is cancelled.
        Unprocessable: a sku is unknown, or the key was used for another order.
        Unavailable: the database is away; whether the order stands, the same key tells.
    """
    current, until = settings.current(), Deadline.within(database.WITHIN_S)
    engine, order_id = database.engine(current), str(uuid.uuid4())
    sealed_card = sealed_cards.seal(wish.card, order_id, current.payment_public_key)
    begun = database.run_autocommit(engine, lambda connection: begin(connection, wish, order_id, sealed_card))
    if isinstance(begun, OpenPayment):
        happening = settlement.ask(mesh.mesh(current), begun)
        response = _finish(engine, wish, begun, happening, Deadline.within(max(SETTLE_WITHIN_S, until.left_s())))
    else:
        response = begun
    if response.status == PaymentDeclined.status:
        raise PaymentDeclined(msgspec.json.decode(response.body, type=Order).id)
    return response


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
            return settlement.open_payment(connection, earlier_id) or _answer(connection, wish)
    return None


def _finish(engine: Engine, wish: Wish, begun: OpenPayment, happening: Happening, until: Deadline) -> Response:
    """Whoever has placed the order is nearly always the first at it again, and needs no look at it."""
    placed, response = begun.placed, None
    if placed is not None:
        settle = order_store.settle_placed
        response = database.run_autocommit(engine, lambda c: settle(c, placed, happening), within_s=until.left_s())
    if response is not None:
        return response
    return database.run(engine, lambda c: finish(c, wish, begun.order_id, happening), within_s=until.left_s())


def finish(connection: Connection, wish: Wish, order_id: str, happening: Happening) -> Response:
    """The second transaction: what the provider said; the answer, whoever was the first to know it."""
    order_store.settle(connection, order_id, happening)
    return _answer(connection, wish)


def _answer(connection: Connection, wish: Wish) -> Response:
    answer = idempotency.answer(connection, wish.account_id, wish.key)
    # It is written by the step that leads the order out of `placed`: without one, a backup from before the order has
    # been restored since, and the same key may try again.
    if answer is None:
        raise Unavailable("The order was lost with the database it was in; try again")
    return answer


def _line(product: Product, pieces: int) -> OrderLine:
    price = Money(amount=product.price_minor, currency=product.currency)
    return OrderLine(sku=product.sku, name=product.name, quantity=pieces, unit_price=price, line_total=price * pieces)
