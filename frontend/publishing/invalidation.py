"""What a CDN in front of the bucket must forget after a switch, behind one small interface.

Only what keeps its name is ever forgotten, a handful of paths; what has its hash in its name is right for good.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import boto3
import msgspec
import urllib3
from botocore.exceptions import BotoCoreError, ClientError

from shared.errors import SettingError, ZerocartError

_cloudflare = "https://api.cloudflare.com/client/v4"
_timeout_s = 30.0
# Cloudflare takes so many addresses a request, and so many requests a minute: it says when to come again.
_most_files = 100
_again = urllib3.Retry(
    total=2, allowed_methods=None, status_forcelist=(429, 502, 503, 504), backoff_factor=0.5, retry_after_max=60,
    raise_on_status=False,
)  # fmt: skip


class InvalidationError(ZerocartError):
    """The release serves from the bucket, and a CDN still has the old pages."""


class Invalidation(Protocol):
    """A CDN's memory."""

    def forget(self, paths: Sequence[str], *, switch: str) -> str:
        """Have it forget some paths; gives what was done, in words.

        Args:
            switch: names the switch that made them change: the same one again is the same request.
        """


class Nothing:
    """No CDN remembers: each page is asked for at the origin."""

    def forget(self, paths: Sequence[str], *, switch: str) -> str:  # noqa: ARG002
        return ""


class CloudFront:
    """Args: client: botocore's, which makes them at run time and so has no type for it; None: the environment's."""

    def __init__(self, distribution: str, client: Any = None) -> None:
        self._distribution, self._client = distribution, client

    def forget(self, paths: Sequence[str], *, switch: str) -> str:
        batch = {"Paths": {"Quantity": len(paths), "Items": list(paths)}, "CallerReference": switch}
        try:
            client = self._client or boto3.session.Session().client("cloudfront")
            answer = client.create_invalidation(DistributionId=self._distribution, InvalidationBatch=batch)
        except (ClientError, BotoCoreError) as error:
            raise InvalidationError(
                f"CloudFront {self._distribution}: the release is published, but old pages are not forgotten: {error}",
                "`--invalidate` asks again; it must be there, and the key allowed cloudfront:CreateInvalidation",
            ) from error
        return f"CloudFront forgets {len(paths)} paths ({answer['Invalidation']['Id']})"


class _Error(msgspec.Struct, frozen=True, kw_only=True):
    code: int | None = None
    message: str = ""


class _Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """What every answer of Cloudflare's API is."""

    success: bool = False
    errors: list[_Error] = []


class Cloudflare:
    """Args: site: where the storefront is to people, as https://shop.example."""

    def __init__(self, zone: str, token: str, site: str, api: str = _cloudflare) -> None:
        self._zone, self._token, self._site, self._api = zone, token, site.rstrip("/"), api

    def forget(self, paths: Sequence[str], *, switch: str) -> str:  # noqa: ARG002 - asked twice, it forgets twice
        with urllib3.PoolManager(timeout=_timeout_s, retries=_again) as pool:
            for first in range(0, len(paths), _most_files):
                files = [self._site + path for path in paths[first : first + _most_files]]
                if problem := self._purge(pool, files):
                    raise InvalidationError(
                        f"Cloudflare zone {self._zone}: the release is published, but old pages are not forgotten: "
                        f"{problem}",
                        "`--invalidate` asks again; the zone must be the site's, and the token allowed Cache Purge",
                    )
        return f"Cloudflare forgets {len(paths)} files"

    def _purge(self, pool: urllib3.PoolManager, files: list[str]) -> str:
        """Gives what went wrong, or nothing."""
        try:
            answer = pool.request(
                "POST", f"{self._api}/zones/{self._zone}/purge_cache", json={"files": files},
                headers={"Authorization": f"Bearer {self._token}"},
            )  # fmt: skip
            told = msgspec.json.decode(answer.data, type=_Envelope)
        except urllib3.exceptions.HTTPError as error:
            return str(error)
        except msgspec.DecodeError:
            return f"it answered {answer.status}, with nothing of its own"
        if answer.status == 200 and told.success:
            return ""
        return ", ".join([f"it answered {answer.status}", *(f"{each.message} ({each.code})" for each in told.errors)])


def from_environment(environment: Mapping[str, str]) -> Invalidation:
    """The CDN that the environment names, or none. Raises SettingError where one is named by half."""
    if distribution := environment.get("CLOUDFRONT_DISTRIBUTION_ID"):
        return CloudFront(distribution)
    if zone := environment.get("CLOUDFLARE_ZONE_ID"):
        for name in ("CLOUDFLARE_API_TOKEN", "STOREFRONT_URL"):
            if not environment.get(name):
                raise SettingError(name, None, "must be set beside CLOUDFLARE_ZONE_ID")
        return Cloudflare(zone, environment["CLOUDFLARE_API_TOKEN"], environment["STOREFRONT_URL"])
    return Nothing()
