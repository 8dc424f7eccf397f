"""From the documents of all files to one set of manifests: who reads what, and what may stand only once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar, cast

from knative.local.autoscaler.defaults import Defaults
from knative.local.manifest import brokers
from knative.local.manifest.brokers import read_broker, read_broker_defaults, read_trigger
from knative.local.manifest.config import (
    read_autoscaler_defaults,
    read_config_map,
    read_rollout_duration_s,
    read_secret,
)
from knative.local.manifest.configuration import read_configuration
from knative.local.manifest.domain_mapping import API_VERSION as MAPPING_VERSION
from knative.local.manifest.domain_mapping import KIND as MAPPING
from knative.local.manifest.domain_mapping import read_domain_mapping
from knative.local.manifest.namespace import check_namespace
from knative.local.manifest.route import read_route
from knative.local.manifest.service import read_service
from knative.local.manifest.sources import API_VERSION, KINDS, read_ping_source, read_sink_binding
from knative.local.model import (
    Broker,
    ConfigMap,
    Configuration,
    DomainMapping,
    PingSource,
    Route,
    Secret,
    Service,
    SinkBinding,
    Trigger,
)
from shared.errors import ManifestProblem
from shared.remembered import Remembered
from shared.yaml_documents import Complaints, Node

_ours = frozenset(
    {("serving.knative.dev/v1", kind) for kind in ("Service", "Configuration", "Route")}
    | {("v1", kind) for kind in ("ConfigMap", "Secret", "Namespace")}
    | {(API_VERSION, kind) for kind in KINDS}
    | {(MAPPING_VERSION, MAPPING)}
    | {(brokers.API_VERSION, kind) for kind in brokers.KINDS}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifests:
    """`configurations` and `routes` are those of their own, beside those that the Services make."""

    services: tuple[Service, ...] = ()
    configurations: tuple[Configuration, ...] = ()
    routes: tuple[Route, ...] = ()
    config_maps: tuple[ConfigMap, ...] = ()
    secrets: tuple[Secret, ...] = ()
    ping_sources: tuple[PingSource, ...] = ()
    sink_bindings: tuple[SinkBinding, ...] = ()
    domain_mappings: tuple[DomainMapping, ...] = ()
    brokers: tuple[Broker, ...] = ()
    triggers: tuple[Trigger, ...] = ()
    autoscaler_defaults: Defaults = field(default_factory=Defaults)
    rollout_duration_s: int = 0


def is_ours(document: Node) -> bool:
    """Whether `read` reads this kind of document."""
    return (document.text("apiVersion"), document.text("kind")) in _ours


# What was read before, with what is wrong with it: hundreds of Services, of which one has changed, are read as one.
Known = Remembered[tuple[Service | Configuration | Route, list[ManifestProblem]]]
_Read = TypeVar("_Read", Service, Configuration, Route)


def read(documents: Sequence[Node], complaints: Complaints, known: Known | None = None) -> Manifests:
    """Read our kinds among some documents; others are passed over.

    The ConfigMap `config-autoscaler` in `knative-serving` is the autoscaler's: what it allows, Services may say.
    `config-network` beside it may say how long a rollout takes; its other keys mean nothing here. `config-br-defaults`
    in `knative-eventing` says how Brokers deliver that say nothing of it.

    What is wrong is reported to `complaints`: a set with any mistake must not be applied, so call
    `complaints.raise_if_any` when all readers are through. Never raises by itself.
    """
    known = known if known is not None else Known()
    services: list[Service] = []
    configurations: list[Configuration] = []
    routes: list[Route] = []
    config_maps: list[ConfigMap] = []
    secrets: list[Secret] = []
    ping_sources: list[PingSource] = []
    sink_bindings: list[SinkBinding] = []
    domain_mappings: dict[str, DomainMapping] = {}
    found_brokers: list[Broker] = []
    triggers: list[Trigger] = []
    seen: dict[tuple[str, str, str], Node] = {}
    defaults = read_autoscaler_defaults(documents, complaints)
    broker_defaults = read_broker_defaults(documents, complaints)
    for document in filter(is_ours, documents):
        found: Service | Configuration | Route | ConfigMap | Secret | PingSource | SinkBinding | Broker | Trigger
        match document.text("kind"):
            case "ConfigMap":
                config_maps.append(found := read_config_map(document, complaints))
            case "Secret":
                secrets.append(found := read_secret(document, complaints))
            case "Namespace":
                check_namespace(document, complaints)
                continue
            case "DomainMapping":
                made = read_domain_mapping(document, complaints)
                if domain_mappings.setdefault(made.host, made) is not made:
                    rule = "The domain name is already in use by another DomainMapping"
                    complaints.add(document.get("metadata", "name") or document, rule)
                continue
            case "PingSource":
                ping_sources.append(found := read_ping_source(document, complaints))
            case "SinkBinding":
                sink_bindings.append(found := read_sink_binding(document, complaints))
            case "Broker":
                found_brokers.append(found := read_broker(document, complaints, broker_defaults))
            case "Trigger":
                triggers.append(found := read_trigger(document, complaints))
            case "Configuration":
                read_it = partial(read_configuration, autoscaler_defaults=defaults)
                configurations.append(found := _read(document, complaints, read_it, defaults, known))
            case "Route":
                routes.append(found := _read(document, complaints, read_route, None, known))
            case _:
                read_one = partial(read_service, autoscaler_defaults=defaults)
                services.append(found := _read(document, complaints, read_one, defaults, known))
        identity = (document.text("kind"), found.namespace, found.name)
        if found.name and (first := seen.setdefault(identity, document)) is not document:
            name = document.get("metadata", "name") or document
            complaints.add(name, f"this {identity[0]} stands already in {first.file}:{first.line}")
    known.sweep()
    return Manifests(
        services=tuple(services),
        configurations=tuple(configurations),
        routes=tuple(routes),
        config_maps=tuple(config_maps),
        secrets=tuple(secrets),
        ping_sources=tuple(ping_sources),
        sink_bindings=tuple(sink_bindings),
        domain_mappings=tuple(domain_mappings.values()),
        brokers=tuple(found_brokers),
        triggers=tuple(triggers),
        autoscaler_defaults=defaults,
        rollout_duration_s=read_rollout_duration_s(documents, complaints),
    )


def _read(
    document: Node, complaints: Complaints, reader: Callable[[Node, Complaints], _Read], defaults: Defaults | None,
    known: Known,
) -> _Read:  # fmt: skip
    def read_anew() -> tuple[_Read, list[ManifestProblem]]:
        own = Complaints()
        return reader(document, own), own.problems

    key = document.text("kind"), document.text("metadata", "namespace"), document.text("metadata", "name")
    found, problems = known.of(key, (document, defaults), read_anew)
    complaints.problems += problems
    return cast("_Read", found)
