"""Istio's manifests, read into a frozen model; start at `reader.read`."""

from gateway.istio.cross_checks import check_knative_routes
from gateway.istio.mesh import Mesh
from gateway.istio.reader import KINDS, is_istio, read

__all__ = ["KINDS", "Mesh", "check_knative_routes", "is_istio", "read"]
