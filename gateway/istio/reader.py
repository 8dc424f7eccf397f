"""Reads Istio's manifests into a `Mesh`, and refuses whatever is not honoured here, all at once.

What one manifest says alone is checked in its own module, what it says about another one in `cross_checks`.
"""

from collections.abc import Collection, Sequence

from gateway.istio import cross_checks
from gateway.istio.authorization_policy import read_authorization_policy
from gateway.istio.destination_rule import read_destination_rule
from gateway.istio.envoy_filter import read_envoy_filter
from gateway.istio.gateway import read_gateway
from gateway.istio.mesh import Mesh
from gateway.istio.request_authentication import read_request_authentication
from gateway.istio.service_entry import read_service_entry
from gateway.istio.telemetry import read_telemetry
from gateway.istio.virtual_service import read_virtual_service
from knative.local.model import Namespace, RouteName
from shared.yaml_documents import Complaints, Node

KINDS = (
    "Gateway", "VirtualService", "RequestAuthentication", "AuthorizationPolicy", "DestinationRule", "EnvoyFilter",
    "ServiceEntry", "Telemetry",
)  # fmt: skip


def is_istio(document: Node) -> bool:
    """Whether a manifest is one of Istio's, and so `read`'s to read or to refuse."""
    return document.text("apiVersion").partition("/")[0].endswith(".istio.io")


def read(
    documents: Sequence[Node],
    complaints: Complaints,
    known_routes: Collection[tuple[Namespace, RouteName]] | None = None,
) -> Mesh:
    """Read Istio's manifests; everything wrong goes to `complaints`, and the result is good only if there is none.

    Args:
        known_routes: the Knative Services that there are; a route or a jwksUri that names another is refused.
            None: do not check, as where Services come and go while the mesh stays.
    """
    gateways, virtual_services, authentications, policies = [], [], [], []
    destination_rules, envoy_filters, service_entries, telemetries = [], [], [], []
    seen: dict[tuple[str, str, str], Node] = {}
    for document in documents:
        match document.text("kind"):
            case "Gateway":
                gateways.append(read_gateway(document, complaints))
            case "VirtualService":
                virtual_services.append(read_virtual_service(document, complaints))
            case "RequestAuthentication":
                authentications.append(read_request_authentication(document, complaints))
            case "AuthorizationPolicy":
                policies.append(read_authorization_policy(document, complaints))
            case "DestinationRule":
                destination_rules.append(read_destination_rule(document, complaints))
            case "EnvoyFilter":
                envoy_filters.append(read_envoy_filter(document, complaints))
            case "ServiceEntry":
                service_entries.append(read_service_entry(document, complaints))
            case "Telemetry":
                telemetries.append(read_telemetry(document, complaints))
            case _:
                rule = f"must be one of {', '.join(KINDS)}: no other of Istio's kinds is honoured here"
                complaints.add(document.get("kind") or document, rule)
        cross_checks.check_unique(document, seen, complaints)
    mesh = Mesh(
        gateways=tuple(gateways),
        virtual_services=tuple(virtual_services),
        request_authentications=tuple(authentications),
        authorization_policies=tuple(policies),
        destination_rules=tuple(destination_rules),
        # Istio's order: the priority, and then (where all were created at once) the name.
        envoy_filters=tuple(sorted(envoy_filters, key=lambda item: (item.priority, item.metadata.name))),
        service_entries=tuple(service_entries),
        telemetries=tuple(telemetries),
    )
    cross_checks.check(mesh, complaints, known_routes)
    return mesh
