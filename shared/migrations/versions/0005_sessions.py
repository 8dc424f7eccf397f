"""The sessions that were ended while access tokens of theirs may still be alive."""

from alembic import op

revision = "0005_sessions"
down_revision = "0004_analytics"


def upgrade() -> None:
    # What every function that takes tokens reads, again and again: so it holds the last quarter of an hour and no more.
    # The id is text: that of a token without a session stands for itself. No reference to an account: a session stays
    # ended when its account is erased.
    op.execute("""
        CREATE TABLE identity.revoked_sessions (
            id         text        PRIMARY KEY,
            expires_at timestamptz NOT NULL
        )
    """)
    op.execute("CREATE INDEX revoked_sessions_expiry ON identity.revoked_sessions (expires_at)")


def downgrade() -> None:
    op.execute("DROP TABLE identity.revoked_sessions")
