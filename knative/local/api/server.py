"""The API on its port: uvicorn in the engine's own loop, with TLS, and the kubeconfig that leads there.

An API that nobody asks costs no time: see `knative.local.asgi_server`.
"""

import asyncio
import socket
from datetime import UTC, datetime

import uvicorn

from knative.local.api import certificates, kubeconfig
from knative.local.api.app import Api
from knative.local.api.cluster import Cluster
from knative.local.api.history import History
from knative.local.asgi_server import AsgiServer
from knative.local.home import Home
from knative.local.processes import write_atomically
from knative.local.store import DEFAULT_NAMESPACE

# Versions are reserved on disk so many at a time, so that one in so many changes waits for the disk.
RESERVED_VERSIONS = 1_000_000


class ApiServer:
    """The API server of one stack, while its engine lives."""

    def __init__(self, home: Home, cluster: Cluster) -> None:
        self._home = home
        self._cluster = cluster
        self._server: AsgiServer | None = None
        self._task: asyncio.Task[None] | None = None
        self._api: Api | None = None

    def start(self) -> None:
        """Listen, and write the kubeconfig. Raises OSError."""
        home = self._home
        listening = _listen(home)
        certificate, key = certificates.prepare(home.secrets, datetime.now(UTC))
        token = kubeconfig.token(home.secrets)
        address = f"127.0.0.1:{listening.getsockname()[1]}"
        self._api = Api(self._cluster, _history(home), token=token, address=address)
        config = uvicorn.Config(
            self._api, http="h11", ws="none", lifespan="off", loop="none", log_config=None, access_log=False,
            date_header=False, server_header=False, timeout_keep_alive=75,
            ssl_certfile=str(certificate), ssl_keyfile=str(key),
        )  # fmt: skip
        self._server = AsgiServer(config)
        self._task = asyncio.create_task(self._server.serve(sockets=[listening]))
        kubeconfig.write(
            home.kubeconfig, address=f"https://{address}", certificate=certificate.read_bytes(), token=token,
            namespace=DEFAULT_NAMESPACE,
        )  # fmt: skip

    def look(self) -> None:
        """Something has changed that clients wait for."""
        if self._api:
            self._api.look()

    async def stop(self) -> None:
        """Listen no more. Watches end; their clients come again."""
        if self._server and self._task:
            await self._server.end(self._task)


def _listen(home: Home) -> socket.socket:
    """A socket at the port of last time, or at another one where that is taken."""
    kept = home.root / "api-port"
    # Named as TCP, or asyncio would not know that answers must not wait for more to send (TCP_NODELAY).
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind(("127.0.0.1", int(kept.read_text(encoding="ascii")) if kept.exists() else 0))
    except OSError:
        listening.bind(("127.0.0.1", 0))
    listening.listen(128)
    write_atomically(kept, str(listening.getsockname()[1]).encode())
    return listening


def _history(home: Home) -> History:
    """Versions go on above all that were ever given, without the disk being asked for each."""
    file = home.root / "api-version"
    began = int(file.read_text(encoding="ascii")) if file.exists() else 0
    reserved = began

    def reserve(version: int) -> None:
        nonlocal reserved
        if version >= reserved:
            reserved = version + RESERVED_VERSIONS
            write_atomically(file, str(reserved).encode())

    reserve(began)
    return History(began, reserve)
