"""One GET, from Envoy's admin socket or from the mesh: what the engine itself asks over HTTP."""

import http.client
import socket
from pathlib import Path


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: Path, timeout_s: float) -> None:
        super().__init__("admin", timeout=timeout_s)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


def from_socket(path: Path, target: str, timeout_s: float = 1.0) -> str:
    """The body of `target` at a Unix socket. Raises OSError where the answer is not 200."""
    return _body(_UnixConnection(path, timeout_s), target, {})


def from_mesh(mesh_port: int, url: str, timeout_s: float = 5.0) -> str:
    """The body of a mesh address (`http://service.namespace.svc.cluster.local/path`). Raises OSError."""
    host, _, path = url.removeprefix("http://").partition("/")
    connection = http.client.HTTPConnection("127.0.0.1", mesh_port, timeout=timeout_s)
    return _body(connection, f"/{path}", {"Host": host})


def _body(connection: http.client.HTTPConnection, target: str, headers: dict[str, str]) -> str:
    try:
        connection.request("GET", target, headers=headers)
        response = connection.getresponse()
        body = response.read()
    except http.client.HTTPException as error:
        raise ConnectionError(f"no HTTP answer to {target}: {error!r}") from error
    finally:
        connection.close()
    if response.status != 200:
        raise ConnectionError(f"{target} was answered with {response.status}")
    return body.decode()
