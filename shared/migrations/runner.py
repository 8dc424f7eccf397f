"""Brings a database to a version of the schemas: to the newest, or back.

Runs at each start of the stack, so it is quick when there is nothing to do: the newest version is read from the
names of the files in `versions`, and Alembic is imported only when there is a step to take. Two runs at once are
harmless: the second waits for the first and finds nothing to do.

The shop may sell meanwhile. A step that waits for a table's lock makes all who come after it wait as well, so it waits
a moment only, is rolled back, and tries again.
"""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
from psycopg.errors import DeadlockDetected, LockNotAvailable

if TYPE_CHECKING:
    from alembic.config import Config

LOCK_ID = 0x5A43_0001  # any number, as long as nobody else locks it
LOCK_WITHIN_S = 60
# Well below what a function's statement waits for a lock, and less than the server waits until it looks for a deadlock:
# of a step and an order that wait for each other, it is mostly the step that gives way.
TABLE_LOCK_WITHIN_MS = 150
TRY_WITHIN_S = 60.0
PAUSE_S = (0.05, 0.2)  # between two tries, in which what piled up behind a step gets through


def versions() -> list[str]:
    """Every version, in order: the names of the files, `0003_orders`."""
    return sorted(file.stem for file in Path(__file__).with_name("versions").glob("[0-9]*.py"))


def head() -> str:
    """The newest version."""
    return versions()[-1]


def current(database_url: str) -> str | None:
    """The version of a database, or None before the first step."""
    with _connection(database_url) as connection:
        return _version(connection)


def upgrade(database_url: str, revision: str = "head") -> tuple[str | None, str | None]:
    """Take the steps to a version, the newest by default. Gives the versions before and after. Raises psycopg.Error.

    A database that a newer release has migrated stays as it is.
    """
    goal = head() if revision == "head" else revision

    def step_forward(config: "Config") -> None:
        from alembic import command  # noqa: PLC0415

        command.upgrade(config, goal)

    return _move(database_url, goal, step_forward)


def downgrade(database_url: str, revision: str) -> tuple[str | None, str | None]:
    """Take the steps back to a version (`base`: to an empty database). Gives the versions before and after."""

    def step_back(config: "Config") -> None:
        from alembic import command  # noqa: PLC0415

        command.downgrade(config, revision)

    return _move(database_url, None if revision == "base" else revision, step_back)


def _move(database_url: str, goal: str | None, take_steps: Callable[["Config"], None]) -> tuple[str | None, str | None]:
    with _connection(database_url) as connection:
        before = _version(connection)
        # One that is not known here is a newer release's, and who asks was rolled back to: schemas are only expanded
        # while functions of the release before may run, so there is nothing to do.
        newer = before is not None and before not in versions() and goal == head()
        if before == goal or newer:
            return before, before
        connection.execute(f"SET lock_timeout = '{LOCK_WITHIN_S}s'")
        connection.execute("SELECT pg_advisory_lock(%s)", [LOCK_ID])
        # Whoever held the lock may have taken the steps; Alembic reads the version again, under the lock.
        deadline_s = time.monotonic() + TRY_WITHIN_S
        while not _taken(database_url, take_steps, last_try=time.monotonic() > deadline_s):
            time.sleep(random.uniform(*PAUSE_S))  # noqa: S311 - no secret
        return before, _version(connection)


def _taken(database_url: str, take_steps: Callable[["Config"], None], *, last_try: bool) -> bool:
    """Whether the steps are taken; not where one did not get its locks in time. Those before it stay."""
    from sqlalchemy.exc import DBAPIError  # noqa: PLC0415

    try:
        _with_alembic(database_url, take_steps)
    except DBAPIError as error:
        if isinstance(error.orig, (LockNotAvailable, DeadlockDetected)) and not last_try:
            return False
        if isinstance(error.orig, psycopg.Error):
            raise error.orig from None
        raise
    return True


def _with_alembic(database_url: str, take_steps: Callable[["Config"], None]) -> None:
    from alembic.config import Config  # noqa: PLC0415
    from sqlalchemy import NullPool, create_engine  # noqa: PLC0415

    def connect() -> psycopg.Connection:
        return psycopg.connect(database_url, options=f"-c lock_timeout={TABLE_LOCK_WITHIN_MS}")

    engine = create_engine("postgresql+psycopg://", creator=connect, poolclass=NullPool)
    with engine.connect() as connection:
        config = Config()
        config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
        config.attributes["connection"] = connection
        take_steps(config)


@contextmanager
def _connection(database_url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(
        database_url, autocommit=True, connect_timeout=5, target_session_attrs="read-write"
    ) as connection:
        yield connection


def _version(connection: psycopg.Connection) -> str | None:
    if connection.execute("SELECT to_regclass('public.alembic_version')").fetchone() == (None,):
        return None
    row = connection.execute("SELECT version_num FROM public.alembic_version").fetchone()
    return str(row[0]) if row else None
