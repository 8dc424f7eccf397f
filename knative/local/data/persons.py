"""What the shop has of a person, and the roles they have. Erasing one is `erasure`.

All of it as the owner of the database, for no function's role sees every schema.
"""

import unicodedata
from collections.abc import Callable

import psycopg
from psycopg.rows import dict_row

from shared import sessions
from shared.errors import ZerocartError

Connection = psycopg.Connection[tuple[object, ...]]

FIND = "SELECT id::text FROM identity.accounts WHERE lower(email) = lower(%s)"
LOCK = f"{FIND} FOR NO KEY UPDATE"
# Every session of an account, whether it was ended before or not: what is ended again stays ended.
END_SESSIONS = """
    INSERT INTO identity.revoked_sessions (id, expires_at)
    SELECT DISTINCT family::text, now() + make_interval(secs => %(remembered_s)s)
    FROM identity.refresh_tokens WHERE account_id = %(id)s
    ON CONFLICT (id) DO UPDATE SET expires_at = excluded.expires_at
"""
REVOKE_TOKENS = "UPDATE identity.refresh_tokens SET revoked_at = now() WHERE account_id = %(id)s AND revoked_at IS NULL"
GRANT = "UPDATE identity.accounts SET roles = array_append(array_remove(roles, %s), %s) WHERE id = %s RETURNING roles"
REVOKE = "UPDATE identity.accounts SET roles = array_remove(roles, %s) WHERE id = %s RETURNING roles"

# Events name a person by the account's id or by the address, anywhere; a name alone may be anybody's.
NAMED = """
    EXISTS (
        SELECT FROM unnest(%(needles)s::text[]) AS needle
        WHERE strpos(lower(concat_ws(' ', source, id, type, subject, data, others)), lower(needle)) > 0
    )
"""
# One statement each, of one snapshot. Digests of passwords and tokens are nobody's data but the shop's.
PARTS = {
    "account": "SELECT id, email, name, roles, created_at FROM identity.accounts WHERE id = %(id)s",
    "sessions": """
        SELECT family AS id, min(issued_at) AS began_at, max(expires_at) AS expires_at, max(issued_at) AS refreshed_at,
            max(revoked_at) AS revoked_at
        FROM identity.refresh_tokens WHERE account_id = %(id)s GROUP BY family ORDER BY began_at
    """,
    "cart": "SELECT items, version, updated_at FROM carts.carts WHERE account_id = %(id)s",
    "orders": """
        SELECT orders.id, status, total_minor, currency, placed_at, paid_at, cancelled_at, payment_reference,
            payment_error, sealed_card IS NOT NULL AS card_kept, (
                SELECT jsonb_agg(to_jsonb(lines) - 'order_id' ORDER BY position) FROM orders.lines
                WHERE order_id = orders.id
            ) AS lines
        FROM orders.orders WHERE account_id = %(id)s ORDER BY placed_at
    """,
    "idempotency_keys": """
        SELECT key, created_at, response_status FROM orders.idempotency_keys WHERE owner = %(id)s::text
        ORDER BY created_at
    """,
    "events": f"SELECT * FROM analytics.events WHERE {NAMED} ORDER BY received_at",  # noqa: S608 - ours
}


class UnknownPersonError(ZerocartError):
    """No account has the address."""

    def __init__(self, email: str) -> None:
        super().__init__(f"nobody has an account with {email}", "an address is found in whatever case, but whole")


def export(owner_url: str, email: str) -> dict[str, object]:
    """Everything that the shop has of the person, by kind, as JSON has it. Raises UnknownPersonError, psycopg.Error."""
    with psycopg.connect(owner_url, connect_timeout=5) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        account_id = find(connection, email)
        values = {"id": account_id, "needles": needles(account_id, email)}
        found: dict[str, object] = {}
        with connection.cursor(row_factory=dict_row) as cursor:
            for part, statement in PARTS.items():
                as_json = f"SELECT to_jsonb(part) AS row FROM ({statement}) AS part"  # noqa: S608 - ours
                cursor.execute(as_json.encode(), values)
                rows = [row["row"] for row in cursor]
                found[part] = rows if part not in {"account", "cart"} else next(iter(rows), None)
        return found


def grant(owner_url: str, email: str, role: str) -> list[str]:
    """Give a role; gives all that the person then has. Raises UnknownPersonError, psycopg.Error."""
    return _with_account(owner_url, email, lambda connection, account: _roles(connection, GRANT, role, role, account))


def revoke(owner_url: str, email: str, role: str) -> list[str]:
    """Take a role, and end the sessions whose tokens still say it. Raises UnknownPersonError, psycopg.Error."""

    def take(connection: Connection, account_id: str) -> list[str]:
        end_sessions(connection, account_id)
        return _roles(connection, REVOKE, role, account_id)

    return _with_account(owner_url, email, take)


def find(connection: Connection, email: str, statement: str = FIND) -> str:
    """The id of the account that has an address. Raises UnknownPersonError."""
    row = connection.execute(statement.encode(), [unicodedata.normalize("NFC", email)]).fetchone()
    if row is None:
        raise UnknownPersonError(email)
    return str(row[0])


def end_sessions(connection: Connection, account_id: str) -> None:
    """End every session of an account: its access tokens are refused as soon as everybody knows."""
    values = {"id": account_id, "remembered_s": sessions.REMEMBERED_S}
    connection.execute(END_SESSIONS, values)
    connection.execute(REVOKE_TOKENS, values)


def needles(account_id: str, email: str) -> list[str]:
    """What names a person in a text, in whatever case; JSON writes some letters of an address otherwise."""
    address = unicodedata.normalize("NFC", email)
    return list({account_id, address, address.replace("\\", "\\\\").replace('"', '\\"')})


def _with_account(owner_url: str, email: str, work: Callable[[Connection, str], list[str]]) -> list[str]:
    with psycopg.connect(owner_url, connect_timeout=5) as connection:
        return work(connection, find(connection, email, LOCK))


def _roles(connection: Connection, statement: str, *values: str) -> list[str]:
    row = connection.execute(statement.encode(), values).fetchone()
    assert row is not None, "the account's row is locked"
    assert isinstance(row[0], list)
    return [str(role) for role in row[0]]
