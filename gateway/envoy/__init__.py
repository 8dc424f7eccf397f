"""The mesh as Envoy's configuration, one module an Envoy resource; start at `files.translate`."""

from gateway.envoy.binary import find_binary
from gateway.envoy.edge import Edge, command
from gateway.envoy.files import EnvoyFiles, translate, write

__all__ = ["Edge", "EnvoyFiles", "command", "find_binary", "translate", "write"]
