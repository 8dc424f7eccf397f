"""Token buckets in Redis: so many at once, so many a second after that, counted over all instances.

The time is Redis's own (TIME, inside the script): the callers are many machines, and a bucket needs one clock.
Without Redis everything is allowed: a limit protects the shop, and is no reason to close it.
"""

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from redis.exceptions import RedisError

if TYPE_CHECKING:
    from redis import Redis

# One step for the server: read, fill up for the time gone by, take, write; nobody comes between.
# KEYS: bucket. ARGV: capacity, refill per second, cost. Gives: allowed, what is left, milliseconds until it suffices.
_TAKE = """
local time = redis.call('TIME')
local now_s = tonumber(time[1]) + tonumber(time[2]) / 1000000
local capacity, refill, cost = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local bucket = redis.call('HMGET', KEYS[1], 'left', 'at_s')
local left = tonumber(bucket[1]) or capacity
local gone_s = math.max(0, now_s - (tonumber(bucket[2]) or now_s))
left = math.min(capacity, left + gone_s * refill)
local allowed, wait_s = 0, 0
if left >= cost then
  allowed, left = 1, left - cost
else
  wait_s = (cost - left) / refill
end
redis.call('HSET', KEYS[1], 'left', string.format('%.6f', left), 'at_s', string.format('%.6f', now_s))
redis.call('PEXPIRE', KEYS[1], math.ceil((capacity - left) / refill * 1000) + 1000)
return {allowed, math.floor(left), math.ceil(wait_s * 1000)}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """Whether it was allowed, what is left now, and, if it was not, when it would be."""

    allowed: bool
    remaining: int
    retry_after_s: float


def take(redis: "Redis", key: str, capacity: int, refill_per_s: float, cost: int = 1) -> Taken:
    """Take from a bucket, which is full at first and again when it was left alone for long enough.

    Args:
        redis: where the buckets are.
        key: what is limited: `login:address:192.0.2.1`. It is kept as a digest only, for it names people.
        capacity: how many at once.
        refill_per_s: how many a second come back, more than 0.
        cost: how many this one takes, at most `capacity`.
    """
    assert 0 < cost <= capacity, f"a cost of {cost} never fits a bucket of {capacity}"
    try:
        allowed, remaining, wait_ms = redis.execute_command(  # type: ignore[no-untyped-call]
            "EVAL", _TAKE, 1, _bucket(key), capacity, refill_per_s, cost
        )
    except RedisError:
        return Taken(allowed=True, remaining=capacity, retry_after_s=0.0)
    return Taken(allowed=bool(allowed), remaining=int(remaining), retry_after_s=int(wait_ms) / 1000)


def forget(redis: "Redis", key: str) -> None:
    """Fill a bucket up: what was counted in it turned out well."""
    try:
        redis.delete(_bucket(key))
    except RedisError:  # then it fills up in its own time
        return


def _bucket(key: str) -> str:
    return f"limit:{hashlib.blake2b(key.encode(), digest_size=16).hexdigest()}"
