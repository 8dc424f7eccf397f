"""Istio's Telemetry: how many requests are traced, and whether they are logged."""

from dataclasses import dataclass

from gateway.istio.metadata import Metadata, check_for_ingress_gateway, read_metadata, spec_of
from gateway.istio.values import items_of
from shared.yaml_documents import Complaints, Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Telemetry:
    """`sampling_percent` None: it does not speak of tracing."""

    metadata: Metadata
    sampling_percent: float | None
    access_log: bool


def read_telemetry(document: Node, complaints: Complaints) -> Telemetry:
    metadata = read_metadata(document, complaints, api_version="telemetry.istio.io/v1")
    check_for_ingress_gateway(document, ("spec", "selector", "matchLabels"), metadata, complaints)
    spec = spec_of(document, complaints, ("selector", "tracing", "accessLogging"))
    sampling_percent: float | None = None
    for item in items_of(spec, "tracing"):
        complaints.only(item, ("providers", "randomSamplingPercentage"))
        _check_provider(item, "otel", "the collector, by OTLP", complaints)
        percent = item.get("randomSamplingPercentage")
        sampling_percent = complaints.number(percent, 100.0)
        if percent and not 0 <= sampling_percent <= 100:
            complaints.add(percent, "must be 0 to 100")
    logging = items_of(spec, "accessLogging")
    for item in logging:
        complaints.only(item, ("providers",))
        _check_provider(item, "envoy", "Envoy's own log", complaints)
    return Telemetry(metadata=metadata, sampling_percent=sampling_percent, access_log=bool(logging))


def _check_provider(node: Node, wanted: str, meaning: str, complaints: Complaints) -> None:
    for provider in items_of(node, "providers"):
        complaints.only(provider, ("name",))
        name = provider.get("name")
        if name is None or name.value != wanted:
            complaints.add(name or provider, f'must be "{wanted}", {meaning}', show_value=name is not None)
