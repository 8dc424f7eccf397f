"""The provider's own ledger in Postgres, which knows of no other table: one entry an order."""

from collections.abc import Callable

from sqlalchemy import Connection, text

from functions.charge_payment import ledger
from functions.charge_payment.ledger import Entry
from shared import database, settings
from shared.errors import Unprocessable
from shared.money import Money

READ = text("SELECT status, amount_minor, currency FROM payments.ledger WHERE order_id = :order_id")
ADD = text("""
    INSERT INTO payments.ledger (order_id, status, amount_minor, currency, voided_at)
    VALUES (:order_id, :status, :amount_minor, :currency, CASE :status WHEN 'voided' THEN now() END)
    ON CONFLICT DO NOTHING
""")
VOID = text("UPDATE payments.ledger SET status = 'voided', voided_at = now() WHERE order_id = :order_id")


def charge(order_id: str, amount: Money, open_card: Callable[[], str]) -> tuple[Entry, str | None]:
    """Book a charge, once.

    Args:
        order_id: whose it is.
        amount: what is charged.
        open_card: gives the card's number. It is asked for a first charge alone, so a word once given is given again
            also when the card cannot be opened any more.

    Returns:
        The entry, and the card if this very call has booked it.

    Raises:
        Unprocessable: the order was charged with another amount, or the card does not open.
        Unavailable: the database is away; whether it is booked, the same order's id tells.
    """

    def work(connection: Connection) -> tuple[Entry, str | None]:
        try:
            card = open_card()
        except Unprocessable:  # a word that was given stays, though keys have changed since
            known = _read(connection, order_id)
            if known is None:
                raise
        else:
            entry = ledger.first_charge(amount, card)
            if _add(connection, order_id, entry):
                return entry, card
            known = _now_known(connection, order_id)
        return ledger.charge_again(known, amount), None

    return database.run_autocommit(database.engine(settings.current()), work)


def void(order_id: str) -> None:
    """Book that an order is not to be paid. Raises Unavailable where the database is away."""

    def work(connection: Connection) -> None:
        known = _read(connection, order_id)
        if known is None:
            if _add(connection, order_id, ledger.void(None)):
                return
            known = _now_known(connection, order_id)
        if ledger.void(known) != known:
            connection.execute(VOID, {"order_id": order_id})

    database.run(database.engine(settings.current()), work)


def _read(connection: Connection, order_id: str) -> Entry | None:
    """The entry, without a lock: once it is there it changes from paid to voided, and nothing else about it."""
    row = connection.execute(READ, {"order_id": order_id}).one_or_none()
    if row is None:
        return None
    amount = None if row.amount_minor is None else Money(amount=row.amount_minor, currency=row.currency)
    return Entry(status=row.status, amount=amount)


def _add(connection: Connection, order_id: str, entry: Entry) -> bool:
    """Whether it was added: not where another transaction has added one, for the end of which this waits."""
    amount = entry.amount
    values = {
        "order_id": order_id, "status": entry.status, "amount_minor": amount.amount if amount else None,
        "currency": amount.currency if amount else None,
    }  # fmt: skip
    return connection.execute(ADD, values).rowcount == 1


def _now_known(connection: Connection, order_id: str) -> Entry:
    entry = _read(connection, order_id)
    assert entry is not None, "an entry is never removed"
    return entry
