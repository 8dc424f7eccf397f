"""A read-through cache: bytes in, bytes out, one refill at a time, and something to show while the database is away.

A value is fresh for a time, and kept for longer. Once it is no longer fresh, the first request that asks, of all
processes', loads it anew; the others are served the old one meanwhile. When loading fails because the database is
away, the old one is served for as long as it is kept. Without Redis each process loads for itself, and its own last
copies are what it can show.
"""

import secrets
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from shared.breakers import Breaker
from shared.errors import Unavailable
from shared.redis_library import Redis, RedisError
from shared.stale_copies import Copy, StaleCopies

REFILL_WITHIN_S = 3.0  # more than a transaction's budget: then whoever refilled is taken for dead
PAUSE_AFTER_FAILURE_S = 1.0  # for how long nobody tries to refill after a refill that failed
WAIT_S = 0.5  # how long a request without anything to show waits for another's refill
LOOK_EVERY_S = 0.01

_LOADED_S = struct.Struct("!d")  # before each value: when it was loaded

# KEYS: lock. ARGV: our token, milliseconds to hold it on. Only the holder ends or shortens a lock.
_END_LOCK = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
if tonumber(ARGV[2]) > 0 then return redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return redis.call('DEL', KEYS[1])
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheAnswer:
    """A value, for how long it has been known, and whether it is past its freshness."""

    value: bytes
    age_s: float
    stale: bool


class Cache:
    """One cache of one process; make it once.

    Args:
        redis: where values and locks are shared; its errors are survived.
        breaker: guards the loading, so that a database that is away is not asked, and waited for, each time.
        clock: seconds since the epoch, the same in every process.
    """

    def __init__(self, redis: Redis, breaker: Breaker, *, clock: Callable[[], float] = time.time) -> None:
        self._redis = redis
        self._breaker = breaker
        self._clock = clock
        self._copies = StaleCopies()
        self._loading: set[str] = set()
        self._loading_lock = threading.Lock()

    def read_through(self, key: str, fresh_s: float, stale_s: float, load: Callable[[], bytes]) -> CacheAnswer:
        """The value of a key: from the cache, or loaded and kept there.

        Args:
            key: names the value and the form it is kept in; another form needs another key.
            fresh_s: for how long it is served without a question.
            stale_s: for how long beyond that it may be served when it cannot be loaded.
            load: makes the value from the truth. Its errors come through, but for Unavailable when there is an old
                value to serve.

        Raises:
            Unavailable: it cannot be loaded, and there is nothing to serve instead.
        """
        kept_s = fresh_s + stale_s
        known = self._get(key, kept_s)
        if known is not None and self._age_s(known) <= fresh_s:
            return self._answer(known, fresh_s)
        try:
            with self._refill(key) as ours:
                if not ours:
                    known = known or self._wait_for(key, kept_s)
                    if known is not None:
                        return self._answer(known, fresh_s)
                # Another's refill may have ended between our look and our turn.
                elif (newer := self._get(key, kept_s)) is not None and self._age_s(newer) <= fresh_s:
                    return self._answer(newer, fresh_s)
                loaded = Copy(value=self._breaker.call(load), loaded_s=self._clock())
                self._put(key, loaded, kept_s)
        except Unavailable:
            known = known or self._own_copy(key, kept_s)
            if known is None:
                raise
            return self._answer(known, fresh_s)
        return self._answer(loaded, fresh_s)

    def forget(self, key: str) -> None:
        """Have the next request load the value: the truth has changed. Other processes' own copies stay."""
        self._copies.remove(key)
        try:
            self._redis.delete(_value_key(key))
        except RedisError:  # then it grows old in its own time
            return

    def _answer(self, copy: Copy, fresh_s: float) -> CacheAnswer:
        age_s = self._age_s(copy)
        return CacheAnswer(value=copy.value, age_s=age_s, stale=age_s > fresh_s)

    def _age_s(self, copy: Copy) -> float:
        return max(0.0, self._clock() - copy.loaded_s)

    def _get(self, key: str, kept_s: float) -> Copy | None:
        """The newest copy there is, Redis's or, without Redis, our own."""
        try:
            packed = self._redis.get(_value_key(key))
        except RedisError:
            return self._own_copy(key, kept_s)
        if not isinstance(packed, bytes):
            return None
        copy = Copy(value=packed[_LOADED_S.size :], loaded_s=_LOADED_S.unpack_from(packed)[0])
        self._copies.put(key, copy)
        return copy

    def _own_copy(self, key: str, kept_s: float) -> Copy | None:
        copy = self._copies.get(key)
        return copy if copy is not None and self._age_s(copy) <= kept_s else None

    def _put(self, key: str, copy: Copy, kept_s: float) -> None:
        self._copies.put(key, copy)
        try:
            self._redis.set(_value_key(key), _LOADED_S.pack(copy.loaded_s) + copy.value, px=int(kept_s * 1000))
        except RedisError:  # the next request loads it again
            return

    def _wait_for(self, key: str, kept_s: float) -> Copy | None:
        """What another's refill brings, or None where that takes too long."""
        deadline_s = time.monotonic() + WAIT_S
        while time.monotonic() < deadline_s:
            time.sleep(LOOK_EVERY_S)
            if (copy := self._get(key, kept_s)) is not None:
                return copy
        return None

    @contextmanager
    def _refill(self, key: str) -> Iterator[bool]:
        """Whether the refill of this key is ours: one thread's of this process, one process's of all."""
        with self._loading_lock:
            first_here = key not in self._loading
            self._loading.add(key)
        if not first_here:
            yield False
            return
        try:
            with self._lock(key) as first_of_all:
                yield first_of_all
        finally:
            with self._loading_lock:
                self._loading.discard(key)

    @contextmanager
    def _lock(self, key: str) -> Iterator[bool]:
        lock, token = f"cache:{{{key}}}:refill", secrets.token_hex(8)
        try:
            ours = bool(self._redis.set(lock, token, nx=True, px=int(REFILL_WITHIN_S * 1000)))
        except RedisError:  # nobody can be asked, so nobody is waited for
            yield True
            return
        hold_s = 0.0
        try:
            yield ours
        except Unavailable:
            hold_s = PAUSE_AFTER_FAILURE_S
            raise
        finally:
            if ours:
                self._end_lock(lock, token, hold_s)

    def _end_lock(self, lock: str, token: str, hold_s: float) -> None:
        try:
            self._redis.execute_command("EVAL", _END_LOCK, 1, lock, token, int(hold_s * 1000))
        except RedisError:  # it ends by itself after REFILL_WITHIN_S
            return


def _value_key(key: str) -> str:
    return f"cache:{{{key}}}:value"
