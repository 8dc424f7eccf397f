"""Reads accounts, begins sessions, and counts in Redis who tries how often."""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, text

from shared import database, rate_limits, redis_client, sessions, settings
from shared.errors import TooManyRequests
from shared.sessions import Session

# One address may be a whole office behind its router. One account is one person, who mistypes a few times; what is
# counted there is forgotten when the password was right.
ADDRESS_AT_ONCE, ADDRESS_PER_S = 300, 20.0
ACCOUNT_AT_ONCE, ACCOUNT_PER_S = 10, 0.1

FIND = text("""
    SELECT id::text AS id, password_hash, roles FROM identity.accounts WHERE lower(email) = lower(:email)
""")
UPDATE_HASH = text("UPDATE identity.accounts SET password_hash = :new WHERE id = :account_id AND password_hash = :old")


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    id: str
    password_hash: str
    roles: tuple[str, ...]


def allow(client_address: str, email: str) -> None:
    """Raises TooManyRequests where too many tries come from one address, or for one account, known or not."""
    redis = redis_client.client(settings.current())
    for bucket, at_once, per_s in (
        (f"login:address:{client_address}", ADDRESS_AT_ONCE, ADDRESS_PER_S),
        (_account_bucket(email), ACCOUNT_AT_ONCE, ACCOUNT_PER_S),
    ):
        taken = rate_limits.take(redis, bucket, at_once, per_s)
        if not taken.allowed:
            raise TooManyRequests("Too many tries to log in", retry_after_s=taken.retry_after_s)


def forgive(email: str) -> None:
    """Forget the tries for an account: this one was right."""
    rate_limits.forget(redis_client.client(settings.current()), _account_bucket(email))


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


def _account_bucket(email: str) -> str:
    return f"login:account:{email.lower()}"
