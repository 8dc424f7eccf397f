"""SinkBindings: a Service that is bound finds in `K_SINK` where its events go.

As on a cluster, the binding is written into the Service's template, so another sink is another revision, and the
revisions before keep what they were made with. A sink that is not there binds nothing. Pure.
"""

import copy
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from knative.local.eventing.addresses import BrokerKey, resolve
from knative.local.model import EnvironmentVariable, Service, ServiceName, SinkBinding
from shared.yaml_documents import Node, document_of

# What a binding owns in a container's environment: what stands there already gives way.
_OWNED = ("K_SINK", "K_CE_OVERRIDES", "K_CA_CERTS")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """Some Services, their manifests beside them, as the bindings make them."""

    services: Mapping[ServiceName, Service]
    manifests: Mapping[ServiceName, Node]


def subjects(binding: SinkBinding, services: Mapping[ServiceName, Service]) -> list[ServiceName]:
    """The Services that a binding is about."""
    return [
        name
        for name, service in services.items()
        if service.namespace == binding.namespace
        and (
            name == binding.subject
            if binding.subject
            else binding.selector.items() <= service.labels.items() and bool(binding.selector)
        )
    ]


def bind(
    services: Mapping[ServiceName, Service],
    manifests: Mapping[ServiceName, Node],
    bindings: Sequence[SinkBinding],
    brokers: Collection[BrokerKey] = (),
) -> Bound:
    """Write each binding whose sink is there into the Services that it is about."""
    bound_services, bound_manifests = dict(services), dict(manifests)
    for binding in bindings:
        if (address := resolve(binding.sink, services, brokers)) is None:
            continue
        variables = {"K_SINK": address.url, "K_CE_OVERRIDES": _overrides(binding.extensions)}
        for name in subjects(binding, services):
            bound_services[name] = _with_variables(bound_services[name], variables)
            bound_manifests[name] = _manifest_with_variables(bound_manifests[name], variables)
    return Bound(services=bound_services, manifests=bound_manifests)


def _overrides(extensions: Mapping[str, str]) -> str:
    return json.dumps({"extensions": dict(sorted(extensions.items()))}, separators=(",", ":")) if extensions else ""


def _with_variables(service: Service, variables: Mapping[str, str]) -> Service:
    container = service.template.container
    environment = (
        *(each for each in container.environment if each.name not in _OWNED),
        *(EnvironmentVariable(name=name, value=value) for name, value in variables.items()),
    )
    template = replace(service.template, container=replace(container, environment=environment))
    return replace(service, configuration=replace(service.configuration, template=template))


def _manifest_with_variables(document: Node, variables: Mapping[str, str]) -> Node:
    value: Any = copy.deepcopy(document.value)
    (container,) = value["spec"]["template"]["spec"]["containers"]
    container["env"] = [
        *(each for each in container.get("env") or [] if each["name"] not in _OWNED),
        *({"name": name, "value": value} for name, value in variables.items()),
    ]
    return document_of(value, document.file)
