"""What a CDN in front of the bucket must forget after a switch, behind one small interface.

Only what keeps its name is ever forgotten, a handful of paths; what has its hash in its name is right for good.
"""

import json
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import boto3
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
    def __init__(self, distribution: str) -> None:
        self._distribution = distribution

    def forget(self, paths: Sequence[str], *, switch: str) -> str:
        # botocore makes its clients at run time, so it has no types of its own.
        client: Any = boto3.session.Session().client("cloudfront")
        batch = {"Paths": {"Quantity": len(paths), "Items": list(paths)}, "CallerReference": switch}
        try:
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
        body = json.dumps({"files": [self._site + path for path in paths]}).encode()
        request = urllib.request.Request(  # noqa: S310 - the address is ours
            f"{self._api}/zones/{self._zone}/purge_cache", data=body, method="POST",
            headers={"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"},
        )  # fmt: skip
        try:
            with urllib.request.urlopen(request, timeout=_timeout_s) as answer:  # noqa: S310
                json.load(answer)
        except (urllib.error.URLError, TimeoutError, ValueError) as error:
            raise InvalidationError(
                f"Cloudflare zone {self._zone}: the release is published, but old pages are not forgotten: {error}",
                "`--invalidate` asks again; the token must be allowed Cache Purge",
            ) from error
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
