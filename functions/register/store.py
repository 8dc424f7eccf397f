"""Keeps accounts in Postgres, and counts in Redis who opens how many."""

import uuid

from sqlalchemy import Connection, text

from shared import database, rate_limits, redis_client, settings
from shared.errors import Conflict, TooManyRequests

# One address may be a whole office behind its router; a robot it holds to what two cores hash anyway.
AT_ONCE = 300
PER_S = 20.0

INSERT = text("""
    INSERT INTO identity.accounts (id, email, name, password_hash) VALUES (:id, :email, :name, :password_hash)
    ON CONFLICT (lower(email)) DO NOTHING
""")


class EmailTaken(Conflict):
    type = "email-taken"
    title = "This e-mail address has an account"


def allow(client_address: str) -> None:
    """Raises TooManyRequests where too many come from one address."""
    redis = redis_client.client(settings.current())
    taken = rate_limits.take(redis, f"register:address:{client_address}", AT_ONCE, PER_S)
    if not taken.allowed:
        raise TooManyRequests(retry_after_s=taken.retry_after_s)


def add(email: str, name: str, password_hash: str) -> uuid.UUID:
    """A new account; gives its id.

    Raises:
        EmailTaken: the address has an account, in whatever case; also when two come at once.
        Unavailable: the database is away.
    """
    account_id = uuid.uuid4()
    values = {"id": account_id, "email": email, "name": name, "password_hash": password_hash}

    def insert(connection: Connection) -> None:
        if connection.execute(INSERT, values).rowcount == 0:
            raise EmailTaken("Log in, or take another address")

    database.run(database.engine(settings.current()), insert)
    return account_id
