"""The test provider's own ledger: what it said about each order, and what it holds of its money."""

from alembic import op

revision = "0010_payments"
down_revision = "0009_search"


def upgrade() -> None:
    op.execute("CREATE SCHEMA payments")
    # A provider is somebody else: it knows an order's id, and nothing of the shop's tables. No card is kept. An entry
    # without an amount was voided before its charge was asked for.
    op.execute("""
        CREATE TABLE payments.ledger (
            order_id     text        PRIMARY KEY,
            status       text        NOT NULL CHECK (status IN ('paid', 'declined', 'voided')),
            amount_minor bigint      CHECK (amount_minor > 0),
            currency     text,
            booked_at    timestamptz NOT NULL DEFAULT now(),
            voided_at    timestamptz,
            CHECK ((amount_minor IS NULL) = (currency IS NULL)),
            CHECK (amount_minor IS NOT NULL OR status = 'voided'),
            CHECK ((voided_at IS NOT NULL) = (status = 'voided'))
        )
    """)


def downgrade() -> None:
    op.execute("DROP SCHEMA payments CASCADE")
