"""The file that tells `kubectl` and `kn` where the API is and lets them in: for its owner's eyes only."""

import base64
import secrets
from pathlib import Path

import yaml

from knative.local.processes import write_atomically

NAME = "zerocart"


def token(folder: Path) -> str:
    """The token that opens the API, the same at every start."""
    path = folder / "api-token"
    if not path.exists():
        write_atomically(path, secrets.token_urlsafe(32).encode(), mode=0o600)
    return path.read_text(encoding="ascii").strip()


def write(path: Path, *, address: str, certificate: bytes, token: str, namespace: str) -> None:
    """Write the file, unless it says just that."""
    content = yaml.safe_dump(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": NAME,
            "clusters": [
                {
                    "name": NAME,
                    "cluster": {
                        "server": address,
                        "certificate-authority-data": base64.b64encode(certificate).decode(),
                    },
                }
            ],
            "users": [{"name": NAME, "user": {"token": token}}],
            "contexts": [{"name": NAME, "context": {"cluster": NAME, "user": NAME, "namespace": namespace}}],
        },
        sort_keys=False,
    ).encode()
    if not path.exists() or path.read_bytes() != content:
        write_atomically(path, content, mode=0o600)
