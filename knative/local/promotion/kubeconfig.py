"""What a kubeconfig says of its current context: where the API server is, whom to trust, and as whom to come.

The stack writes one like it; a cluster's may name a program that makes the token, as those of clouds do.
"""

import base64
import json
import os
import ssl
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from knative.local.objects.json_values import Json, Object, items, mapping, plain, text
from shared.errors import StartError

_HINT = "`kubectl config view` shows what your clients see"


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """One way into one cluster. `user` is its entry in the file."""

    server: str
    namespace: str
    cluster: Object
    user: Object
    folder: Path


def read(path: Path) -> Access:
    """The current context of a file. Raises StartError where it has none."""
    try:
        document = plain(yaml.safe_load(path.read_bytes()))
    except FileNotFoundError:
        raise StartError(
            f"{path} is not there", "`make up` writes the stack's own; --kubeconfig names another"
        ) from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise StartError(f"{path} is no kubeconfig: {error}", _HINT) from None
    context = _named(document, "contexts", text(document, "current-context"), "context")
    cluster = _named(document, "clusters", text(context, "cluster"), "cluster")
    server = text(cluster, "server")
    if not server.startswith("https://"):
        raise StartError(f"{path}: its current context leads to {server or 'no server'}, it must be https://", _HINT)
    return Access(
        server=server,
        namespace=text(context, "namespace"),
        cluster=cluster,
        user=_named(document, "users", text(context, "user"), "user"),
        folder=path.absolute().parent,
    )


def trust(access: Access) -> ssl.SSLContext:
    """Whom to trust, with the client's certificate if it has one. Raises OSError, and StartError where it is none."""
    authority = _content(access.cluster, "certificate-authority", access.folder)
    try:
        found = ssl.create_default_context(cadata=authority.decode() if authority else None)
        if access.cluster.get("insecure-skip-tls-verify") is True:
            found.check_hostname, found.verify_mode = False, ssl.CERT_NONE
        certificate = _content(access.user, "client-certificate", access.folder)
        key = _content(access.user, "client-key", access.folder)
        if certificate and key:
            # OpenSSL takes them from a file alone; this one is ours alone, and gone at once.
            with tempfile.NamedTemporaryFile() as file:
                file.write(certificate + b"\n" + key)
                file.flush()
                found.load_cert_chain(file.name)
    except (ssl.SSLError, UnicodeDecodeError) as error:
        raise StartError(f"the kubeconfig's certificates cannot be read: {error}", _HINT) from None
    return found


def headers(access: Access, environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """As whom to come: `Authorization`, where that is a token. Raises OSError, and StartError where none is made."""
    token = text(access.user, "token")
    if file := text(access.user, "tokenFile"):
        token = (access.folder / file).read_text(encoding="utf-8").strip()
    if program := mapping(access.user, "exec"):
        token = _made(program, environment)
    return {"Authorization": f"Bearer {token}"} if token else {}


def _made(program: Object, environment: Mapping[str, str]) -> str:
    """The token that a program prints, as client-go's exec plugins do."""
    words = [text(program, "command"), *(str(word) for word in items(program, "args"))]
    version = text(program, "apiVersion")
    given = {text(each, "name"): text(each, "value") for each in items(program, "env")}
    info = json.dumps({"apiVersion": version, "kind": "ExecCredential", "spec": {"interactive": False}})
    try:
        done = subprocess.run(  # noqa: S603 - the kubeconfig is its owner's
            words, capture_output=True, check=True, timeout=60, stdin=subprocess.DEVNULL,
            env={**environment, **given, "KUBERNETES_EXEC_INFO": info},
        )  # fmt: skip
        return text(plain(json.loads(done.stdout)), "status", "token")
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        raise StartError(f"{words[0]}, which the kubeconfig names, gave no token: {error}", _HINT) from None


def _named(document: Json, group: str, name: str, key: str) -> Object:
    found = [mapping(each, key) for each in items(document, group) if text(each, "name") == name]
    if not found:
        raise StartError(f"the kubeconfig has no {key} {name!r}", _HINT)
    return found[0]


def _content(entry: Object, name: str, folder: Path) -> bytes:
    if data := text(entry, f"{name}-data"):
        return base64.b64decode(data)
    file = text(entry, name)
    return (folder / file).read_bytes() if file else b""
