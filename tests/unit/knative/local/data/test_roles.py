"""What each role of the database may do: all of it is listed here, and nothing else is granted.

Read from the server's own views, so a grant that a new migration brings shows up as a difference.
"""

import os
import secrets
import stat
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from psycopg import errors, sql

from knative.local import secrets as stack_secrets
from knative.local.data import roles
from knative.local.home import PROJECT_ROOT, Home
from knative.local.parts import postgres as postgres_part
from shared.migrations import runner
from tests.database_roles import SCHEMAS
from tests.servers import PostgresServer

CHANGE = "SELECT INSERT UPDATE"

# Rights on whole tables, by role.
TABLES = {
    "shop_catalog": {"catalog.products": "SELECT", "catalog.words": "SELECT"},
    "shop_identity": {
        "identity.accounts": f"{CHANGE} DELETE",
        "identity.refresh_tokens": f"{CHANGE} DELETE",
        "identity.revoked_sessions": f"{CHANGE} DELETE",
    },
    "shop_carts": {
        "carts.carts": CHANGE,
        "catalog.products": "SELECT",
        "identity.revoked_sessions": "SELECT",
    },
    "shop_orders": {
        "orders.orders": CHANGE,
        "orders.lines": CHANGE,
        "orders.idempotency_keys": CHANGE,
        "orders.outbox": CHANGE,
        "catalog.products": "SELECT",
        "identity.revoked_sessions": "SELECT",
    },
    "shop_payments": {"payments.ledger": CHANGE},
    "shop_analytics": {
        "analytics.events": CHANGE,
        "analytics.sales": CHANGE,
        "analytics.sale_events": CHANGE,
        "analytics.sale_lines": CHANGE,
        "identity.revoked_sessions": "SELECT",
    },
    "shop_retention": {
        "analytics.events": "DELETE",
        "analytics.sale_events": "DELETE",
        "carts.carts": "DELETE",
        "identity.refresh_tokens": "DELETE",
        "identity.revoked_sessions": "DELETE",
        "orders.idempotency_keys": "DELETE",
        "orders.outbox": "DELETE",
    },
    "shop_eventing": {"eventing.deliveries": f"{CHANGE} DELETE"},
}
# Rights on some columns of a table only.
COLUMNS = {
    "shop_orders": {"catalog.products": "UPDATE(available) UPDATE(updated_at)"},
    "shop_retention": {
        "analytics.events": "SELECT(id) SELECT(received_at) SELECT(source)",
        "analytics.sale_events": "SELECT(id) SELECT(received_at) SELECT(source)",
        "carts.carts": "SELECT(account_id) SELECT(updated_at)",
        "identity.refresh_tokens": "SELECT(expires_at) SELECT(hash)",
        "identity.revoked_sessions": "SELECT(expires_at) SELECT(id)",
        "orders.idempotency_keys": (
            "SELECT(created_at) SELECT(key) SELECT(owner) SELECT(response_status) SELECT(subject)"
        ),
        "orders.orders": "SELECT(id) SELECT(status)",
        "orders.outbox": "SELECT(published_at) SELECT(sequence)",
    },
}
OURS = "nspname !~ '^pg_' AND nspname <> 'information_schema'"
RELATIONS = f"""
    SELECT nspname || '.' || relname, right_of.name FROM pg_class
    JOIN pg_namespace ON pg_namespace.oid = relnamespace AND {OURS} AND relkind IN ('r', 'p', 'v', 'm', 'f')
    CROSS JOIN unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER', 'MAINTAIN'])
        WITH ORDINALITY AS right_of(name, position)
    WHERE has_table_privilege(%(role)s, pg_class.oid, right_of.name) ORDER BY 1, right_of.position
"""
ATTRIBUTES = f"""
    SELECT nspname || '.' || relname, right_of.name || '(' || attname || ')' FROM pg_attribute
    JOIN pg_class ON pg_class.oid = attrelid AND relkind IN ('r', 'p', 'v', 'm', 'f')
    JOIN pg_namespace ON pg_namespace.oid = relnamespace AND {OURS}
    CROSS JOIN unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'REFERENCES']) AS right_of(name)
    WHERE attnum > 0 AND NOT attisdropped AND has_column_privilege(%(role)s, attrelid, attnum, right_of.name)
        AND NOT has_table_privilege(%(role)s, attrelid, right_of.name)
    ORDER BY 1, 2
"""

Connection = psycopg.Connection[tuple[object, ...]]

each_role = pytest.mark.parametrize("role", postgres_part.ROLES.values())


@pytest.fixture(scope="module")
def migrated(postgres: PostgresServer) -> Iterator[str]:
    """The name of a database that was migrated here: a copy of one has not its rights as a database."""
    name = f"roles_{secrets.token_hex(6)}"
    runner.upgrade(postgres.create_database(name, "template0"))
    yield name
    postgres.drop_database(name)


@pytest.fixture
def administrator(postgres: PostgresServer, migrated: str) -> Iterator[Connection]:
    with psycopg.connect(postgres.url(migrated, postgres_part.ADMINISTRATOR), autocommit=True) as connection:
        yield connection


def gathered(rows: list[tuple[object, ...]]) -> dict[str, str]:
    found: dict[str, list[str]] = {}
    for table, right in rows:
        found.setdefault(str(table), []).append(str(right))
    return {table: " ".join(rights) for table, rights in found.items()}


def become(connection: Connection, role: str) -> None:
    connection.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(role)))


def test_there_is_a_role_a_domain_and_this_table_speaks_of_each() -> None:
    assert set(TABLES) == set(SCHEMAS) == set(postgres_part.ROLES.values())


@each_role
def test_a_role_has_these_rights_and_no_other(administrator: Connection, role: str) -> None:
    assert gathered(administrator.execute(RELATIONS, {"role": role}).fetchall()) == TABLES[role]
    assert gathered(administrator.execute(ATTRIBUTES, {"role": role}).fetchall()) == COLUMNS.get(role, {})


@each_role
def test_a_role_enters_these_schemas_and_makes_nothing(administrator: Connection, migrated: str, role: str) -> None:
    names = [name for (name,) in administrator.execute(f"SELECT nspname FROM pg_namespace WHERE {OURS}".encode())]
    values = {"role": role, "names": names, "database": migrated}
    entered = administrator.execute(
        "SELECT name FROM unnest(%(names)s::text[]) AS name WHERE has_schema_privilege(%(role)s, name, 'USAGE')", values
    )
    assert {name for (name,) in entered} == SCHEMAS[role]
    made = administrator.execute(
        "SELECT has_database_privilege(%(role)s, %(database)s, 'CREATE'),"
        " has_database_privilege(%(role)s, %(database)s, 'TEMPORARY'),"
        " EXISTS (SELECT FROM unnest(%(names)s::text[]) AS name WHERE has_schema_privilege(%(role)s, name, 'CREATE'))",
        values,
    )
    assert made.fetchone() == (False, False, False)


@each_role
def test_a_role_is_nobody_s_and_has_nothing(administrator: Connection, role: str) -> None:
    found = administrator.execute(
        "SELECT rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls FROM pg_roles WHERE rolname = %s",
        [role],
    )
    assert found.fetchone() == (False,) * 5
    memberships = "SELECT FROM pg_auth_members WHERE member = to_regrole(%(role)s) OR roleid = to_regrole(%(role)s)"
    assert administrator.execute(memberships, {"role": role}).fetchall() == []
    owned = "SELECT FROM pg_shdepend WHERE refobjid = to_regrole(%s) AND deptype = 'o'"
    assert administrator.execute(owned, [role]).fetchall() == []


@pytest.mark.parametrize(
    ("role", "statement"),
    [
        ("shop_orders", "SELECT email FROM identity.accounts"),
        ("shop_orders", "UPDATE catalog.products SET price_minor = 0"),
        ("shop_orders", "DELETE FROM orders.orders"),
        ("shop_orders", "TRUNCATE orders.outbox"),
        ("shop_analytics", "SELECT FROM orders.orders"),
        ("shop_analytics", "INSERT INTO identity.revoked_sessions VALUES ('x', now())"),
        ("shop_catalog", "UPDATE catalog.products SET available = 1"),
        ("shop_catalog", "SELECT FROM identity.revoked_sessions"),
        ("shop_carts", "SELECT FROM orders.orders"),
        ("shop_payments", "SELECT FROM orders.orders"),
        ("shop_identity", "SELECT FROM carts.carts"),
        ("shop_retention", "SELECT email FROM identity.accounts"),
        ("shop_retention", "SELECT data FROM analytics.events"),
        ("shop_retention", "UPDATE orders.outbox SET published_at = now()"),
        ("shop_orders", "SELECT FROM public.alembic_version"),
        ("shop_orders", "CREATE TABLE orders.mine ()"),
        ("shop_orders", "CREATE TEMPORARY TABLE mine ()"),
        ("shop_orders", "ALTER TABLE orders.orders DROP COLUMN status"),
    ],
)
def test_what_a_role_has_no_business_with_is_refused(administrator: Connection, role: str, statement: str) -> None:
    become(administrator, role)
    with pytest.raises(errors.InsufficientPrivilege):
        administrator.execute(statement.encode())


def test_a_later_table_of_a_schema_is_its_role_s_too(postgres: PostgresServer, migrated: str) -> None:
    with psycopg.connect(postgres.url(migrated), autocommit=True) as owner:
        owner.execute("CREATE TABLE orders.later ()")
        allowed = "SELECT has_table_privilege(%s, 'orders.later', %s)"
        try:
            assert owner.execute(allowed, ["shop_orders", "INSERT"]).fetchone() == (True,)
            assert owner.execute(allowed, ["shop_orders", "DELETE"]).fetchone() == (False,)
            assert owner.execute(allowed, ["shop_carts", "SELECT"]).fetchone() == (False,)
        finally:
            owner.execute("DROP TABLE orders.later")


def test_each_role_logs_in_with_its_own_password_and_quickly(own_postgres: PostgresServer) -> None:
    given = {role: secrets.token_urlsafe(32) for role in postgres_part.ROLES.values()}
    administrator_url = own_postgres.url("postgres", postgres_part.ADMINISTRATOR)
    roles.give_passwords(administrator_url, given)
    for role, password in given.items():
        url = postgres_part.url(own_postgres.folder, password, user=role)
        with psycopg.connect(url) as connection:
            assert connection.execute("SELECT current_user").fetchone() == (role,)
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(postgres_part.url(own_postgres.folder, given["shop_carts"], user="shop_orders"))
    with psycopg.connect(administrator_url) as connection:
        kept = connection.execute("SELECT rolpassword FROM pg_authid WHERE rolname = ANY(%s)", [list(given)]).fetchall()
    assert len(kept) == len(given)
    assert all(secret.startswith("SCRAM-SHA-256$1:") for (secret,) in kept)


def test_roles_that_are_missing_are_made_once_by_two_migrations_at_a_time(own_postgres: PostgresServer) -> None:
    with psycopg.connect(own_postgres.url("postgres", postgres_part.ADMINISTRATOR), autocommit=True) as administrator:
        runner.downgrade(own_postgres.url(), "0012_sales")
        for role in postgres_part.ROLES.values():
            administrator.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(role)))
        with pytest.raises(psycopg.Error, match="the role shop_catalog is missing"):
            runner.upgrade(own_postgres.url())
        administrator.execute("ALTER ROLE shop CREATEROLE")
        urls = [own_postgres.create_database(f"at_once_{number}", "template0") for number in range(3)]
        at_once = [
            subprocess.Popen(
                [sys.executable, "-m", "shared.migrations", "upgrade"], env={**os.environ, "DATABASE_URL": url}
            )
            for url in urls
        ]
        assert [each.wait(timeout=60) for each in at_once] == [0] * len(urls)
        assert [runner.current(url) for url in urls] == [runner.head()] * len(urls)


def test_a_data_folder_from_before_there_were_roles_gets_them(own_postgres: PostgresServer) -> None:
    administrator_url = own_postgres.url("postgres", postgres_part.ADMINISTRATOR)
    role = "shop_of_tomorrow"
    roles.give_passwords(administrator_url, {role: "a password"})
    with psycopg.connect(postgres_part.url(own_postgres.folder, "a password", user=role, database="postgres")):
        pass


def test_a_stack_has_a_secret_for_each_role_with_a_password_of_its_own(tmp_path: Path) -> None:
    home = Home(root=tmp_path / "home", project=PROJECT_ROOT, port=8080)
    home.make_folders()
    now = datetime(2031, 5, 17, tzinfo=UTC)
    made = {secret.name: secret.data for secret in stack_secrets.prepare(home, now)}
    urls = {role: made[f"database-{domain}"]["url"] for domain, role in postgres_part.ROLES.items()}
    given = {role: psycopg.conninfo.conninfo_to_dict(url) for role, url in urls.items()}
    assert {role: parts["user"] for role, parts in given.items()} == {role: role for role in urls}
    passwords = {role: str(parts["password"]) for role, parts in given.items()}
    assert len({*passwords.values(), stack_secrets.password(home)}) == len(urls) + 1
    assert all(len(password) >= 43 for password in passwords.values()), "256 random bits"
    assert stack_secrets.role_passwords(home) == passwords
    for file in home.secrets.glob("database-password*"):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert made == {secret.name: secret.data for secret in stack_secrets.prepare(home, now)}, "made once"
