"""Keeps accounts in Postgres, and counts in Redis who opens how many."""

import uuid

from sqlalchemy import Connection, text

from shared import database, settings
from shared.errors import Conflict
from shared.rate_limits import Limit, by_address

# One address may be a whole office behind its router; a robot it holds to what two cores hash anyway.
BY_ADDRESS = Limit(name="register-address", at_once=300, per_s=20.0, whom=by_address)

INSERT = text("""
    INSERT INTO identity.accounts (id, email, name, password_hash) VALUES (:id, :email, :name, :password_hash)
    ON CONFLICT (lower(email)) DO NOTHING
""")


class EmailTaken(Conflict):
    type = "email-taken"
    title = "This e-mail address has an account"


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
