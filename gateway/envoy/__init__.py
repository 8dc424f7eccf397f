"""The mesh as Envoy's configuration, one module an Envoy resource; start at `files.translate`."""

from gateway.envoy.binary import find_binary
from gateway.envoy.check import check
from gateway.envoy.edge import Edge, command
from gateway.envoy.files import (
    EnvoyFiles,
    Translator,
    Versions,
    put_again,
    translate,
    write,
    write_clusters,
    write_routes,
)

__all__ = [
    "Edge",
    "EnvoyFiles",
    "Translator",
    "Versions",
    "check",
    "command",
    "find_binary",
    "put_again",
    "translate",
    "write",
    "write_clusters",
    "write_routes",
]
