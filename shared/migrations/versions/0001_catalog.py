"""The goods: what is sold, for how much, and how many are left."""

from alembic import op

revision = "0001_catalog"
down_revision = None


def upgrade() -> None:
    op.execute("CREATE SCHEMA catalog")
    op.execute("""
        CREATE TABLE catalog.products (
            sku         text        PRIMARY KEY,
            name        text        NOT NULL,
            description text        NOT NULL,
            category    text        NOT NULL,
            price_minor bigint      NOT NULL CHECK (price_minor >= 0),
            currency    text        NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
            available   integer     NOT NULL CHECK (available >= 0),
            image_url   text        NOT NULL,
            updated_at  timestamptz NOT NULL DEFAULT now(),
            search      tsvector    NOT NULL GENERATED ALWAYS AS (
                setweight(to_tsvector('english', name), 'A') ||
                setweight(to_tsvector('english', description), 'B') ||
                setweight(to_tsvector('simple', sku), 'B')
            ) STORED
        )
    """)
    op.execute("CREATE INDEX products_category_sku ON catalog.products (category, sku)")
    op.execute("CREATE INDEX products_search ON catalog.products USING gin (search)")


def downgrade() -> None:
    op.execute("DROP SCHEMA catalog CASCADE")
