"""Rotates refresh tokens in Postgres."""

from datetime import UTC, datetime

from shared import database, sessions, settings
from shared.rate_limits import Limit, by_address
from shared.sessions import Session

# One address may be a whole office behind its router.
BY_ADDRESS = Limit(name="refresh-address", at_once=300, per_s=20.0, whom=by_address)


def refresh(refresh_token: str) -> Session | None:
    """The session with its next refresh token, or None where this one does not count. Raises Unavailable."""
    now = datetime.now(UTC)
    engine = database.engine(settings.current())
    return database.run(engine, lambda connection: sessions.refresh(connection, refresh_token, now))
