"""The way to a Valkey that sentinels watch: who the primary is, is asked at each new connection.

    redis+sentinel://:password@valkey-0:26379,valkey-1:26379,valkey-2:26379/mymaster/0

Connections are kept, so the question is rare; a failover ends them (a sentinel closes those of the server that it makes
a replica, a killed server's close themselves), and the next ones lead to the new primary. Nothing is remembered that
could be wrong, but which sentinel answered last.
"""

import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from shared.redis_library import NoBackoff, Retry, redis

SCHEME = "redis+sentinel://"
PORT = 26379
FIND_WITHIN_S = 0.1  # for all of them together
ONE_MAY_TAKE = 0.5  # of the time that is left, where others can still be asked


@dataclass(frozen=True, slots=True, kw_only=True)
class SentinelUrl:
    """What a URL says: whom to ask, for what, and the password of the sentinels as of the servers."""

    sentinels: tuple[tuple[str, int], ...]
    primary: str
    database: int = 0
    password: str | None = field(default=None, repr=False)

    @classmethod
    def parse(cls, url: str) -> "SentinelUrl":
        """Read a URL of this module's scheme. Raises ValueError, with what it must be and without the password."""
        authority, _, path = url.removeprefix(SCHEME).partition("/")
        user, _, addresses = authority.rpartition("@")
        primary, _, database = path.partition("/")
        name, _, password = user.partition(":")
        sentinels = tuple(_address(part) for part in addresses.split(","))
        if not url.startswith(SCHEME) or name or not primary or not (database or "0").isdecimal():
            raise _wrong()
        return cls(
            sentinels=sentinels,
            primary=unquote(primary),
            database=int(database or 0),
            password=unquote(password) or None,
        )


class Sentinels:
    """Those who know the primary.

    Args:
        url: whom to ask, and for what.
        within_s: for an answer, of whichever of them.
    """

    def __init__(self, url: SentinelUrl, within_s: float = FIND_WITHIN_S) -> None:
        self._url = url
        self._within_s = within_s
        self._order = url.sentinels  # who answered last stands first

    def primary(self) -> tuple[str, int]:
        """Where the primary is, as the first sentinel says that answers. Raises redis.ConnectionError."""
        deadline_s = time.monotonic() + self._within_s
        for sentinel in self._order:
            left_s = deadline_s - time.monotonic()
            if left_s <= 0:
                break
            last = sentinel == self._order[-1]
            try:
                found = self._ask(sentinel, left_s if last else left_s * ONE_MAY_TAKE)
            except (redis.ConnectionError, redis.TimeoutError):
                continue
            if found:
                self._order = (sentinel, *(other for other in self._order if other != sentinel))
                host, port = found
                return host.decode(), int(port)
        raise redis.ConnectionError(f"no sentinel said within {self._within_s} s where {self._url.primary} is")

    def _ask(self, sentinel: tuple[str, int], within_s: float) -> tuple[bytes, bytes] | None:
        host, port = sentinel
        connection = redis.Connection(
            host=host, port=port, password=self._url.password, socket_connect_timeout=within_s, socket_timeout=within_s,
            retry=Retry(NoBackoff(), 0), protocol=2, driver_info=None,
        )  # fmt: skip
        try:
            connection.connect()
            connection.send_command("SENTINEL", "GET-MASTER-ADDR-BY-NAME", self._url.primary)
            answer: tuple[bytes, bytes] | None = connection.read_response()
            return answer
        finally:
            connection.disconnect()


class PrimaryConnection(redis.Connection):
    """A connection to the server that was the primary when it was made, and to none that is a replica by now."""

    def __init__(self, *, sentinels: Sentinels, **arguments: Any) -> None:
        super().__init__(**arguments)  # type: ignore[no-untyped-call]
        self._sentinels = sentinels

    def _connect(self) -> Any:
        self.host, self.port = self._sentinels.primary()
        return super()._connect()  # type: ignore[no-untyped-call]

    def read_response(self, *arguments: Any, **options: Any) -> Any:
        try:
            return super().read_response(*arguments, **options)
        except redis.ReadOnlyError as error:
            self.disconnect()  # type: ignore[no-untyped-call]
            raise redis.ConnectionError(f"{self.host}:{self.port} is a replica now") from error


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.partition(":")
    if not host or not (port or "0").isdecimal():
        raise _wrong()
    return unquote(host), int(port or PORT)


def _wrong() -> ValueError:
    return ValueError(f"it must be {SCHEME}:password@host:port,host:port/name-of-the-primary/0")
