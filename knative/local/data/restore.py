"""Brings a backup back: into a database of its own, which then takes the place of the shop's by its name.

The shop sells on until then, so whatever goes wrong, or is killed, leaves it as it was. Both names change in one
transaction. While that waits for the last connection to end, new ones wait for it: a function that meets this answers
503, and finds the restored database next.
"""

import subprocess
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from knative.local.data import backup_file
from knative.local.data.backup_file import BackupError
from knative.local.data.backups import environment
from knative.local.parts import postgres
from shared.migrations import runner

RESTORED, REPLACED = "shop_restored", "shop_replaced"
LOCK_ID = 0x5A43_0003
END_EVERY_S = 0.02

Connection = psycopg.Connection[tuple[object, ...]]

# Whose session was ended stays out, and nobody comes in with a token that was used up since: people log in again.
END_SESSIONS = "UPDATE identity.refresh_tokens SET revoked_at = now() WHERE revoked_at IS NULL"
ENDED = "SELECT id, expires_at FROM identity.revoked_sessions WHERE expires_at > now()"
KEEP_ENDED = "INSERT INTO identity.revoked_sessions (id, expires_at) VALUES (%s, %s) ON CONFLICT DO NOTHING"


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """The addresses of the databases of one server, by name: as its administrator, and as the shop's owner."""

    administrator: Callable[[str], str]
    owner: Callable[[str], str]


def restore(server: Server, path: Path) -> tuple[str, str]:
    """Have the shop's database be as it was when a backup was taken; gives the versions of the schemas, then and now.

    Args:
        server: where the shop's database is.
        path: a file that `backup_file.examine` found to be a backup.

    Raises:
        BackupError: the dump could not be read into a database, or another restore is at work. The shop's database is
            as it was.
        psycopg.Error: the server cannot be reached, or refuses; the same holds.
    """
    about = backup_file.examine(path)
    with _alone(server) as administrator:
        _drop(administrator, RESTORED)
        _drop(administrator, REPLACED)
        administrator.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE template0 OWNER {}").format(
                sql.Identifier(RESTORED), sql.Identifier(postgres.OWNER)
            )
        )
        try:
            _fill(server.owner(RESTORED), path)
            _, after = runner.upgrade(server.owner(RESTORED))
            _finish(server)
            _swap(server, administrator)
        finally:
            _drop(administrator, RESTORED)  # there is none of this name where it took the place of the shop's
        _drop(administrator, REPLACED)
    return about.migration, str(after)


def _fill(url: str, path: Path) -> None:
    words = [
        str(postgres.program("pg_restore")), f"--dbname={RESTORED}", "--exit-on-error", "--single-transaction",
        "--no-owner",
    ]  # fmt: skip
    with backup_file.reading(path) as dump, tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=errors, stderr=errors, env=environment(url))  # noqa: S603
        with process:
            backup_file.feed(dump, process)
        if process.returncode != 0:
            errors.seek(0)
            raise BackupError(
                f"the backup could not be read: {errors.read().decode(errors='replace').strip()}",
                "the shop's data is as it was; take another backup file",
            )


def _finish(server: Server) -> None:
    """What a dump does not hold: the rights on the database as a whole, statistics, and who was logged out since."""
    with psycopg.connect(server.owner(postgres.DATABASE)) as now:
        ended = now.execute(ENDED).fetchall()
    with psycopg.connect(server.owner(RESTORED)) as restored:
        revoke = sql.SQL("REVOKE TEMPORARY ON DATABASE {} FROM PUBLIC").format(sql.Identifier(RESTORED))
        restored.execute(revoke)
        restored.execute(END_SESSIONS)
        restored.cursor().executemany(KEEP_ENDED, ended)
        restored.execute("ANALYZE")


def _swap(server: Server, administrator: Connection) -> None:
    """Let the restored database have the shop's name, in one transaction, and end all who use the old one."""

    def rename() -> None:
        with psycopg.connect(server.administrator("postgres")) as connection:
            for old, new in ((postgres.DATABASE, REPLACED), (RESTORED, postgres.DATABASE)):
                statement = sql.SQL("ALTER DATABASE {} RENAME TO {}")
                connection.execute(statement.format(sql.Identifier(old), sql.Identifier(new)))

    with ThreadPoolExecutor(1) as threads:
        renaming = threads.submit(rename)
        while not renaming.done():
            # Who comes after the renaming has its lock waits for it; who came before must go.
            administrator.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = ANY(%s)",
                [[postgres.DATABASE, RESTORED]],
            )
            wait([renaming], timeout=END_EVERY_S)
        renaming.result()


@contextmanager
def _alone(server: Server) -> Iterator[Connection]:
    """A connection of the administrator's, of one restore at a time; it is free as soon as that one ends, however."""
    with psycopg.connect(server.administrator("postgres"), autocommit=True, connect_timeout=5) as connection:
        if connection.execute("SELECT pg_try_advisory_lock(%s)", [LOCK_ID]).fetchone() != (True,):
            raise BackupError("another restore is at work", "wait until it is done")
        yield connection


def _drop(administrator: Connection, database: str) -> None:
    administrator.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database)))
