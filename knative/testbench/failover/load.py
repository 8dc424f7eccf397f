"""Writes while primaries are killed: the shop's own clients, and a list of what was acknowledged and when.

Postgres is written to as a function does (`shared.database.run`), a row a transaction, by several threads at once.
Valkey is asked as a function asks it. What was acknowledged is kept here, in memory, and looked for at the end.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TypeVar

import redis
from sqlalchemy import Connection, Engine, text

from shared import database
from shared.errors import Unavailable
from shared.redis_client import PromptRedis

T = TypeVar("T")

INSERT = text("INSERT INTO failover_writes (key) VALUES (:key)")
CREATE = text("CREATE TABLE IF NOT EXISTS failover_writes (key bigint PRIMARY KEY)")
EMPTY = text("TRUNCATE failover_writes")
SELECT = text("SELECT key FROM failover_writes")
TRIES = 60
PAUSE_S = 0.005
PAUSE_AFTER_REFUSAL_S = 0.05


@dataclass(slots=True)
class Record:
    """What came of the writes, and how long the longest took."""

    acknowledged_s: list[float] = field(default_factory=list)  # when, on time.time()
    keys: list[int] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    slowest_refusal_s: float = 0.0

    def gap_s(self, since_s: float, until_s: float) -> float:
        """The longest time without an acknowledged write, of those that end or begin in a span."""
        times = sorted(self.acknowledged_s)
        return max(
            (later - earlier for earlier, later in pairwise(times) if later >= since_s and earlier <= until_s),
            default=until_s - since_s,
        )


class Writers:
    """Threads that write until they are stopped.

    Args:
        write: one write, of a number that is never used twice; raises what `refusals` names.
        refusals: the errors that mean: not now.
        count: of threads.
    """

    def __init__(self, write: Callable[[int], None], refusals: tuple[type[Exception], ...], count: int) -> None:
        self.record = Record()
        self._write, self._refusals = write, refusals
        self._next = iter(range(1, 1 << 60))
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._run, daemon=True) for _ in range(count)]

    def __enter__(self) -> "Writers":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(timeout=10)

    def _run(self) -> None:
        while not self._stop.is_set():
            with self._lock:
                key = next(self._next)
            started_s = time.monotonic()
            try:
                self._write(key)
            except self._refusals as error:
                took_s = time.monotonic() - started_s
                with self._lock:
                    self.record.refused[type(error).__name__] += 1
                    self.record.slowest_refusal_s = max(self.record.slowest_refusal_s, took_s)
                self._stop.wait(PAUSE_AFTER_REFUSAL_S)
            else:
                with self._lock:
                    self.record.acknowledged_s.append(time.time())
                    self.record.keys.append(key)
                self._stop.wait(PAUSE_S)


def postgres_writers(engine: Engine, count: int) -> Writers:
    """Insert a row a transaction, each once: a commit whose answer was lost is not repeated."""

    def write(key: int) -> None:
        def insert(connection: Connection) -> None:
            connection.execute(INSERT, {"key": key})

        database.run(engine, insert)

    return Writers(write, (Unavailable,), count)


def valkey_writers(client: PromptRedis, count: int) -> Writers:
    """Set a key, each once."""

    def write(key: int) -> None:
        client.set(valkey_key(key), key, ex=3600)

    return Writers(write, (redis.RedisError,), count)


def valkey_key(key: int) -> str:
    return f"failover:{key}"


def make_table(engine: Engine) -> None:
    _patiently(engine, lambda connection: connection.execute(CREATE))
    _patiently(engine, lambda connection: connection.execute(EMPTY))


def lost(engine: Engine, record: Record) -> tuple[int, int]:
    """How many acknowledged rows are not there, and how many are there that nobody was told of."""
    there = _patiently(engine, lambda connection: set(connection.execute(SELECT).scalars()))
    return len(set(record.keys) - there), len(there - set(record.keys))


def _patiently(engine: Engine, work: Callable[[Connection], T]) -> T:
    """Do it, however busy the machine is. Raises Unavailable after TRIES."""
    for _ in range(TRIES):
        try:
            return database.run(engine, work, within_s=60.0)
        except Unavailable:
            time.sleep(1)
    return database.run(engine, work, within_s=60.0)
