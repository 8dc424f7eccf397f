"""Whether a session was ended: known in every process within a second, and asked of nobody on the way.

The truth is a short table in Postgres (`sessions.revoked`). A process has a copy of the whole of it, so that a token
seen for the first time costs nothing either. A copy older than FRESH_S is renewed in the background: from Redis, where
whoever read Postgres last has left it with its time, or else from Postgres. So a Redis that was flushed, or is away,
makes for more questions and never for another answer. No request is judged by a copy older than USED_S; where the
first one after a rest comes too early for that, it waits.

With Postgres away the last copy stays in use, for nobody can end a session meanwhile: who was refused stays refused,
nobody else is. See docs/decisions/0013.
"""

import functools
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from shared import database, redis_client, sessions
from shared.errors import Unavailable
from shared.redis_library import RedisError
from shared.settings import Settings

if TYPE_CHECKING:
    from redis import Redis

FRESH_S = 0.25
USED_S = 0.6  # leaves the time for Redis's timeout between the two; whoever ends a session waits so long (`settle`)
READ_WITHIN_S = 1.0  # after which Postgres is taken for away
WAIT_S = 0.5  # how long a request waits for a copy, in the first place
WAIT_WHILE_AWAY_S = 0.1  # and how long after reading has failed; a function's own transaction still has 1.8 s of 2
PAUSE_S = 0.25  # after a failure, without another try
AWAY_S = 5.0  # for how long a failure says something about now

_KEY = "revoked-sessions"


class Copy(msgspec.Struct, frozen=True, kw_only=True):
    """The sessions that were ended, as Postgres had them at a time (seconds since the epoch)."""

    ids: frozenset[str]
    as_of_s: float


class Revocations:
    """What one process knows; safe for threads.

    Args:
        load: reads the truth. Raises Unavailable.
        redis: where copies are shared; its errors are survived, None does without.
        clock: seconds since the epoch, the same in every process.
    """

    def __init__(
        self, load: Callable[[], frozenset[str]], redis: "Redis | None", *, clock: Callable[[], float] = time.time
    ) -> None:
        self._load = load
        self._redis = redis
        self._clock = clock
        self._copy = Copy(ids=frozenset(), as_of_s=0.0)
        self._lock = threading.Lock()
        self._reading: threading.Event | None = None
        self._failed_at_s: float | None = None  # on the monotonic clock; None after a success

    def revoked(self, session_id: str) -> bool:
        """Whether the session was ended, as of USED_S ago at most, or of when Postgres went away.

        Raises:
            Unavailable: Postgres takes longer than WAIT_S to tell, and is not known to be away.
        """
        copy = self._copy
        if not self._younger(copy, FRESH_S):
            reading = self._renew()
            if not self._younger(copy, USED_S):
                copy = self._awaited(reading)
        return session_id in copy.ids

    def _younger(self, copy: Copy, than_s: float) -> bool:
        return 0 <= self._clock() - copy.as_of_s < than_s  # a clock that was set back makes a copy old

    def _failed_within(self, s: float) -> bool:
        failed_at_s = self._failed_at_s
        return failed_at_s is not None and time.monotonic() - failed_at_s < s

    def _awaited(self, reading: threading.Event | None) -> Copy:
        if reading is not None:
            reading.wait(WAIT_WHILE_AWAY_S if self._failed_within(AWAY_S) else WAIT_S)
        if not self._failed_within(AWAY_S) and not self._younger(self._copy, USED_S):
            raise Unavailable("Whether the access token still counts cannot be told for now; try again")
        return self._copy

    def _renew(self) -> threading.Event | None:
        """What is set when the reading under way has ended; None right after one that failed."""
        with self._lock:
            if self._reading is not None:
                return self._reading
            if self._failed_within(PAUSE_S):
                return None
            if self._younger(self._copy, FRESH_S):  # read while we waited for the lock
                return None
            self._reading = reading = threading.Event()
        threading.Thread(target=self._read, args=(reading,), name="read revoked sessions", daemon=True).start()
        return reading

    def _read(self, reading: threading.Event) -> None:
        try:
            shared = self._shared()
            if shared is not None and shared.as_of_s > self._copy.as_of_s:
                self._copy = shared
            if not self._younger(self._copy, FRESH_S):
                as_of_s = self._clock()
                self._copy = Copy(ids=self._load(), as_of_s=as_of_s)
                self._share(self._copy)
            self._failed_at_s = None
        except Unavailable:
            self._failed_at_s = time.monotonic()
        finally:
            with self._lock:
                self._reading = None
            reading.set()

    def _shared(self) -> Copy | None:
        if self._redis is None:
            return None
        try:
            packed = self._redis.get(_KEY)
            copy = msgspec.msgpack.decode(packed, type=Copy) if isinstance(packed, bytes) else None
        except (RedisError, msgspec.DecodeError):
            return None
        return copy if copy is None or copy.as_of_s <= self._clock() else None

    def _share(self, copy: Copy) -> None:
        if self._redis is None:
            return
        try:
            # Kept for as long as it can matter to a process that starts while Postgres is away.
            self._redis.set(_KEY, msgspec.msgpack.encode(copy), ex=int(sessions.REMEMBERED_S))
        except RedisError:  # the others ask Postgres themselves
            return


@functools.cache
def of(settings: Settings) -> Revocations:
    """The one of this process, made at the first call. A function that takes tokens must have DATABASE_URL."""
    engine = database.engine(settings)
    redis = redis_client.client(settings) if settings.given_redis_url else None
    return Revocations(lambda: database.run(engine, sessions.revoked, within_s=READ_WITHIN_S), redis)


def settle() -> None:
    """Wait until no process judges by a copy from before now: what was revoked is then refused everywhere."""
    time.sleep(USED_S)
