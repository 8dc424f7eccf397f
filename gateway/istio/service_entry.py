"""Istio's ServiceEntry: a host outside of the mesh that routes may lead to, as the origin of a CDN is.

On a cluster its name is resolved by DNS. Here the engine knows which of its own parts the name is: `Edge.hosts`.
"""

from dataclasses import dataclass

from gateway.istio.metadata import Metadata, read_metadata, spec_of
from gateway.istio.values import items_of, require
from shared.yaml_documents import Complaints, Node


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceEntry:
    """`node` is the spec, for checks against other manifests."""

    metadata: Metadata
    host: str
    port: int
    node: Node


def read_service_entry(document: Node, complaints: Complaints) -> ServiceEntry:
    metadata = read_metadata(document, complaints, api_version="networking.istio.io/v1")
    spec = spec_of(document, complaints, ("hosts", "location", "ports", "resolution"))
    hosts = complaints.strings(require(spec, "hosts", complaints))
    if len(hosts) != 1 or "*" in hosts[0]:
        complaints.add(spec.get("hosts") or spec, "must be one host, without a star", show_value=False)
    location = spec.get("location")
    if location and location.value != "MESH_EXTERNAL":
        complaints.add(location, "must be MESH_EXTERNAL: what is in the mesh is a Knative Service")
    resolution = require(spec, "resolution", complaints)
    if resolution and resolution.value != "DNS":
        complaints.add(resolution, "must be DNS: on one machine the engine says where the host is")
    ports = items_of(spec, "ports")
    if len(ports) != 1:
        complaints.add(spec.get("ports") or spec, "must be one port", show_value=False)
    number = 0
    for port in ports:
        complaints.only(port, ("number", "name", "protocol"))
        number = complaints.integer(require(port, "number", complaints))
        protocol = require(port, "protocol", complaints)
        if protocol and protocol.value != "HTTP":
            complaints.add(protocol, "must be HTTP: nothing here speaks TLS to another host")
    return ServiceEntry(metadata=metadata, host=hosts[0] if hosts else "", port=number, node=spec)
