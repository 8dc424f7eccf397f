"""Reads one account from Postgres."""

import msgspec
from sqlalchemy import Connection, text

from shared import database, settings

FIND = text("SELECT id::text AS id, email, name, roles FROM identity.accounts WHERE id = :account_id")


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    email: str
    name: str
    roles: list[str]


def find(account_id: str) -> Profile | None:
    """The account, or None where there is none (any more). Raises Unavailable."""

    def read(connection: Connection) -> Profile | None:
        row = connection.execute(FIND, {"account_id": account_id}).one_or_none()
        return None if row is None else Profile(id=row.id, email=row.email, name=row.name, roles=list(row.roles))

    return database.run(database.engine(settings.current()), read)
