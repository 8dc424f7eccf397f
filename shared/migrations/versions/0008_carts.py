"""The carts: what each person has put into one, and how often it was changed."""

from alembic import op

revision = "0008_carts"
down_revision = "0005_sessions"


def upgrade() -> None:
    op.execute("CREATE SCHEMA carts")
    # A cart is read and replaced whole, so its items are one value: `[{"sku", "quantity"}]`. Names and prices are the
    # catalogue's, as they are when somebody looks. `version` is what a change is made on: see functions/cart.
    op.execute("""
        CREATE TABLE carts.carts (
            account_id uuid        PRIMARY KEY,
            version    bigint      NOT NULL CHECK (version > 0),
            items      jsonb       NOT NULL CHECK (jsonb_typeof(items) = 'array'),
            updated_at timestamptz NOT NULL DEFAULT now()
        )
    """)


def downgrade() -> None:
    op.execute("DROP SCHEMA carts CASCADE")
