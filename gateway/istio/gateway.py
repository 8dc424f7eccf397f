"""Istio's Gateway: which hosts the front door listens for."""

from dataclasses import dataclass

from gateway.istio.metadata import INGRESS_GATEWAY, Metadata, read_metadata, spec_of
from gateway.istio.values import items_of, require
from shared.yaml_documents import Complaints, Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    port: int
    hosts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gateway:
    """`node` is the spec, for checks against other manifests."""

    metadata: Metadata
    servers: tuple[Server, ...]
    node: Node

    @property
    def hosts(self) -> tuple[str, ...]:
        return tuple(host for server in self.servers for host in server.hosts)


def read_gateway(document: Node, complaints: Complaints) -> Gateway:
    metadata = read_metadata(document, complaints, api_version="networking.istio.io/v1")
    spec = spec_of(document, complaints, ("selector", "servers"))
    selector = require(spec, "selector", complaints)
    if selector and selector.value != INGRESS_GATEWAY:
        complaints.add(selector, "must be istio: ingressgateway, the only Envoy here", show_value=False)
    require(spec, "servers", complaints)
    return Gateway(
        metadata=metadata,
        servers=tuple(_read_server(item, complaints) for item in items_of(spec, "servers")),
        node=spec,
    )


def _read_server(node: Node, complaints: Complaints) -> Server:
    complaints.only(node, ("name", "port", "hosts"))
    number = 0
    if port := require(node, "port", complaints):
        complaints.only(port, ("number", "name", "protocol"))
        number = complaints.integer(require(port, "number", complaints))
        protocol = require(port, "protocol", complaints)
        if protocol and protocol.value not in {"HTTP", "HTTP2"}:
            complaints.add(protocol, "must be HTTP: TLS ends before the gateway")
    hosts = complaints.strings(require(node, "hosts", complaints))
    for item in items_of(node, "hosts"):
        if isinstance(item.value, str) and "/" in item.value:
            complaints.add(item, "must be a host without a namespace")
    return Server(port=number, hosts=hosts)
