"""Keeps new deliveries: `keep` returns when they are on disk.

What comes while a commit is under way shares the next one, so that many senders wait for the disk together.
"""

import asyncio
from collections.abc import Sequence
from functools import partial

import psycopg

from knative.local.eventing.broker import store
from knative.local.eventing.broker.configuration import Configuration
from knative.local.eventing.broker.database import Database
from knative.local.eventing.broker.store import Row

# Together, before a commit; each row may have a mebibyte.
ROWS_AT_ONCE = 64


class AwayError(Exception):
    """Postgres is away, or said nothing in time. What was to be kept may be kept, and is to be sent again."""


class Intake:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._pending: list[tuple[Sequence[Row], asyncio.Future[None]]] = []
        self._writing: asyncio.Task[None] | None = None

    async def keep(self, rows: Sequence[Row]) -> None:
        """Have some deliveries on disk. Raises AwayError."""
        if not rows:
            return
        kept: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._pending.append((rows, kept))
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write())
        await kept

    async def forget(self, configuration: Configuration) -> None:
        """Drop what waits for Triggers that are gone, behind all that was accepted for them. Raises AwayError."""
        try:
            await self._database.run(lambda connection: store.forget(connection, configuration))
        except psycopg.Error as error:
            raise AwayError from error

    async def _write(self) -> None:
        while self._pending:
            batch, self._pending = self._pending[:ROWS_AT_ONCE], self._pending[ROWS_AT_ONCE:]
            rows = [row for each, _ in batch for row in each]
            try:
                await self._database.run(partial(store.add, rows=rows))
            except psycopg.Error as error:
                for _, kept in batch:
                    kept.set_exception(AwayError(str(error)))
            else:
                for _, kept in batch:
                    kept.set_result(None)
