"""Ends sessions in Postgres."""

from shared import database, revocations, sessions, settings


def end(account_id: str, session_id: str) -> None:
    """End a session; comes back when every process knows. Raises Unavailable."""
    engine = database.engine(settings.current())
    database.run(engine, lambda connection: sessions.end(connection, account_id, session_id))
    revocations.settle()
