"""All of Istio's manifests together, as one frozen value; `reader.read` makes it, `gateway.envoy` translates it."""

from collections.abc import Mapping
from dataclasses import dataclass

from gateway.istio.authorization_policy import AuthorizationPolicy
from gateway.istio.destination_rule import DestinationRule
from gateway.istio.envoy_filter import EnvoyFilter
from gateway.istio.gateway import Gateway
from gateway.istio.request_authentication import RequestAuthentication
from gateway.istio.service_entry import ServiceEntry
from gateway.istio.telemetry import Telemetry
from gateway.istio.virtual_service import VirtualService
from knative.local.model import Namespace, RouteName


@dataclass(frozen=True, slots=True, kw_only=True)
class Mesh:
    """What the manifests say. `envoy_filters` are in the order in which they are applied."""

    gateways: tuple[Gateway, ...] = ()
    virtual_services: tuple[VirtualService, ...] = ()
    request_authentications: tuple[RequestAuthentication, ...] = ()
    authorization_policies: tuple[AuthorizationPolicy, ...] = ()
    destination_rules: tuple[DestinationRule, ...] = ()
    envoy_filters: tuple[EnvoyFilter, ...] = ()
    service_entries: tuple[ServiceEntry, ...] = ()
    telemetries: tuple[Telemetry, ...] = ()

    @property
    def jwks_uris(self) -> Mapping[str, tuple[RouteName, Namespace]]:
        """Where the keys of tokens are served, and by which Service: what `translate` wants as `key_sets`."""
        return {
            rule.jwks_uri: rule.jwks_route
            for authentication in self.request_authentications
            for rule in authentication.jwt_rules
            if rule.jwks_route
        }
