"""The people: accounts, and the refresh tokens that keep them logged in."""

from alembic import op

revision = "0002_identity"
down_revision = "0001_catalog"


def upgrade() -> None:
    op.execute("CREATE SCHEMA identity")
    op.execute("""
        CREATE TABLE identity.accounts (
            id            uuid        PRIMARY KEY,
            email         text        NOT NULL,
            name          text        NOT NULL,
            password_hash text        NOT NULL,
            roles         text[]      NOT NULL DEFAULT '{}',
            created_at    timestamptz NOT NULL DEFAULT now()
        )
    """)
    # An address is one address however it is written; it is kept and shown as its owner wrote it.
    op.execute("CREATE UNIQUE INDEX accounts_email ON identity.accounts (lower(email))")
    # A token is kept as its SHA-256 only. `family` joins the tokens that came from one login, each from the one
    # before: when a used one comes back, somebody has a copy, and the whole family is revoked.
    op.execute("""
        CREATE TABLE identity.refresh_tokens (
            hash       bytea       PRIMARY KEY CHECK (octet_length(hash) = 32),
            family     uuid        NOT NULL,
            account_id uuid        NOT NULL REFERENCES identity.accounts ON DELETE CASCADE,
            issued_at  timestamptz NOT NULL DEFAULT now(),
            expires_at timestamptz NOT NULL,
            used_at    timestamptz,
            revoked_at timestamptz
        )
    """)
    op.execute("CREATE INDEX refresh_tokens_family ON identity.refresh_tokens (family)")
    op.execute("CREATE INDEX refresh_tokens_account ON identity.refresh_tokens (account_id)")
    op.execute("CREATE INDEX refresh_tokens_expiry ON identity.refresh_tokens (expires_at)")


def downgrade() -> None:
    op.execute("DROP SCHEMA identity CASCADE")
