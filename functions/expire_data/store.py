"""Deletes from Postgres what is due, in batches that hold nobody up.

A row that somebody has changed meanwhile is judged anew under its lock. Nothing is locked first to skip what others
hold: that would need the right to change it, and this function's role may delete only. It waits a moment instead, and
puts the rest of that table off.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text

from shared import database, settings
from shared.errors import Unavailable
from shared.settings import Settings

BATCH = 500
WITHIN_S = 8.0  # a last batch may take a transaction's 1.8 s more, and a call may take 15
LOCK_ID = 0x5A43_0002  # of whoever deletes: a second one at the same time has nothing to do
PATIENCE = text("SET LOCAL lock_timeout = '200ms'")
ALONE = text("SELECT pg_try_advisory_xact_lock(:lock_id)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """Rows of one table that are deleted once `since` is `days` ago, where `condition` holds."""

    table: str
    key: str
    since: str
    days: int
    condition: str = "true"


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """How many rows went, by table, and the tables that may have more that is due."""

    deleted: Mapping[str, int]
    put_off: Sequence[str]


def kinds(kept: Settings) -> tuple[Kind, ...]:
    """What is deleted, and when. Accounts, orders, sales and the provider's ledger are never."""
    return (
        Kind(table="analytics.events", key="source, id", since="received_at", days=kept.events_kept_days),
        Kind(table="analytics.sale_events", key="source, id", since="received_at", days=kept.events_kept_days),
        Kind(table="carts.carts", key="account_id", since="updated_at", days=kept.carts_kept_days),
        Kind(
            table="orders.idempotency_keys", key="owner, key", since="created_at",
            days=kept.idempotency_keys_kept_days,
            condition="""response_status IS NOT NULL AND NOT EXISTS (
                SELECT FROM orders.orders
                WHERE id = CASE WHEN subject ~ '^[0-9a-f-]{36}$' THEN CAST(subject AS uuid) END
                    AND status IN ('placed', 'payment_pending')
            )""",
        ),
        # What is not published yet has no time of its publication.
        Kind(table="orders.outbox", key="sequence", since="published_at", days=kept.outbox_kept_days),
        Kind(table="identity.refresh_tokens", key="hash", since="expires_at", days=kept.sessions_kept_days),
        # Each process reads the whole of this again and again.
        Kind(table="identity.revoked_sessions", key="id", since="expires_at", days=0),
    )  # fmt: skip


def expire(now: datetime | None = None, *, within_s: float = WITHIN_S) -> Done:
    """Delete what is due, a batch of each table in turn, until nothing is or the time is up.

    Args:
        now: what is due is judged by this; None is the database's own clock.
        within_s: after which no further batch is begun.

    Raises:
        Unavailable: the database is away.
    """
    deadline_s = time.monotonic() + within_s
    waiting = list(kinds(settings.current()))
    deleted = {kind.table: 0 for kind in waiting}
    put_off: list[str] = []
    while waiting and time.monotonic() < deadline_s:
        kind = waiting.pop(0)
        try:
            count = _delete(kind, now)
        except Unavailable:
            put_off.append(kind.table)
            if len(put_off) == len(deleted):
                raise
            continue
        if count is None:
            put_off.append(kind.table)
            continue
        deleted[kind.table] += count
        if count == BATCH:
            waiting.append(kind)
    return Done(deleted=deleted, put_off=[*put_off, *(kind.table for kind in waiting)])


def _delete(kind: Kind, now: datetime | None) -> int | None:
    """How many rows went, at most BATCH; None where another one is at it."""
    due = f"{kind.since} < COALESCE(CAST(:now AS timestamptz), now()) - make_interval(days => :days)"
    # Said twice: of a row that another transaction changed, only the outer one is asked again.
    statement = f"""
        DELETE FROM {kind.table} WHERE ({kind.key}) IN (
            SELECT {kind.key} FROM {kind.table} WHERE {due} AND {kind.condition} ORDER BY {kind.since} LIMIT {BATCH}
        ) AND {due} AND {kind.condition}
    """  # noqa: S608 - our own words

    def delete(connection: Connection) -> int | None:
        if not connection.execute(ALONE, {"lock_id": LOCK_ID}).scalar_one():
            return None
        connection.execute(PATIENCE)
        return connection.execute(text(statement), {"now": now, "days": kind.days}).rowcount

    return database.run(database.engine(settings.current()), delete)
