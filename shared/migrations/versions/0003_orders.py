"""The orders, and what makes them happen once: idempotency keys, and events in the order's own transaction.

No foreign key leaves the schema: each domain's role reaches its own schema only.
"""

from alembic import op

revision = "0003_orders"
down_revision = "0002_identity"


def upgrade() -> None:
    op.execute("CREATE SCHEMA orders")
    # The payment columns stay empty until there is a payment.
    op.execute("""
        CREATE TABLE orders.orders (
            id                uuid        PRIMARY KEY,
            account_id        uuid        NOT NULL,
            status            text        NOT NULL
                CHECK (status IN ('placed', 'paid', 'payment_pending', 'cancelled')),
            total_minor       bigint      NOT NULL CHECK (total_minor >= 0),
            currency          text        NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
            placed_at         timestamptz NOT NULL DEFAULT now(),
            payment_reference text,
            payment_error     text,
            paid_at           timestamptz,
            cancelled_at      timestamptz
        )
    """)
    op.execute("CREATE INDEX orders_account ON orders.orders (account_id, placed_at DESC, id DESC)")
    # Name and price as they were when the order was placed: the catalogue moves on.
    op.execute("""
        CREATE TABLE orders.lines (
            order_id         uuid    NOT NULL REFERENCES orders.orders ON DELETE CASCADE,
            position         integer NOT NULL CHECK (position >= 0),
            sku              text    NOT NULL,
            name             text    NOT NULL,
            quantity         integer NOT NULL CHECK (quantity > 0),
            unit_price_minor bigint  NOT NULL CHECK (unit_price_minor >= 0),
            currency         text    NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
            PRIMARY KEY (order_id, position)
        )
    """)
    op.execute("""
        CREATE TABLE orders.idempotency_keys (
            owner            text        NOT NULL,
            key              text        NOT NULL,
            request_digest   bytea       NOT NULL,
            response_status  integer,
            response_headers jsonb,
            response_body    bytea,
            created_at       timestamptz NOT NULL DEFAULT now(),
            PRIMARY KEY (owner, key)
        )
    """)
    op.execute("CREATE INDEX idempotency_keys_age ON orders.idempotency_keys (created_at)")
    # One row, one CloudEvent. The relay reads what is not published, in the order of `sequence`.
    op.execute("""
        CREATE TABLE orders.outbox (
            sequence     bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            id           text        NOT NULL,
            source       text        NOT NULL,
            type         text        NOT NULL,
            subject      text,
            time         timestamptz NOT NULL,
            data         jsonb       NOT NULL,
            others       jsonb       NOT NULL DEFAULT '{}',
            published_at timestamptz,
            UNIQUE (source, id)
        )
    """)
    op.execute("CREATE INDEX outbox_unpublished ON orders.outbox (sequence) WHERE published_at IS NULL")


def downgrade() -> None:
    op.execute("DROP SCHEMA orders CASCADE")
