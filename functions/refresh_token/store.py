"""Rotates refresh tokens in Postgres, and counts in Redis who asks how often."""

from datetime import UTC, datetime

from shared import database, rate_limits, redis_client, sessions, settings
from shared.errors import TooManyRequests
from shared.sessions import Session

# One address may be a whole office behind its router.
AT_ONCE = 300
PER_S = 20.0


def allow(client_address: str) -> None:
    """Raises TooManyRequests where too many come from one address."""
    redis = redis_client.client(settings.current())
    taken = rate_limits.take(redis, f"refresh:address:{client_address}", AT_ONCE, PER_S)
    if not taken.allowed:
        raise TooManyRequests(retry_after_s=taken.retry_after_s)


def refresh(refresh_token: str) -> Session | None:
    """The session with its next refresh token, or None where this one does not count. Raises Unavailable."""
    now = datetime.now(UTC)
    engine = database.engine(settings.current())
    return database.run(engine, lambda connection: sessions.refresh(connection, refresh_token, now))
