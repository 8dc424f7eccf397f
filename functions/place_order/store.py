"""Places an order in Postgres, all of it or nothing, then has it paid, and settles it in a second transaction.

First: the Idempotency-Key, promised to the order; the stock; the order with its card, sealed; lines and event. Second:
what the provider said, and the key's answer. After a kill in between, whoever asks again with the key goes on here; and
if nobody does, the relay.
"""

import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import msgspec
from sqlalchemy import Connection

from shared import database, idempotency, mesh, money, order_store, sealed_cards, settings, settlement, stock
from shared.baskets import Line
from shared.deadlines import Deadline
from shared.errors import PaymentDeclined, Unavailable
from shared.idempotency import Promised, Replayed, Response
from shared.money import Money
from shared.order_states import Happening
from shared.orders import Order, OrderLine
from shared.settlement import OpenPayment
from shared.stock import Product

SETTLE_WITHIN_S = 0.5  # at least, however long the provider took


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
    response = begun = database.run(engine, lambda connection: begin(connection, wish, order_id, sealed_card))
    if isinstance(begun, OpenPayment):
        happening = settlement.ask(mesh.mesh(current), begun)
        within_s = max(SETTLE_WITHIN_S, until.left_s())
        response = database.run(engine, lambda c: finish(c, wish, begun.order_id, happening), within_s=within_s)
    assert isinstance(response, Response)
    if response.status == PaymentDeclined.status:
        raise PaymentDeclined(msgspec.json.decode(response.body, type=Order).id)
    return response


def begin(connection: Connection, wish: Wish, order_id: str, sealed_card: bytes) -> Response | OpenPayment:
    """The first transaction. What is to be paid, under the id given or the one of an earlier try; or the answer."""
    match idempotency.claim(connection, wish.account_id, wish.key, wish.digest, subject=order_id):
        case Replayed(response):
            return response
        case Promised(earlier_id):  # without a payment, it was settled between the two statements
            return settlement.open_payment(connection, earlier_id) or _answer(connection, wish)
    items = [_line(product, pieces) for product, pieces in stock.take(connection, wish.lines)]
    total = money.total((line.line_total for line in items), items[0].unit_price.currency)
    order = Order(id=order_id, status="placed", items=items, placed_at=datetime.now(UTC), total=total)
    order_store.add(connection, wish.account_id, order, sealed_card, due_after_s=settlement.AGAIN_AFTER_S)
    return OpenPayment(order_id=order_id, total=total, sealed_card=sealed_card)


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
