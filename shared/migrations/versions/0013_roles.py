"""A role a domain, with least rights: a function's role reaches its own schema, and of others what is written here.

Roles belong to the whole server, so they are made only where they are missing, also when two databases of one server
are migrated at the same time, and they stay when this is undone. Passwords are not a schema's business: the engine sets
them at `up` (knative/local/data/roles.py), on a cluster the operator does, which makes the roles as well.
"""

from alembic import op

revision = "0013_roles"
down_revision = "0012_sales"

# What a domain's functions do to the tables of their schema. Nobody deletes but who ends sessions; `shop_retention`
# deletes what is due, see 0014.
OWN = {
    "catalog": "SELECT",
    "identity": "SELECT, INSERT, UPDATE, DELETE",
    "carts": "SELECT, INSERT, UPDATE",
    "orders": "SELECT, INSERT, UPDATE",
    "payments": "SELECT, INSERT, UPDATE",
    "analytics": "SELECT, INSERT, UPDATE",
}
# Whoever takes tokens asks whether they were revoked. A cart is priced, and an order takes goods out of the stock.
EXCEPTIONS = (
    ("SELECT", "identity.revoked_sessions", "shop_carts, shop_orders, shop_analytics"),
    ("SELECT", "catalog.products", "shop_carts, shop_orders"),
    ("UPDATE (available, updated_at)", "catalog.products", "shop_orders"),
)
USES = (("identity", "shop_carts, shop_orders, shop_analytics"), ("catalog", "shop_carts, shop_orders"))

CREATE = """
    DO $$ BEGIN
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') THEN
            CREATE ROLE {role} LOGIN;
        END IF;
    EXCEPTION
        WHEN duplicate_object OR unique_violation THEN NULL;
        WHEN insufficient_privilege THEN
            RAISE EXCEPTION 'the role {role} is missing, and this one may not make it'
                USING HINT = 'as an administrator: CREATE ROLE {role} LOGIN', ERRCODE = 'insufficient_privilege';
    END $$
"""
# Temporary tables are tables, too.
TEMPORARY = """
    DO $$ BEGIN EXECUTE format('{verb} TEMPORARY ON DATABASE %I {to} PUBLIC', current_database()); END $$
"""


def upgrade() -> None:
    for domain in (*OWN, "retention"):
        op.execute(CREATE.format(role=f"shop_{domain}"))
    op.execute(TEMPORARY.format(verb="REVOKE", to="FROM"))
    op.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
    for schema, rights in OWN.items():
        op.execute(f"GRANT USAGE ON SCHEMA {schema} TO shop_{schema}")
        op.execute(f"GRANT {rights} ON ALL TABLES IN SCHEMA {schema} TO shop_{schema}")
        op.execute(f"ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT {rights} ON TABLES TO shop_{schema}")
    for schema, roles in USES:
        op.execute(f"GRANT USAGE ON SCHEMA {schema} TO {roles}")
    for rights, table, roles in EXCEPTIONS:
        op.execute(f"GRANT {rights} ON {table} TO {roles}")


def downgrade() -> None:
    for rights, table, roles in EXCEPTIONS:
        op.execute(f"REVOKE {rights} ON {table} FROM {roles}")
    for schema, roles in USES:
        op.execute(f"REVOKE USAGE ON SCHEMA {schema} FROM {roles}")
    for schema, rights in OWN.items():
        op.execute(f"ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} REVOKE {rights} ON TABLES FROM shop_{schema}")
        op.execute(f"REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM shop_{schema}")
        op.execute(f"REVOKE USAGE ON SCHEMA {schema} FROM shop_{schema}")
    op.execute("GRANT USAGE ON SCHEMA public TO PUBLIC")
    op.execute(TEMPORARY.format(verb="GRANT", to="TO"))
