"""The process's ways to Postgres: each a thread with one connection, so that the loop waits for neither.

A connection that fails is closed, and the next piece of work makes another one: after a restart of the server, or a
restore, nothing has to be told.
"""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import psycopg

from shared.database_connection import BoundedConnection

WITHIN_S = 5.0

T = TypeVar("T")


class Database:
    """One connection, used by one thread.

    Args:
        url: DATABASE_URL.
        name: what Postgres shows of it.
        waits_for_disk: whether a commit is on disk when it is answered.
    """

    def __init__(self, url: str, name: str, *, waits_for_disk: bool) -> None:
        self._url = url
        self._name = name
        self._options = f"-c synchronous_commit={'on' if waits_for_disk else 'off'} -c timezone=UTC"
        self._options += f" -c statement_timeout={int(WITHIN_S * 1000)} -c lock_timeout={int(WITHIN_S * 1000)}"
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=name)
        self._connection: BoundedConnection | None = None

    async def run(self, work: Callable[[psycopg.Connection], T]) -> T:
        """Do some work, after what was asked for before; each statement is a transaction. Raises psycopg.Error."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._do, work)

    def close(self) -> None:
        self._thread.shutdown(cancel_futures=True)
        if self._connection is not None:
            self._connection.close()

    def _do(self, work: Callable[[psycopg.Connection], T]) -> T:
        connection = self._connected()
        connection.deadline_s = time.monotonic() + WITHIN_S
        try:
            return work(connection)
        except psycopg.OperationalError:
            # What became of it is not known; whoever asked does it again.
            connection.close()
            raise

    def _connected(self) -> BoundedConnection:
        if self._connection is None or self._connection.closed:
            self._connection = BoundedConnection.connect(
                self._url, application_name=self._name, options=self._options, autocommit=True, connect_timeout=2
            )
        return self._connection
