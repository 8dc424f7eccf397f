"""The events that clients and functions report, each once: its source and id are its name."""

from alembic import op

revision = "0004_analytics"
down_revision = "0003_orders"


def upgrade() -> None:
    op.execute("CREATE SCHEMA analytics")
    # `others` has what an event has beside the columns, named as in its JSON form: datacontenttype, dataschema,
    # data_base64, extensions.
    op.execute("""
        CREATE TABLE analytics.events (
            source      text        NOT NULL,
            id          text        NOT NULL,
            type        text        NOT NULL,
            subject     text,
            time        timestamptz,
            data        jsonb,
            others      jsonb       NOT NULL DEFAULT '{}',
            received_at timestamptz NOT NULL DEFAULT now(),
            PRIMARY KEY (source, id)
        )
    """)
    op.execute("CREATE INDEX events_received ON analytics.events (received_at)")


def downgrade() -> None:
    op.execute("DROP SCHEMA analytics CASCADE")
