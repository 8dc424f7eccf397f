"""The storefront of this machine's stack: what is published, and with whose key, to its own origin."""

import hashlib
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from knative.local import secrets
from knative.local.home import Home
from knative.local.parts import origin

# Whatever of a person's own would lead elsewhere: to another account's buckets, or another CDN.
_FOREIGN = ("AWS_", "CDN_", "CLOUDFRONT_", "CLOUDFLARE_", "STOREFRONT_")


def release_folder(project: Path) -> Path:
    """The storefront as it is kept built, so that no Node is needed to have one."""
    return project / "frontend" / "release"


def digest(home: Home) -> str:
    """Of what would be published, and of what publishes it."""
    total = hashlib.sha256(home.code_digest("frontend/publishing").encode())
    folder = release_folder(home.project)
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        total.update(str(file.relative_to(folder)).encode())
        total.update(file.read_bytes())
    return total.hexdigest()


def publish(home: Home, words: Sequence[str], around: Mapping[str, str]) -> int:
    """Run `frontend.publish` against this stack's origin; gives the code that it ended with."""
    command = [sys.executable, "-m", "frontend.publish", *words]
    return subprocess.run(command, env=environment(home, around), check=False).returncode  # noqa: S603 - our own


def origin_folder(home: Home) -> Path:
    return home.root / "origin"


def environment(home: Home, around: Mapping[str, str]) -> dict[str, str]:
    """What `frontend.publish` needs to know, in the words of AWS's own tools."""
    identity, secret = secrets.origin_key(home)
    kept = {name: value for name, value in around.items() if not name.startswith(_FOREIGN)}
    return {
        **kept,
        "AWS_ENDPOINT_URL_S3": origin.endpoint(origin_folder(home)),
        "AWS_ACCESS_KEY_ID": identity,
        "AWS_SECRET_ACCESS_KEY": secret,
        "AWS_REGION": origin.REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": "/dev/null",
        "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
        "STOREFRONT_BUCKET": origin.BUCKET,
    }
