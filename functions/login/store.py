"""Reads accounts and begins sessions; and says who may try how often."""

import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, text

from shared import database, rate_limits, redis_client, sessions, settings
from shared.calls import Call
from shared.rate_limits import Limit, by_address
from shared.sessions import Session

FIND = text("""
    SELECT id::text AS id, password_hash, roles FROM identity.accounts WHERE lower(email) = lower(:email)
""")
UPDATE_HASH = text("UPDATE identity.accounts SET password_hash = :new WHERE id = :account_id AND password_hash = :old")


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    id: str
    password_hash: str
    roles: tuple[str, ...]


def normal(email: str) -> str:
    """An address in the one form of Unicode in which it is kept."""
    return unicodedata.normalize("NFC", email)


def _account(call: Call[Any, Any]) -> str:
    """Whose account is tried, known or not, whatever the case of its letters."""
    return normal(call.body.email).lower()


# One address may be a whole office behind its router. One account is one person, who mistypes a few times; what is
# counted there is forgotten when the password was right.
BY_ADDRESS = Limit(name="login-address", at_once=300, per_s=20.0, whom=by_address)
BY_ACCOUNT = Limit(name="login-account", at_once=10, per_s=0.1, whom=_account)


def forgive(email: str) -> None:
    """Forget the tries for an account: this one was right."""
    rate_limits.forget(redis_client.client(settings.current()), BY_ACCOUNT.key(email.lower()))


def find(email: str) -> Account | None:
    """The account of an address, in whatever case. Raises Unavailable."""

    def read(connection: Connection) -> Account | None:
        row = connection.execute(FIND, {"email": email}).one_or_none()
        if row is None:
            return None
        return Account(id=row.id, password_hash=row.password_hash, roles=tuple(row.roles))

    return database.run(database.engine(settings.current()), read)


def begin_session(account: Account) -> Session:
    """A new session. Raises Unavailable."""
    now = datetime.now(UTC)
    engine = database.engine(settings.current())
    return database.run(engine, lambda connection: sessions.begin(connection, account.id, account.roles, now))


def keep_hash(account_id: str, *, old: str, new: str) -> None:
    """Keep a newer hash of the same password, unless the password was changed meanwhile. Raises Unavailable."""
    values = {"account_id": account_id, "old": old, "new": new}
    database.run(database.engine(settings.current()), lambda connection: connection.execute(UPDATE_HASH, values))
