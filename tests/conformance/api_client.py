"""A client of any API server that a kubeconfig leads to: requests as they are, answers as they come."""

import json
import ssl
import tempfile
from base64 import b64decode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import urllib3
import yaml

MERGE = "application/merge-patch+json"
TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    code: int
    body: Any


class ApiClient:
    """Args:
    kubeconfig: with everything in it: the authority, and a token or a client's certificate.
    """

    def __init__(self, kubeconfig: Path) -> None:
        config = yaml.safe_load(kubeconfig.read_text(encoding="utf-8"))
        cluster, user = config["clusters"][0]["cluster"], config["users"][0]["user"]
        context = ssl.create_default_context(cadata=b64decode(cluster["certificate-authority-data"]).decode())
        self._headers: dict[str, str] = {}
        if "token" in user:
            self._headers["authorization"] = f"Bearer {user['token']}"
        else:
            with tempfile.NamedTemporaryFile() as pair:
                parts = (b64decode(user[f"client-{part}-data"]) for part in ("certificate", "key"))
                pair.write(b"\n".join(parts))
                pair.flush()
                context.load_cert_chain(pair.name)
        self._server = cluster["server"]
        self._pool = urllib3.PoolManager(ssl_context=context, retries=False, maxsize=4)

    def ask(
        self, method: str, path: str, body: object = None, *, content_type: str = "application/json",
        accept: str = "application/json", **query: str,
    ) -> Answer:  # fmt: skip
        """One request; a refusal is an answer."""
        headers = {**self._headers, "accept": accept, "user-agent": "recorder/1"}
        if body is not None:
            headers["content-type"] = content_type
        given = None if body is None else json.dumps(body).encode()
        answer = self._pool.request(method, self._url(path, query), body=given, headers=headers, timeout=60.0)
        return Answer(code=answer.status, body=json.loads(answer.data))

    def watch(self, path: str, seconds: int, **query: str) -> Iterator[Any]:
        """The events of a watch, until it ends."""
        asked = {"watch": "true", "timeoutSeconds": str(seconds), **query}
        answer = self._pool.request(
            "GET", self._url(path, asked), headers={**self._headers, "accept": "application/json"},
            preload_content=False, timeout=urllib3.Timeout(connect=10.0, read=seconds + 30.0),
        )  # fmt: skip
        rest = b""
        for piece in answer.stream(65536):
            *lines, rest = (rest + piece).split(b"\n")
            yield from (json.loads(line) for line in lines if line)
        answer.release_conn()

    def _url(self, path: str, query: Mapping[str, str]) -> str:
        return f"{self._server}{path}" + (f"?{urlencode(query)}" if query else "")
