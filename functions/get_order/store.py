"""Reads one order from Postgres."""

from shared import database, order_store, settings
from shared.orders import Order


def find(account_id: str, order_id: str) -> Order | None:
    """The order, or None where this account has none of this id. Raises Unavailable."""
    return database.run(
        database.engine(settings.current()), lambda connection: order_store.find(connection, account_id, order_id)
    )
