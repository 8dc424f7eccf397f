"""Istio's VirtualService: which path of which host goes where. Its routes are read in `http_route`."""

from dataclasses import dataclass

from gateway.istio.http_route import HttpRoute, read_http_route
from gateway.istio.metadata import Metadata, read_metadata, spec_of
from gateway.istio.values import items_of, require
from shared.yaml_documents import Complaints, Node


@dataclass(frozen=True, slots=True, kw_only=True)
class VirtualService:
    """`gateways` are `<namespace>/<name>`; `node` is the spec, for checks against other manifests."""

    metadata: Metadata
    hosts: tuple[str, ...]
    gateways: tuple[str, ...]
    http: tuple[HttpRoute, ...]
    node: Node


def read_virtual_service(document: Node, complaints: Complaints) -> VirtualService:
    metadata = read_metadata(document, complaints, api_version="networking.istio.io/v1")
    spec = spec_of(document, complaints, ("hosts", "gateways", "http"))
    hosts = complaints.strings(require(spec, "hosts", complaints))
    if "*" in hosts and len(hosts) > 1:
        complaints.add(
            spec.children["hosts"], "must have no other host beside *, which is all of them", show_value=False
        )
    gateways = complaints.strings(require(spec, "gateways", complaints))
    for item in items_of(spec, "gateways"):
        if item.value == "mesh":
            complaints.add(item, "must be a Gateway: there are no sidecars here that a mesh route could apply to")
    require(spec, "http", complaints)
    routes = [read_http_route(item, complaints) for item in items_of(spec, "http")]
    return VirtualService(
        metadata=metadata,
        hosts=hosts,
        gateways=tuple(name if "/" in name else f"{metadata.namespace}/{name}" for name in gateways),
        http=tuple(route for route in routes if route),
        node=spec,
    )
