"""Erases a person: what is theirs goes, what the books need stays and no longer says whose it was.

In three steps, because requests of the person's may be under way. First the account is closed: no login, no refresh,
and within a second no access token. When the last request that had one must be over, everything goes in one
transaction. A session that began in the moment of closing is found then, ended, and what it left is swept up as well.
Killed in between, the account is closed and still known by its address: the same command again erases it.
"""

import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass

import psycopg

from knative.local.data import persons
from knative.local.data.persons import NAMED, Connection
from shared import database, revocations

# A process judges a token by a list this old at most, and a request then has its transactions: an order has two of
# them, with a question at the provider in between.
QUIET_S = revocations.USED_S + 2 * database.WITHIN_S + 2.0

CLOSE = "UPDATE identity.accounts SET password_hash = 'closed', roles = '{}' WHERE id = %(id)s"
LOCK = "SELECT FROM identity.accounts WHERE id = %(id)s FOR UPDATE"
NEW_SESSIONS = """
    SELECT count(*) FROM identity.refresh_tokens WHERE account_id = %(id)s AND revoked_at IS NULL
"""
OPEN_PAYMENTS = "SELECT count(*) FROM orders.orders WHERE account_id = %(id)s AND sealed_card IS NOT NULL"
ORDERS = "UPDATE orders.orders SET account_id = %(nobody)s WHERE account_id = %(id)s"
# A key that has its answer is of no use any more: nobody can come again with it. One that has none yet is what an open
# order's answer goes to, so it stays, under a name that says nothing.
FORGET_KEYS = "DELETE FROM orders.idempotency_keys WHERE owner = %(id)s::text AND response_status IS NOT NULL"
KEYS = """
    UPDATE orders.idempotency_keys SET owner = %(nobody)s::text, key = gen_random_uuid()::text
    WHERE owner = %(id)s::text
"""
EVENTS = f"DELETE FROM analytics.events WHERE {NAMED}"  # noqa: S608 - ours
# An event of the outbox may be still to be published, and the sales are counted from it: only the names in it go.
OUTBOX = """
    UPDATE orders.outbox SET
        subject = {subject}, data = ({data})::jsonb, others = ({others})::jsonb, parked_reason = {parked_reason}
    WHERE strpos(lower(concat_ws(' ', subject, data, others, parked_reason)), lower(%(needle)s)) > 0
"""
REPLACE = r"regexp_replace({column}::text, '***=' || %(needle)s, %(nobody)s::text, 'gi')"
REPLACE_IN_OUTBOX = OUTBOX.format(
    **{column: REPLACE.format(column=column) for column in ("subject", "data", "others", "parked_reason")}
)
# Nor is one that waits at a Broker; what a subscriber said of it may repeat the name.
DELIVERIES = """
    UPDATE eventing.deliveries
    SET event = ({event})::json, failed_data = CASE WHEN failed_code IS NOT NULL THEN ''::bytea END
    WHERE strpos(lower(event::text), lower(%(needle)s)) > 0
"""
REPLACE_IN_DELIVERIES = DELIVERIES.format(event=REPLACE.format(column="event"))
CART = "DELETE FROM carts.carts WHERE account_id = %(id)s"
ACCOUNT = "DELETE FROM identity.accounts WHERE id = %(id)s"  # its refresh tokens go with it


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """What became of a person's things, in counts. `open_payments`: of orders whose sealed card is still needed."""

    orders: int
    events: int
    open_payments: int


def erase(owner_url: str, email: str, *, pause: Callable[[float], None] = time.sleep) -> Erased:
    """Erase the person who has an address. It takes some seconds, and may be done again after it was interrupted.

    Args:
        owner_url: of the database.
        email: in whatever case.
        pause: waits for what is under way to end.

    Raises:
        UnknownPersonError: nobody has the address.
        psycopg.Error: the database cannot be reached, or refused.
    """
    with psycopg.connect(owner_url, connect_timeout=5) as connection:
        account_id = persons.find(connection, email, persons.LOCK)
        connection.execute(CLOSE, {"id": account_id})
        persons.end_sessions(connection, account_id)
    pause(QUIET_S)
    nobody = str(uuid.uuid4())
    erased, sessions_since = _sweep(owner_url, account_id, email, nobody)
    if sessions_since:
        pause(QUIET_S)
        later, _ = _sweep(owner_url, account_id, email, nobody)
        erased = Erased(
            orders=erased.orders + later.orders, events=erased.events + later.events,
            open_payments=erased.open_payments + later.open_payments,
        )  # fmt: skip
    return erased


def _sweep(owner_url: str, account_id: str, email: str, nobody: str) -> tuple[Erased, int]:
    """Erase all that is there; also how many sessions have begun since the account was closed."""
    needles = persons.needles(account_id, email)
    values: dict[str, object] = {"id": account_id, "nobody": nobody, "needles": needles}
    with psycopg.connect(owner_url, connect_timeout=5) as connection:
        connection.execute(LOCK, values)
        sessions_since = _count(connection, NEW_SESSIONS, values)
        persons.end_sessions(connection, account_id)
        open_payments = _count(connection, OPEN_PAYMENTS, values)
        orders = connection.execute(ORDERS, values).rowcount
        connection.execute(FORGET_KEYS, values)
        connection.execute(KEYS, values)
        for needle in needles:
            for statement in (REPLACE_IN_OUTBOX, REPLACE_IN_DELIVERIES):
                connection.execute(statement.encode(), {"needle": needle, "nobody": nobody})
        events = connection.execute(EVENTS, values).rowcount
        connection.execute(CART, values)
        connection.execute(ACCOUNT, values)
        return Erased(orders=orders, events=events, open_payments=open_payments), sessions_since


def _count(connection: Connection, statement: str, values: dict[str, object]) -> int:
    row = connection.execute(statement.encode(), values).fetchone()
    assert row is not None
    assert isinstance(row[0], int)
    return row[0]
