"""What a function depends on, from what its manifest gives it: a function with DATABASE_URL uses Postgres.

Without Postgres a function cannot do its work, without Redis it can (it is a cache, and counters that fail open).
"""

from shared.health import Dependency
from shared.settings import Settings

CHECK_WITHIN_S = 0.9  # less than health's own bound, so that the error has a name


def of(settings: Settings) -> list[Dependency]:
    """The dependencies of the function with these settings. Connects to nothing."""
    found = []
    if settings.given_database_url:
        found.append(Dependency(name="postgres", check=lambda: ask_postgres(settings), needed=True))
    if settings.given_redis_url:
        found.append(Dependency(name="redis", check=lambda: ask_redis(settings), needed=False))
    return found


def ask_postgres(settings: Settings) -> None:
    """Raises what the driver raises where it does not answer."""
    # The drivers are loaded where they are used: a function without state starts without them.
    from sqlalchemy import text  # noqa: PLC0415

    from shared import database  # noqa: PLC0415

    database.run(
        database.engine(settings), lambda connection: connection.execute(text("SELECT 1")), within_s=CHECK_WITHIN_S
    )


def ask_redis(settings: Settings) -> None:
    """Raises what the client raises where it does not answer."""
    from shared import redis_client  # noqa: PLC0415

    redis_client.client(settings).ping()
