"""Has orders paid that are placed, and charges taken back that nobody owes: what needs the provider.

The provider is asked between two transactions, never within one: no connection and no lock waits for it. Whatever
comes in between, a kill or another one who asks, its word on an order stays the same, and `order_store.settle` counts
it once.
"""

from dataclasses import dataclass, field

from sqlalchemy import Connection, Engine, Row, text

from shared import database, payments
from shared.errors import Unavailable
from shared.mesh import Mesh
from shared.money import Money
from shared.order_states import Happening
from shared.order_store import settle
from shared.orders import Order
from shared.payments import Charged, NotUnderstood

__all__ = ["OpenPayment", "ask", "open_payment", "settle", "settle_due", "void_due"]

# How long whoever asks the provider has before somebody else does: longer than place-order lives, from start to end.
AGAIN_AFTER_S = 10

HAPPENINGS = {Charged.PAID: Happening.CHARGED, Charged.DECLINED: Happening.DECLINED}

OPEN = text("""
    SELECT id::text AS id, total_minor, currency, sealed_card FROM orders.orders
    WHERE id = CAST(:id AS uuid) AND sealed_card IS NOT NULL
""")
# Whoever takes one moves its time on: another relay finds the next one, one that dies is followed by another, and one
# order that cannot be settled does not stand before all others. Its lock ends with this statement's transaction.
TAKE_DUE = """
    UPDATE orders.orders SET payment_due_at = now() + make_interval(secs => :again_after_s)
    WHERE id = (
        SELECT id FROM orders.orders WHERE payment_due_at <= now() AND {which}
        ORDER BY payment_due_at, id LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED
    )
    RETURNING id::text AS id, total_minor, currency, sealed_card
"""
CHARGE_DUE = text(TAKE_DUE.format(which="sealed_card IS NOT NULL"))
VOID_DUE = text(TAKE_DUE.format(which="status = 'cancelled'"))
VOIDED = text("""
    UPDATE orders.orders SET payment_due_at = NULL
    WHERE id = CAST(:id AS uuid) AND status = 'cancelled' AND payment_due_at IS NOT NULL
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenPayment:
    """An order that is to be charged, and all that the provider needs for it.

    `placed` is the whole order, for who has placed it just now.
    """

    order_id: str
    total: Money
    sealed_card: bytes
    placed: Order | None = field(default=None, compare=False)

    def __repr__(self) -> str:
        return f"OpenPayment(order_id={self.order_id!r})"


def open_payment(connection: Connection, order_id: str) -> OpenPayment | None:
    """The payment of an order, or None where it is settled, or there is no such order."""
    row = connection.execute(OPEN, {"id": order_id}).one_or_none()
    return None if row is None else _payment(row)


def ask(mesh: Mesh, payment: OpenPayment) -> Happening:
    """Ask the provider once; what is then to be settled. Never raises Unavailable: that is an outcome here."""
    try:
        return _charge(mesh, payment)
    except Unavailable:
        return Happening.PUT_OFF


def settle_due(engine: Engine, mesh: Mesh, *, limit: int) -> int:
    """Have those orders paid whose payment is overdue, the longest overdue first. Any number may do it at once.

    Args:
        engine: of the orders.
        mesh: the way to the provider. While that is away it is asked once, and the rest waits for the next time.
        limit: so many orders at the most.

    Returns:
        How many were settled: paid, or declined and cancelled.

    Raises:
        Unavailable: the database is away; what was settled until then is.
    """
    settled, away = 0, False
    while not away and limit > 0 and (payment := database.run(engine, _take_charge)) is not None:
        limit -= 1
        happening = Happening.PUT_OFF
        try:
            happening = _charge(mesh, payment)
        except Unavailable as error:
            away = not isinstance(error, NotUnderstood)  # that is this order's trouble, and none of the others'
        order = _settle(engine, payment.order_id, happening)
        settled += order is not None and happening is not Happening.PUT_OFF
    return settled


def void_due(engine: Engine, mesh: Mesh, *, limit: int) -> int:
    """Have those charges taken back that cancelled orders may have, otherwise as `settle_due`.

    Returns:
        How many the provider has taken back, or will never make.
    """
    voided, away = 0, False
    while not away and limit > 0 and (order_id := database.run(engine, _take_void)) is not None:
        limit -= 1
        try:
            payments.void(mesh, order_id)
        except Unavailable as error:
            away = not isinstance(error, NotUnderstood)
        else:
            voided += _mark_voided(engine, order_id)
    return voided


def _charge(mesh: Mesh, payment: OpenPayment) -> Happening:
    return HAPPENINGS[payments.charge(mesh, payment.order_id, payment.total, payment.sealed_card)]


def _take_charge(connection: Connection) -> OpenPayment | None:
    row = connection.execute(CHARGE_DUE, {"again_after_s": AGAIN_AFTER_S}).one_or_none()
    return None if row is None else _payment(row)


def _take_void(connection: Connection) -> str | None:
    row = connection.execute(VOID_DUE, {"again_after_s": AGAIN_AFTER_S}).one_or_none()
    return None if row is None else str(row.id)


def _settle(engine: Engine, order_id: str, happening: Happening) -> Order | None:
    return database.run(engine, lambda connection: settle(connection, order_id, happening))


def _mark_voided(engine: Engine, order_id: str) -> int:
    return database.run(engine, lambda connection: connection.execute(VOIDED, {"id": order_id}).rowcount)


def _payment(row: Row[tuple[object, ...]]) -> OpenPayment:
    total = Money(amount=row.total_minor, currency=row.currency)
    return OpenPayment(order_id=row.id, total=total, sealed_card=bytes(row.sealed_card))
