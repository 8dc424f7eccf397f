"""What waits at the Brokers of the engine on one machine. Empty on a cluster: Knative's own keep their events."""

from alembic import op

revision = "0015_eventing"
down_revision = "0014_retention"

# As in 0013: a role belongs to the whole server, and stays when this is undone.
CREATE_ROLE = """
    DO $$ BEGIN
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'shop_eventing') THEN
            CREATE ROLE shop_eventing LOGIN;
        END IF;
    EXCEPTION
        WHEN duplicate_object OR unique_violation THEN NULL;
        WHEN insufficient_privilege THEN
            RAISE EXCEPTION 'the role shop_eventing is missing, and this one may not make it'
                USING HINT = 'as an administrator: CREATE ROLE shop_eventing LOGIN', ERRCODE = 'insufficient_privilege';
    END $$
"""


def upgrade() -> None:
    op.execute(CREATE_ROLE)
    op.execute("CREATE SCHEMA eventing")
    # The event as text of JSON: as it came, and still to be asked for its parts. `failed_…` say why the subscriber does
    # not have it: it is for the dead letter sink then, or parked for a person.
    op.execute("""
        CREATE TABLE eventing.deliveries (
            id                 uuid PRIMARY KEY,
            namespace          text NOT NULL,
            broker             text NOT NULL,
            trigger            text NOT NULL,
            event              json NOT NULL,
            headers            json NOT NULL,
            arrived_at         timestamptz NOT NULL DEFAULT now(),
            attempts           integer NOT NULL DEFAULT 0,
            due_at             timestamptz NOT NULL DEFAULT now(),
            failed_destination text,
            failed_code        integer,
            failed_data        bytea,
            parked_at          timestamptz
        )
    """)
    op.execute("""
        CREATE INDEX deliveries_due ON eventing.deliveries (namespace, trigger, due_at) WHERE parked_at IS NULL
    """)
    op.execute("GRANT USAGE ON SCHEMA eventing TO shop_eventing")
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON eventing.deliveries TO shop_eventing")


def downgrade() -> None:
    op.execute("DROP SCHEMA eventing CASCADE")
