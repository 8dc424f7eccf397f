"""Sessions: what one login began, the tokens that came from it one after the other, and their common end.

A session is a family of refresh tokens. Each is good for one refresh, which gives the next; only SHA-256 digests are
kept. When a used one comes back, somebody has a copy, and nobody can tell who: the whole session is revoked. It ends
by itself SESSION_DAYS after the login, however often it was refreshed.

All of it happens under a lock on the account's row. Without that, a token that a refresh adds while a logout looks for
those to revoke would outlive its session.
"""

import hashlib
import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Literal

import msgspec
from msgspec import Meta
from sqlalchemy import Connection, text

from shared import tokens

SESSION_DAYS = 30
# An access token given just before the end outlives it by its lifetime, and clocks of two machines differ.
REMEMBERED_S = tokens.LIFETIME_S + 2 * tokens.CLOCK_SKEW_S

ADD = text("""
    INSERT INTO identity.refresh_tokens (hash, family, account_id, issued_at, expires_at)
    VALUES (:hash, :family, :account_id, :issued_at, :expires_at)
""")
FIND_ACCOUNT = text("SELECT account_id::text FROM identity.refresh_tokens WHERE hash = :hash")
LOCK_ACCOUNT = text("SELECT roles FROM identity.accounts WHERE id = :account_id FOR NO KEY UPDATE")
READ = text("""
    SELECT family::text AS family, expires_at, used_at IS NOT NULL AS used, revoked_at IS NOT NULL AS revoked
    FROM identity.refresh_tokens WHERE hash = :hash
""")
USE = text("UPDATE identity.refresh_tokens SET used_at = :now WHERE hash = :hash")
REVOKE_FAMILY = text("""
    UPDATE identity.refresh_tokens SET revoked_at = now()
    WHERE family = :family AND account_id = :account_id AND revoked_at IS NULL
""")
REVOKE_SESSION = text("""
    INSERT INTO identity.revoked_sessions (id, expires_at) VALUES (:id, now() + make_interval(secs => :remembered_s))
    ON CONFLICT (id) DO UPDATE SET expires_at = excluded.expires_at
""")
# What nobody can use any more goes with what is written anyway; SKIP LOCKED: two that end at once do not wait.
FORGET_SESSIONS = text("""
    DELETE FROM identity.revoked_sessions WHERE id IN (
        SELECT id FROM identity.revoked_sessions WHERE expires_at < now() LIMIT 100 FOR UPDATE SKIP LOCKED
    )
""")
FORGET_TOKENS = text("DELETE FROM identity.refresh_tokens WHERE account_id = :account_id AND expires_at < :now")
REVOKED = text("SELECT id FROM identity.revoked_sessions WHERE expires_at > now()")


class Tokens(msgspec.Struct, frozen=True, kw_only=True):
    access_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - its type, no secret
    expires_in: Annotated[int, Meta(description="Seconds from now")] = tokens.LIFETIME_S
    refresh_token: Annotated[str | msgspec.UnsetType, Meta(description="Absent where it was asked for in a cookie")] = (
        msgspec.UNSET
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A session as it goes on: whose it is, and what refreshes it next."""

    id: str
    account_id: str
    roles: Sequence[str]
    refresh_token: str


def begin(connection: Connection, account_id: str, roles: Sequence[str], now: datetime) -> Session:
    """The session that a login begins."""
    session_id = str(uuid.uuid4())
    refresh_token = _add(connection, session_id, account_id, now, now + timedelta(days=SESSION_DAYS))
    connection.execute(FORGET_TOKENS, {"account_id": account_id, "now": now})
    return Session(id=session_id, account_id=account_id, roles=roles, refresh_token=refresh_token)


def refresh(connection: Connection, refresh_token: str, now: datetime) -> Session | None:
    """The session with its next refresh token, or None where this one does not count.

    One that was used before ends its session: so commit, also after None. The roles are the account's of now.
    """
    digest = {"hash": _digest(refresh_token)}
    account_id: str | None = connection.execute(FIND_ACCOUNT, digest).scalar_one_or_none()
    if account_id is None:
        return None
    roles = connection.execute(LOCK_ACCOUNT, {"account_id": account_id}).scalar_one_or_none()
    # Read under the lock: whoever held it may have used or revoked this token, or erased the account.
    token = connection.execute(READ, digest).one_or_none()
    if roles is None or token is None or token.revoked or token.expires_at <= now:
        return None
    if token.used:
        _revoke(connection, account_id, token.family)
        return None
    connection.execute(USE, digest | {"now": now})
    following = _add(connection, token.family, account_id, now, token.expires_at)
    return Session(id=token.family, account_id=account_id, roles=tuple(roles), refresh_token=following)


def end(connection: Connection, account_id: str, session_id: str) -> None:
    """Revoke a session: its refresh tokens at once, its access tokens as soon as everybody knows (`revocations`)."""
    connection.execute(LOCK_ACCOUNT, {"account_id": account_id})
    _revoke(connection, account_id, session_id)


def revoked(connection: Connection) -> frozenset[str]:
    """The sessions that were ended while access tokens of theirs may still be alive."""
    return frozenset(connection.execute(REVOKED).scalars())


def _revoke(connection: Connection, account_id: str, session_id: str) -> None:
    if (family := _uuid(session_id)) is not None:  # a token without a session has no family
        connection.execute(REVOKE_FAMILY, {"family": family, "account_id": account_id})
    connection.execute(REVOKE_SESSION, {"id": session_id, "remembered_s": REMEMBERED_S})
    connection.execute(FORGET_SESSIONS)


def _add(connection: Connection, session_id: str, account_id: str, now: datetime, expires_at: datetime) -> str:
    token = secrets.token_urlsafe(32)
    values = {
        "hash": _digest(token), "family": session_id, "account_id": account_id, "issued_at": now,
        "expires_at": expires_at,
    }  # fmt: skip
    connection.execute(ADD, values)
    return token


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def _uuid(value: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(value)
    except ValueError:
        return None
