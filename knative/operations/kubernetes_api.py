"""The few calls that a Job makes to the API server it runs under, as its own ServiceAccount.

Where the server is and who asks: kubernetes.io/docs/tasks/run-application/access-api-from-pod.
"""

import base64
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import urllib3

from shared.errors import StartError

SERVICE_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")
WITHIN_S = 10.0
TRIES = 5


class KubernetesApi:
    """Secrets of a namespace, read and made.

    Args:
        url: of the API server.
        token: of the ServiceAccount that asks.
        ca_file: what the server's certificate is held against; None only for a server without TLS, in a test.
    """

    def __init__(self, url: str, token: str, ca_file: Path | None) -> None:
        self._url = url.rstrip("/")
        self._headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
        self._pool = urllib3.PoolManager(
            ca_certs=str(ca_file) if ca_file else None,
            timeout=urllib3.Timeout(total=WITHIN_S),
            # A sidecar or a policy may be there a moment after the pod: what did not arrive is sent again.
            retries=urllib3.Retry(total=TRIES, allowed_methods=None, status_forcelist=[429, 502, 503, 504],
                                  backoff_factor=0.5, raise_on_status=False),
        )  # fmt: skip

    @classmethod
    def of_this_pod(cls, environment: Mapping[str, str], folder: Path = SERVICE_ACCOUNT) -> "KubernetesApi":
        """Raises StartError outside a pod, and in one that has no token."""
        host, port = environment.get("KUBERNETES_SERVICE_HOST"), environment.get("KUBERNETES_SERVICE_PORT", "443")
        try:
            token = (folder / "token").read_text(encoding="utf-8").strip()
        except OSError as error:
            host, reason = None, f"{folder / 'token'}: {error.strerror}"
        else:
            reason = "KUBERNETES_SERVICE_HOST is not set"
        if not host:
            hint = "run it in a pod whose ServiceAccount may make Secrets, as the chart's Job does"
            raise StartError(f"no API server to ask: {reason}", hint)
        address = f"[{host}]" if ":" in host else host
        return cls(f"https://{address}:{port}", token, folder / "ca.crt")

    def secret(self, namespace: str, name: str) -> dict[str, str] | None:
        """The values of a Secret, or None where there is none. Raises StartError."""
        status, answer = self._ask("GET", f"/api/v1/namespaces/{namespace}/secrets/{name}")
        if status == 404:
            return None
        if status != 200:
            raise _refusal(f"read Secret {name}", status, answer)
        data: dict[str, str] = answer.get("data") or {}
        return {key: base64.b64decode(value).decode() for key, value in data.items()}

    def make_secret(self, namespace: str, body: Mapping[str, object]) -> bool:
        """Make a Secret. False where one of its name is there already, which stays as it is. Raises StartError."""
        status, answer = self._ask("POST", f"/api/v1/namespaces/{namespace}/secrets", body)
        if status == 409:
            return False
        if status != 201:
            metadata = body["metadata"]
            assert isinstance(metadata, Mapping)
            raise _refusal(f"make Secret {metadata['name']}", status, answer)
        return True

    def _ask(self, method: str, path: str, body: Mapping[str, object] | None = None) -> tuple[int, dict[str, Any]]:
        try:
            answer = self._pool.request(
                method, self._url + path, headers=self._headers, body=json.dumps(body) if body is not None else None
            )
        except urllib3.exceptions.HTTPError as error:
            hint = "look whether a NetworkPolicy lets this pod out to it: isolation.apiServer.cidrs"
            raise StartError(f"the API server does not answer: {type(error).__name__}", hint) from error
        try:
            content = json.loads(answer.data)
        except ValueError:
            content = {}
        return answer.status, content if isinstance(content, dict) else {}


def _refusal(what: str, status: int, answer: Mapping[str, Any]) -> StartError:
    """The server's words; a Secret's content is never among them."""
    reason = str(answer.get("message") or "no reason given")
    return StartError(f"may not {what}: {status}, {reason}", "the Role beside the Job says what it may")
