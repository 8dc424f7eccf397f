"""The roles of the shop's domains, each with a password of its own: what a function's Secret logs in with.

What a role may do, a migration says (0013, 0014). Here an administrator of the server sees to it that the roles exist,
also in a data folder from before there were any, so that the database's owner needs no right to make roles.
"""

from collections.abc import Mapping

import psycopg
from psycopg import sql

from knative.local import secrets
from knative.local.home import Home
from knative.local.parts import postgres


def prepare(home: Home) -> None:
    """Have every role of a stack's Postgres, with the password of its Secret. Raises psycopg.OperationalError."""
    give_passwords(administrator_url(home), secrets.role_passwords(home))


def give_passwords(administrator_url: str, passwords: Mapping[str, str]) -> None:
    """Make the roles that are missing, and have each log in with its password and no other."""
    with psycopg.connect(administrator_url, connect_timeout=5) as connection:
        # Rounds make a password that people choose dear to guess; ours are 256 random bits, and each cold start pays.
        connection.execute("SET scram_iterations = 1")
        found = connection.execute("SELECT rolname FROM pg_roles").fetchall()
        for role in passwords:
            if (role,) not in found:
                connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role)))
            # Encrypted here: the server's log may show a statement that took long.
            secret = connection.pgconn.encrypt_password(passwords[role].encode(), role.encode(), b"scram-sha-256")
            connection.execute(
                sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(role), sql.Literal(secret.decode()))
            )


def administrator_url(home: Home, database: str = "postgres") -> str:
    """The server's superuser, for what the owner of one database may not do."""
    return postgres.url(home.run, secrets.password(home), database=database, user=postgres.ADMINISTRATOR)


def owner_url(home: Home, database: str = postgres.DATABASE) -> str:
    """The owner of the shop's database: of its schemas, and of all that is in them."""
    return postgres.url(home.run, secrets.password(home), database=database)
