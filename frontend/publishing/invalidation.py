"""What a CDN in front of the bucket must forget after a switch, behind one small interface.

Only what keeps its name is ever forgotten, a handful of paths; what has its hash in its name is right for good.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import boto3
import urllib3
from botocore.exceptions import BotoCoreError, ClientError

from shared.errors import SettingError, ZerocartError

_cloudflare = "https://api.cloudflare.com/client/v4"
_timeout_s = 30.0


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
                "`--invalidate` asks again; the key must be allowed cloudfront:CreateInvalidation",
            ) from error
        return f"CloudFront forgets {len(paths)} paths ({answer['Invalidation']['Id']})"


class Cloudflare:
    """Args: site: where the storefront is to people, as https://shop.example."""

    def __init__(self, zone: str, token: str, site: str, api: str = _cloudflare) -> None:
        self._zone, self._token, self._site, self._api = zone, token, site.rstrip("/"), api

    def forget(self, paths: Sequence[str], *, switch: str) -> str:  # noqa: ARG002 - asked twice, it forgets twice
        files = [self._site + path for path in paths]
        with urllib3.PoolManager(timeout=_timeout_s, retries=False) as pool:
            try:
                answer = pool.request(
                    "POST", f"{self._api}/zones/{self._zone}/purge_cache", json={"files": files},
                    headers={"Authorization": f"Bearer {self._token}"},
                )  # fmt: skip
                problem = "" if answer.status == 200 else f"it answered {answer.status}"
            except urllib3.exceptions.HTTPError as error:
                problem = str(error)
        if problem:
            raise InvalidationError(
                f"Cloudflare zone {self._zone}: the release is published, but old pages are not forgotten: {problem}",
                "`--invalidate` asks again; the token must be allowed Cache Purge",
            )
        return f"Cloudflare forgets {len(paths)} files"


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
