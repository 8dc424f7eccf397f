"""A backup while the shop is selling: one snapshot of the whole database, in a file."""

import os
import subprocess
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from shutil import copyfileobj

import psycopg
from psycopg.conninfo import conninfo_to_dict

from knative.local.data import backup_file
from knative.local.data.backup_file import About, BackupError
from knative.local.parts import postgres

LOCK_WITHIN_S = 30


def take(owner_url: str, path: Path, now: datetime | None = None) -> About:
    """Write a backup of the database; gives what it is of.

    Every order in it has its lines, and the stock is that of the same moment: pg_dump reads the snapshot whose version
    is written down, whatever is sold meanwhile.

    Raises:
        BackupError: there is a file of this name, or pg_dump failed. No file is left.
        psycopg.OperationalError: the database cannot be reached.
    """
    with psycopg.connect(
        owner_url, connect_timeout=5, options="-c idle_in_transaction_session_timeout=0"
    ) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        found = connection.execute(
            "SELECT pg_export_snapshot(), current_setting('server_version'),"
            " (SELECT version_num FROM public.alembic_version)"
        ).fetchone()
        assert found is not None
        snapshot, server, migration = map(str, found)
        about = About(migration=migration, postgres=server, taken_at=now or datetime.now(UTC))
        words = [
            str(postgres.program("pg_dump")), "--format=custom", f"--snapshot={snapshot}",
            f"--lock-wait-timeout={LOCK_WITHIN_S}s",
        ]  # fmt: skip
        with backup_file.writing(path, about) as dump, tempfile.TemporaryFile() as errors:
            process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=errors, env=environment(owner_url))  # noqa: S603
            with process:
                assert process.stdout is not None
                copyfileobj(process.stdout, dump)
            if process.returncode != 0:
                errors.seek(0)
                raise BackupError(
                    f"pg_dump failed: {errors.read().decode(errors='replace').strip()}",
                    "`zerocart doctor` may know why",
                )
    return about


def environment(url: str) -> dict[str, str]:
    """How a program of Postgres is told where to connect: nothing of it stands in the list of processes."""
    given = conninfo_to_dict(url)
    named = {"host": "PGHOST", "user": "PGUSER", "password": "PGPASSWORD", "dbname": "PGDATABASE"}
    return {**os.environ, "PGPORT": str(postgres.PORT), **{named[key]: str(given[key]) for key in named}}
