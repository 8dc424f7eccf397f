"""Where the gateway's Envoy stands on this machine: what no manifest says."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

BOOTSTRAP = "bootstrap.json"
CLUSTERS = "clusters.json"
FRONT_ROUTES = "front-routes.json"  # Envoy wants a file for each route configuration
MESH_ROUTES = "mesh-routes.json"
LISTENERS = "listeners.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """Ports (loopback only), sockets and files of one Envoy.

    `port` is the front door; `mesh_port` is where functions call one another, as an HTTP proxy or by Host. `folder`
    has the files that `write` makes and Envoy watches. `otlp_endpoint` None: nothing is exported, and trace ids are
    made and passed on all the same. `hosts` says which socket each host of a ServiceEntry is on this machine; one that
    is not there answers 503.
    """

    port: int
    mesh_port: int
    folder: Path
    admin_socket: Path
    access_log: Path
    otlp_endpoint: str | None = None
    concurrency: int = 2
    domain: str = "localhost"
    hosts: Mapping[str, Path] = field(default_factory=dict)


def command(binary: Path, edge: Edge) -> list[str]:
    """The command that runs Envoy with the bootstrap in the edge's folder."""
    return [
        str(binary), "-c", str(edge.folder / BOOTSTRAP), "--concurrency", str(edge.concurrency),
        "--disable-hot-restart", "-l", "warn",
        "--file-flush-interval-msec", "1000",
        # A collector that is away would be an error every few seconds here; its own counter says it too.
        "--component-log-level", "tracing:critical",
    ]  # fmt: skip
