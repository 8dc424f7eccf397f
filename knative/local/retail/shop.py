"""The shop's front door over HTTP, as a replay uses it: a bounded pool of connections to loopback."""

from collections.abc import Mapping
from urllib.parse import urlsplit

import urllib3
from urllib3.exceptions import HTTPError
from urllib3.exceptions import TimeoutError as NoAnswerInTime

from knative.local.retail.answers import NoReply, Reply
from shared.errors import ZerocartError

_CONNECT_WITHIN_S = 2.0
_ANSWER_WITHIN_S = 15.0
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class Shop:
    """A client for one front door.

    Args:
        base_url: for example http://localhost:8080.
        connection_count: the most connections at once.
    """

    def __init__(self, base_url: str, connection_count: int) -> None:
        parts = urlsplit(base_url)
        host = parts.hostname or ""
        if parts.scheme != "http" or not (host in _LOOPBACK or host.endswith(".localhost")):
            raise ZerocartError(
                f"the front door is {base_url}, it must be http:// on this machine",
                "a replay registers accounts and buys goods: it is for a shop of your own",
            )
        self._pool = urllib3.HTTPConnectionPool(
            "127.0.0.1" if host != "::1" else host,
            parts.port or 80,
            maxsize=connection_count,
            block=True,
            retries=False,
            timeout=urllib3.Timeout(connect=_CONNECT_WITHIN_S, read=_ANSWER_WITHIN_S),
            headers={"Host": parts.netloc, "User-Agent": "zerocart-replay"},
        )

    def post(self, path: str, body: bytes, headers: Mapping[str, str] | None = None) -> Reply | NoReply:
        """Send JSON once; give the answer, or the reason why there is none."""
        everything = {**(self._pool.headers or {}), "Content-Type": "application/json", **(headers or {})}
        try:
            response = self._pool.urlopen("POST", path, body=body, headers=everything, redirect=False)
        except NoAnswerInTime:
            return NoReply("timeout")
        except (HTTPError, OSError):
            return NoReply("connection")
        return Reply(
            status=response.status, body=response.data, retry_after_s=_seconds(response.headers.get("Retry-After"))
        )

    def close(self) -> None:
        """Close the connections."""
        self._pool.close()


def _seconds(retry_after: str | None) -> float | None:
    # The other form of the header, a date, is not one that our shop sends.
    return float(retry_after) if retry_after and retry_after.isdigit() else None
