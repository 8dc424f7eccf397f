"""A Postgres connection that never waits for ever.

The server's own timeouts end a slow statement, but a server that is frozen, or gone without a word from the
network, answers nothing at all, and the driver would wait. This connection waits until its deadline, then
counts itself as lost.
"""

import time
from typing import TypeVar

import psycopg
from psycopg.abc import PQGen, PQGenConn
from psycopg.errors import ConnectionTimeout, _WaitTimeout
from psycopg.pq import TransactionStatus

T = TypeVar("T")

CONNECT_WITHIN_S = 1.0  # for each host of the address; the driver itself allows no less than 2 s
ANSWER_WITHIN_S = 2.0  # for each answer, where no deadline was set
TICK_S = 0.05  # how often a wait looks at the clock


class BoundedConnection(psycopg.Connection):
    """`deadline_s`: the time.monotonic() after which nothing is waited for; None bounds each answer alone."""

    deadline_s: float | None = None
    # How psycopg knows a connection of a pool: one may end with its pool, or its process, without a word.
    _pool = None

    def wait(self, gen: PQGen[T], interval: float = TICK_S, timeout: float | None = None) -> T:
        left_s = ANSWER_WITHIN_S if self.deadline_s is None else max(0.0, self.deadline_s - time.monotonic())
        try:
            return super().wait(gen, interval=interval, timeout=left_s if timeout is None else min(timeout, left_s))
        except _WaitTimeout:
            # What the server makes of the statement is unknown, so nothing more can be said on this connection.
            self.close()
            raise ConnectionTimeout(f"no answer from the database within {left_s:.2f} s") from None

    def rollback(self) -> None:
        """Where there is nothing to roll back, as after each statement sent alone, nothing is done."""
        if self.closed or self.pgconn.transaction_status != TransactionStatus.IDLE:
            super().rollback()

    @classmethod
    def _connect_gen(cls, conninfo: str = "", **arguments: object) -> PQGenConn["BoundedConnection"]:
        steps = super()._connect_gen(conninfo, **arguments)
        deadline_s = time.monotonic() + CONNECT_WITHIN_S
        try:
            request = next(steps)
            while True:
                ready = yield request
                if time.monotonic() > deadline_s:
                    steps.close()
                    raise ConnectionTimeout(f"no connection to the database within {CONNECT_WITHIN_S} s")
                request = steps.send(ready)
        except StopIteration as end:
            connection: BoundedConnection = end.value
            return connection
