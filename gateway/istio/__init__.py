"""Istio's manifests, read into a frozen model; start at `reader.read`."""

from gateway.istio.mesh import Mesh
from gateway.istio.reader import is_istio, read

__all__ = ["Mesh", "is_istio", "read"]
