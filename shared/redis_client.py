"""The way to Redis or Valkey: short timeouts, no retries, and no second question while it is away.

Redis is never needed to sell something, so nobody waits for it: a call that it does not answer in 150 ms
fails, and for a second after that each call fails at once, but for one that looks whether it is back. Callers
catch `redis.RedisError` and go on without. Where sentinels watch several servers, each new connection leads to the one
that they call the primary: see `sentinels`.
"""

import functools
from typing import Any, Protocol

from shared import sentinels
from shared.breakers import Breaker, BreakerOpen
from shared.redis_library import NoBackoff, Retry, redis

CONNECT_WITHIN_S = 0.1
ANSWER_WITHIN_S = 0.15
LOOK_AGAIN_AFTER_S = 1.0


class RedisSettings(Protocol):
    """What this module needs of `shared.settings.Settings`."""

    @property
    def redis_url(self) -> str: ...
    @property
    def concurrency(self) -> int: ...
    @property
    def service(self) -> str: ...


class PromptRedis(redis.Redis):
    """A client that gives up at the first failure, and stays so for LOOK_AGAIN_AFTER_S.

    Single commands and scripts only: a pipeline would go around the breaker.
    """

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**arguments)
        # In this process's memory: the state of "Redis is away" cannot be in Redis.
        self._away = Breaker(
            "redis", fail_max=1, reset_s=LOOK_AGAIN_AFTER_S,
            counts=lambda error: isinstance(error, (redis.ConnectionError, redis.TimeoutError)),
        )  # fmt: skip

    def execute_command(self, *args: Any, **options: Any) -> Any:
        command = super().execute_command
        try:
            return self._away.call(lambda: command(*args, **options))  # type: ignore[no-untyped-call]
        except BreakerOpen as error:
            raise redis.ConnectionError("Redis was away a moment ago, so it was not asked") from error
        except (redis.ConnectionError, redis.TimeoutError):
            # The others lead to the same server: each would cost its own timeout, and another second without.
            self.connection_pool.disconnect(inuse_connections=False)
            raise


def client(settings: RedisSettings) -> PromptRedis:
    """The client of this process, made at the first call; it connects at the first command."""
    return _client(settings.redis_url, settings.concurrency, settings.service)


@functools.cache
def _client(url: str, concurrency: int, service: str) -> PromptRedis:
    return make_client(url, pool_size=concurrency, name=service)


def make_client(url: str, *, pool_size: int, name: str) -> PromptRedis:
    """A client of its own.

    Args:
        url: REDIS_URL: redis://, rediss://, unix:// or redis+sentinel://.
        pool_size: as many connections as requests at once.
        name: what the server shows in its list of clients.

    Raises ValueError where the URL is none of these.
    """
    arguments: dict[str, Any] = {
        "max_connections": pool_size,
        "timeout": CONNECT_WITHIN_S,
        "socket_connect_timeout": CONNECT_WITHIN_S,
        "socket_timeout": ANSWER_WITHIN_S,
        "retry": Retry(NoBackoff(), 0),
        "client_name": name,
        # Each of these would be a question more at the start of a connection.
        "protocol": 2,
        "driver_info": None,
    }
    if not url.startswith(sentinels.SCHEME):
        return PromptRedis(connection_pool=redis.BlockingConnectionPool.from_url(url, **arguments))
    watched = sentinels.SentinelUrl.parse(url)
    pool = redis.BlockingConnectionPool(
        connection_class=sentinels.PrimaryConnection,
        sentinels=sentinels.Sentinels(watched),
        db=watched.database,
        password=watched.password,
        **arguments,
    )
    return PromptRedis(connection_pool=pool)
