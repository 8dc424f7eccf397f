"""Token buckets in Redis: so many at once, so many a second after that, counted over all instances.

An endpoint declares its limits, and whom each counts; the handler takes from the buckets before the function is called,
and tells every answer's client how it stands (RateLimit-Policy and RateLimit, draft-ietf-httpapi-ratelimit-headers).

The time is Redis's own (TIME, inside the script): the callers are many machines, and a bucket needs one clock.
Without Redis everything is allowed, and nothing is told: a limit protects the shop, and is no reason to close it.
"""

import hashlib
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from shared import redis_client, settings
from shared.calls import Call
from shared.errors import TooManyRequests
from shared.redis_library import RedisError

if TYPE_CHECKING:
    from redis import Redis

# One step for the server: read, fill up for the time gone by, take, write; nobody comes between.
# KEYS: bucket. ARGV: capacity, refill per second, cost.
# Gives: allowed, what is left, milliseconds until it suffices or, where it was allowed, until there is one more.
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
  wait_s = (math.floor(left) + 1 - left) / refill
else
  wait_s = (cost - left) / refill
end
redis.call('HSET', KEYS[1], 'left', string.format('%.6f', left), 'at_s', string.format('%.6f', now_s))
redis.call('PEXPIRE', KEYS[1], math.ceil((capacity - left) / refill * 1000) + 1000)
return {allowed, math.floor(left), math.ceil(wait_s * 1000)}
"""
_NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """How often one of them may ask.

    Args:
        name: what the client is told of it, and the buckets' own: letters, digits and dashes.
        at_once: how many at once, after a while without any.
        per_s: how many a second come back, more than 0.
        whom: who is counted, of a call: an address, an account.
    """

    name: str
    at_once: int
    per_s: float
    whom: Callable[[Call[Any, Any]], str]

    @property
    def policy(self) -> str:
        """As RateLimit-Policy says it: so many in the seconds in which an empty bucket fills up."""
        return f'"{self.name}";q={self.at_once};w={math.ceil(self.at_once / self.per_s)}'

    def key(self, whom: str) -> str:
        return f"{self.name}:{whom}"


def by_address(call: Call[Any, Any]) -> str:
    """The client's address: where nobody has said who they are."""
    return call.client_address


def by_account(call: Call[Any, Any]) -> str:
    """The account that a token proves: one person, from wherever."""
    assert call.identity is not None, "the endpoint asks for a token"
    return call.identity.subject


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """Whether it was allowed, what is left now, and when there is more: of a refused one, enough for it.

    `counted` is False where Redis is away, and nobody knows what is left.
    """

    allowed: bool
    remaining: int
    more_after_s: float
    counted: bool = True


class Ruling(NamedTuple):
    """What the limits of an endpoint say of one call: headers for its answer, and the refusal where one is used up."""

    headers: Mapping[str, str]
    refusal: TooManyRequests | None


def rule(limits: Sequence[Limit], call: Call[Any, Any]) -> Ruling:
    """Take one from each limit's bucket; the first that is used up refuses, and those behind it are left alone."""
    redis = redis_client.client(settings.current())
    taken: list[tuple[Limit, Taken]] = []
    for limit in limits:
        one = take(redis, limit.key(limit.whom(call)), limit.at_once, limit.per_s)
        if one.counted:
            taken.append((limit, one))
        if not one.allowed:
            return Ruling(headers(taken), TooManyRequests(retry_after_s=one.more_after_s))
    return Ruling(headers(taken), None)


def headers(taken: Sequence[tuple[Limit, Taken]]) -> Mapping[str, str]:
    """RateLimit-Policy and RateLimit: `r` are left, and in `t` seconds there is one more."""
    if not taken:
        return _NOTHING
    state = (f'"{limit.name}";r={one.remaining};t={math.ceil(one.more_after_s)}' for limit, one in taken)
    return {"RateLimit-Policy": ", ".join(limit.policy for limit, _ in taken), "RateLimit": ", ".join(state)}


def take(redis: "Redis", key: str, capacity: int, refill_per_s: float, cost: int = 1) -> Taken:
    """Take from a bucket, which is full at first and again when it was left alone for long enough.

    Args:
        redis: where the buckets are.
        key: what is limited: `login-address:192.0.2.1`. It is kept as a digest only, for it names people.
        capacity: how many at once.
        refill_per_s: how many a second come back, more than 0.
        cost: how many this one takes, at most `capacity`.
    """
    assert 0 < cost <= capacity, f"a cost of {cost} never fits a bucket of {capacity}"
    try:
        allowed, remaining, wait_ms = redis.execute_command(
            "EVAL", _TAKE, 1, _bucket(key), capacity, refill_per_s, cost
        )
    except RedisError:
        return Taken(allowed=True, remaining=capacity, more_after_s=0.0, counted=False)
    return Taken(allowed=bool(allowed), remaining=int(remaining), more_after_s=int(wait_ms) / 1000)


def forget(redis: "Redis", key: str) -> None:
    """Fill a bucket up: what was counted in it turned out well."""
    try:
        redis.delete(_bucket(key))
    except RedisError:  # then it fills up in its own time
        return


def _bucket(key: str) -> str:
    return f"limit:{hashlib.blake2b(key.encode(), digest_size=16).hexdigest()}"
