"""Cancels an order in Postgres: status, stock, event, and what the provider is to be told, in one transaction."""

from sqlalchemy import Connection

from shared import database, order_store, settings
from shared.errors import Conflict
from shared.order_states import Happening
from shared.orders import Order


class AlreadyCancelled(Conflict):
    type = "already-cancelled"
    title = "The order is cancelled already"

    def __init__(self, order_id: str) -> None:
        super().__init__(f"The order {order_id} was cancelled before")
        self.order_id = order_id


def cancel(account_id: str, order_id: str) -> Order | None:
    """Cancel an order. The relay tells the provider: nobody waits for that here, and a kill cannot lose it.

    Returns:
        The order as it is now; None where this account has none of this id.

    Raises:
        AlreadyCancelled: it was, by its owner or because the payment was declined.
        Unavailable: the database is away.
    """

    def work(connection: Connection) -> Order | None:
        if order_store.find(connection, account_id, order_id) is None:  # whose it is never changes, so without a lock
            return None
        cancelled = order_store.settle(connection, order_id, Happening.CANCELLED)
        if cancelled is None:
            raise AlreadyCancelled(order_id)
        return cancelled

    return database.run(database.engine(settings.current()), work)
