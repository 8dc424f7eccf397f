"""What expire-data needs: to find what is due without reading a table, and to delete it. It can read no more than that.

DELETE alone: locking a row first, to skip those that others hold, would need the right to change it.
"""

from alembic import op

revision = "0014_retention"
down_revision = "0013_roles"

# What it may see of each table that it deletes from: the key, and what says that a row is due.
SEES = {
    "analytics.events": "source, id, received_at",
    "analytics.sale_events": "source, id, received_at",
    "carts.carts": "account_id, updated_at",
    "identity.refresh_tokens": "hash, expires_at",
    "identity.revoked_sessions": "id, expires_at",
    "orders.idempotency_keys": "owner, key, created_at, subject, response_status",
    "orders.outbox": "sequence, published_at",
}
# A key stays while its order is not settled.
ASKS = "SELECT (id, status) ON orders.orders"
USES = "analytics, carts, identity, orders"


def upgrade() -> None:
    op.execute("CREATE INDEX outbox_published ON orders.outbox (published_at) WHERE published_at IS NOT NULL")
    op.execute("CREATE INDEX carts_age ON carts.carts (updated_at)")
    op.execute(f"GRANT USAGE ON SCHEMA {USES} TO shop_retention")
    for table, columns in SEES.items():
        op.execute(f"GRANT SELECT ({columns}), DELETE ON {table} TO shop_retention")
    op.execute(f"GRANT {ASKS} TO shop_retention")


def downgrade() -> None:
    op.execute(f"REVOKE {ASKS} FROM shop_retention")
    for table, columns in SEES.items():
        op.execute(f"REVOKE SELECT ({columns}), DELETE ON {table} FROM shop_retention")  # noqa: S608 - ours
    op.execute(f"REVOKE USAGE ON SCHEMA {USES} FROM shop_retention")
    op.execute("DROP INDEX carts.carts_age")
    op.execute("DROP INDEX orders.outbox_published")
