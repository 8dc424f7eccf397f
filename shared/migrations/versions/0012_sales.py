"""The sales report's projection, made of the orders' events; and events of the outbox that nobody will take."""

from alembic import op

revision = "0012_sales"
down_revision = "0011_settlement"


def upgrade() -> None:
    # An event that its sink refuses for good is set aside, so that those behind it get through. Few, so the index of
    # what is unpublished keeps them: the relay reads past them.
    op.execute("ALTER TABLE orders.outbox ADD COLUMN parked_at timestamptz, ADD COLUMN parked_reason text")
    # No personal data: who bought is not in it. `paid` and `cancelled` are only ever set, never taken back, so the
    # order in which events come does not matter.
    op.execute("""
        CREATE TABLE analytics.sales (
            order_id    uuid        PRIMARY KEY,
            placed_at   timestamptz NOT NULL,
            currency    text        NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
            total_minor bigint      NOT NULL,
            units       bigint      NOT NULL,
            paid        boolean     NOT NULL,
            cancelled   boolean     NOT NULL
        )
    """)
    op.execute("CREATE INDEX sales_placed ON analytics.sales (placed_at)")
    op.execute("""
        CREATE TABLE analytics.sale_lines (
            order_id         uuid    NOT NULL REFERENCES analytics.sales ON DELETE CASCADE,
            position         integer NOT NULL,
            sku              text    NOT NULL,
            name             text    NOT NULL,
            units            bigint  NOT NULL,
            line_total_minor bigint  NOT NULL,
            PRIMARY KEY (order_id, position)
        )
    """)
    # Which events were taken. An old one may be forgotten: coming again, it changes nothing either.
    op.execute("""
        CREATE TABLE analytics.sale_events (
            source      text        NOT NULL,
            id          text        NOT NULL,
            type        text        NOT NULL,
            order_id    uuid        NOT NULL,
            received_at timestamptz NOT NULL DEFAULT now(),
            PRIMARY KEY (source, id)
        )
    """)
    op.execute("CREATE INDEX sale_events_received ON analytics.sale_events (received_at)")


def downgrade() -> None:
    op.execute("DROP TABLE analytics.sale_events, analytics.sale_lines, analytics.sales")
    op.execute("ALTER TABLE orders.outbox DROP COLUMN parked_at, DROP COLUMN parked_reason")
