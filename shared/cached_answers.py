"""Answers that are kept in the cache whole: JSON bytes with their ETag in front, so a hit encodes nothing.

The ETag is weak: the front door compresses, and a strong one would then name other bytes than those sent.
"""

import functools
import hashlib
import math
from collections.abc import Callable

import msgspec
from sqlalchemy import Connection

from shared import database, redis_client, settings
from shared.breakers import Breaker
from shared.cache import Cache, CacheAnswer
from shared.endpoint import Answer
from shared.errors import Unavailable
from shared.settings import Settings


def read(key: str, make: Callable[[Connection], msgspec.Struct], *, fresh_s: float, stale_s: float) -> CacheAnswer:
    """The packed answer of a key, from the cache or made in a transaction.

    Args:
        key: all that the answer depends on.
        make: reads the answer from the database. What it raises comes through.
        fresh_s: for how long an answer is given without looking.
        stale_s: for how long beyond that, while the database is away.
    """
    current = settings.current()

    def load() -> bytes:
        return pack(database.run(database.engine(current), make))

    return _cache(current).read_through(key, fresh_s, stale_s, load)


def pack(content: msgspec.Struct) -> bytes:
    """What is kept for an answer: its ETag, a line feed, its JSON."""
    body = msgspec.json.encode(content)
    return f'W/"{hashlib.blake2b(body, digest_size=12).hexdigest()}"\n'.encode() + body


def unpack(cached: CacheAnswer, *, if_none_match: str | None, fresh_s: float) -> Answer:
    """The answer to send: 200, or 304 where the client has it already. An old one says so.

    Args:
        cached: what `read` gave.
        if_none_match: the header of the request.
        fresh_s: for how long a browser or CDN may use it without asking.
    """
    etag, _, body = cached.value.partition(b"\n")
    headers = {"ETag": etag.decode(), "Cache-Control": f"public, max-age={math.floor(fresh_s)}"}
    if cached.stale:
        headers |= {"Age": str(math.floor(cached.age_s)), "Warning": '110 - "Response is Stale"'}
    if if_none_match is not None and _matches(if_none_match, headers["ETag"]):
        return Answer(None, status=304, headers=headers)
    return Answer(body, headers=headers, content_type="application/json")


def _matches(if_none_match: str, etag: str) -> bool:
    """Weak comparison with any of a list, or `*` (RFC 9110, 13.1.2)."""
    opaque = etag.removeprefix("W/")
    return any(given.strip().removeprefix("W/") in {opaque, "*"} for given in if_none_match.split(","))


@functools.cache
def _cache(current: Settings) -> Cache:
    redis = redis_client.client(current)
    # A product that does not exist is no sign that the database is away.
    return Cache(redis, Breaker("postgres", redis, counts=lambda error: isinstance(error, Unavailable)))
