"""A real Envoy from the installed package, in front of a few functions that only say what they were asked."""

import asyncio
import http.client
import json
import socket
import socketserver
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from gateway.envoy import Edge, command, find_binary, translate
from gateway.istio import Mesh, read
from knative.local.model import Backend, ConfigurationName, Destination, Namespace, RevisionName, RouteName, RouteTarget
from knative.local.publication import hand_over
from shared.yaml_documents import Complaints, Node, parse_documents, read_documents

root = Path(__file__).parents[3]
manifests = root / "gateway" / "manifests"
SHOP = Namespace("shop")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def asked(self) -> dict[str, str]:
        """The headers that the function got."""
        return {name.lower(): value for name, value in self.json["headers"]}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    server: "_Server"

    def _answer(self) -> None:
        """What was asked; but the first request with a certain `x-break` is broken off."""
        if (key := self.headers.get("x-break")) and key not in self.server.broken:
            self.server.broken.add(key)
            self.close_connection = True
            return
        length = int(self.headers.get("content-length") or 0)
        received = len(self.rfile.read(length))
        asked = {
            "function": self.server.name,
            "path": self.path,
            "method": self.command,
            "headers": list(self.headers.items()),
            "received": received,
            "padding": "x" * int(self.headers.get("x-padding") or 0),
        }
        body = json.dumps(asked).encode()
        self.send_response(int(self.headers.get("x-answer") or 200))
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.send_header("etag", '"strong"')
        self.send_header("x-trace-id", "the function's own")
        if policy := self.headers.get("x-policy"):
            self.send_header("content-security-policy", policy)
        if limit := self.headers.get("x-limit"):
            self.send_header("ratelimit", limit)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = do_OPTIONS = _answer  # noqa: N815 - its base calls them so

    def address_string(self) -> str:
        return "unix"

    def log_message(self, *_: object) -> None:
        pass


class _Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True
    request_queue_size = 1024

    def __init__(self, path: Path) -> None:
        self.name = path.stem
        self.broken: set[str] = set()
        super().__init__(str(path), _Handler)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that went away is the gateway's business, not the test's."""


@dataclass(kw_only=True)
class FrontDoor:
    """Envoy and its functions, started by `with`."""

    folder: Path
    mesh: Mesh
    key_sets: Mapping[str, str] = field(default_factory=dict)
    otlp_endpoint: str | None = None
    port: int = 0
    mesh_port: int = 0

    def __enter__(self) -> Self:
        self.port, self.mesh_port = free_port(), free_port()
        self._servers: dict[str, _Server] = {}
        self._destinations: list[Destination] = []
        self._backends: list[Backend] = []
        self.envoy: subprocess.Popen[bytes] | None = None
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.envoy:
            self.envoy.terminate()
            self.envoy.wait(timeout=10)
        for server in self._servers.values():
            server.shutdown()
            server.server_close()

    @property
    def edge(self) -> Edge:
        return Edge(
            port=self.port, mesh_port=self.mesh_port, folder=self.folder, admin_socket=self.folder / "admin.sock",
            access_log=self.folder / "access.log", otlp_endpoint=self.otlp_endpoint,
        )  # fmt: skip

    def backend(self, revision: str, *, timeout_s: float = 300, listening: bool = True) -> Backend:
        """A revision's socket, with a function behind it where `listening`."""
        path = self.folder / f"{revision}.sock"
        if listening and revision not in self._servers:
            self._servers[revision] = _Server(path)
            threading.Thread(target=self._servers[revision].serve_forever, args=(0.05,), daemon=True).start()
        configuration = ConfigurationName(revision.rpartition("-")[0])
        return Backend(
            revision=RevisionName(revision),
            configuration=configuration,
            namespace=SHOP,
            socket_path=str(path),
            timeout_s=timeout_s,
        )

    def apply(self, destinations: Sequence[Destination], backends: Sequence[Backend]) -> None:
        """Have Envoy take this over, and wait until it has; the first time, start it."""
        files = translate(self.mesh, destinations, backends, self.key_sets, self.edge)
        asyncio.run(hand_over(files, self.folder, self.edge.admin_socket))
        if self.envoy is None:
            log = (self.folder / "envoy.log").open("wb")
            with log:
                self.envoy = subprocess.Popen(command(find_binary(), self.edge), stdout=log, stderr=log)
            self.wait_until(lambda: self.stats("server.state") == {"server.state": 0})
            # Live, and the routes are there: no answer comes from Envoy's ignorance.
            self.wait_until(lambda: self.stats("listener_manager.total_listeners_active").popitem()[1] == 2)

    def stats(self, names: str) -> dict[str, int]:
        connection = UnixConnection(self.edge.admin_socket)
        try:
            connection.request("GET", f"/stats?format=json&filter={names}")
            answer = json.loads(connection.getresponse().read())
        except OSError:
            return {"not listening yet": -1}
        finally:
            connection.close()
        return {item["name"]: item["value"] for item in answer["stats"] if "name" in item} or {"": -1}

    def ask(
        self, path: str, *, method: str = "GET", headers: Mapping[str, str] | None = None, body: bytes | None = None,
        mesh: bool = False,
    ) -> Reply:  # fmt: skip
        connection = http.client.HTTPConnection("127.0.0.1", self.mesh_port if mesh else self.port, timeout=10)
        try:
            connection.request(method, path, body=body, headers=dict(headers or {}))
            return reply(connection.getresponse())
        finally:
            connection.close()

    def wait_until(self, condition: Callable[[], bool], deadline_s: float = 20.0) -> None:
        """Past the deadline the test fails, with Envoy's own log."""
        end = time.monotonic() + deadline_s
        while not condition():
            assert time.monotonic() < end, (self.folder / "envoy.log").read_text()
            threading.Event().wait(0.01)


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=5)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(5)
        self.sock.connect(str(self._path))


def reply(response: http.client.HTTPResponse) -> Reply:
    headers: dict[str, str] = {}
    for name, value in response.getheaders():  # of a header that stands twice, both: they are one list
        headers[name.lower()] = f"{headers[name.lower()]}, {value}" if name.lower() in headers else value
    return Reply(status=response.status, headers=headers, body=response.read())


def destination(
    service: str, *targets: tuple[str, int], tags: Mapping[str, str] | None = None, local: bool = False
) -> Destination:
    return Destination(
        route=RouteName(service),
        namespace=SHOP,
        targets=tuple(RouteTarget(revision=RevisionName(revision), percent=percent) for revision, percent in targets),
        tags={tag: RevisionName(revision) for tag, revision in (tags or {}).items()},
        cluster_local=local,
    )


def shop_documents() -> list[Node]:
    complaints = Complaints()
    documents = read_documents([manifests], complaints, root)
    complaints.raise_if_any()
    return documents


def mesh_of(documents: Sequence[Node]) -> Mesh:
    complaints = Complaints()
    mesh = read(documents, complaints)
    complaints.raise_if_any()
    return mesh


def shop_mesh(more: str = "") -> Mesh:
    """The shop's own manifests, and `more` of the test's."""
    return mesh_of([*shop_documents(), *parse_documents(more, "test.yaml")])


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
