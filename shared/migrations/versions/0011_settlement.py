"""What an order needs to be paid after it was placed, and to tell its one answer whoever settles it."""

from alembic import op

revision = "0011_settlement"
down_revision = "0010_payments"


def upgrade() -> None:
    # `sealed_card` is there while the payment is open; the provider alone can read it. `payment_due_at` is when the
    # provider is to be asked: to charge an open order, to void a cancelled one; empty where nothing is owed.
    op.execute("""
        ALTER TABLE orders.orders
            ADD COLUMN sealed_card    bytea,
            ADD COLUMN payment_due_at timestamptz
    """)
    op.execute("""
        CREATE INDEX orders_payment_due ON orders.orders (payment_due_at, id) WHERE payment_due_at IS NOT NULL
    """)
    # What a key was promised to before it has an answer. The release before this one answers at once, and leaves it
    # empty. The index holds what is unanswered, which is little.
    op.execute("ALTER TABLE orders.idempotency_keys ADD COLUMN subject text")
    op.execute("""
        CREATE UNIQUE INDEX idempotency_keys_promised ON orders.idempotency_keys (subject)
        WHERE response_status IS NULL
    """)


def downgrade() -> None:
    op.execute("DROP INDEX orders.idempotency_keys_promised")
    op.execute("ALTER TABLE orders.idempotency_keys DROP COLUMN subject")
    op.execute("DROP INDEX orders.orders_payment_due")
    op.execute("ALTER TABLE orders.orders DROP COLUMN payment_due_at, DROP COLUMN sealed_card")
