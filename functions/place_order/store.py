"""Places an order in Postgres, all of it or nothing, then has it paid, and settles it in a second transaction.

First: the Idempotency-Key, promised to the order; the stock; the order with its card, sealed; lines and event. Second:
what the provider said, and the key's answer. After a kill in between, whoever asks again with the key goes on here; and
if nobody does, the relay.

Either is one statement that is sent without BEGIN and COMMIT, for who is not disturbed by others; who is, looks first.
"""

import uuid

import msgspec
from sqlalchemy import Connection, Engine

from shared import database, mesh, order_store, placement, sealed_cards, settings, settlement
from shared.deadlines import Deadline
from shared.errors import PaymentDeclined
from shared.idempotency import Response
from shared.order_states import Happening
from shared.orders import Order
from shared.placement import Wish
from shared.settlement import OpenPayment

SETTLE_WITHIN_S = 0.5  # at least, however long the provider took


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
    begun = database.run_autocommit(engine, lambda c: placement.begin(c, wish, order_id, sealed_card))
    if isinstance(begun, OpenPayment):
        happening = settlement.ask(mesh.mesh(current), begun)
        response = finish(engine, wish, begun, happening, within_s=max(SETTLE_WITHIN_S, until.left_s()))
    else:
        response = begun
    if response.status == PaymentDeclined.status:
        raise PaymentDeclined(msgspec.json.decode(response.body, type=Order).id)
    return response


def finish(engine: Engine, wish: Wish, payment: OpenPayment, happening: Happening, *, within_s: float) -> Response:
    """The second transaction: what the provider said; the answer, whoever was the first to know it.

    Who has placed the order just now is nearly always the first, and needs no look at it before.
    """
    if (placed := payment.placed) is not None:
        settle = order_store.settle_placed
        response = database.run_autocommit(engine, lambda c: settle(c, placed, happening), within_s=within_s)
        if response is not None:
            return response

    def work(connection: Connection) -> Response:
        order_store.settle(connection, payment.order_id, happening)
        return placement.answer(connection, wish)

    return database.run(engine, work, within_s=within_s)
