"""What the engine knows of a source, as `zerocart status --json` shows it. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from knative.local.eventing.addresses import BrokerKey, described, resolve
from knative.local.eventing.bindings import subjects
from knative.local.eventing.delivery import Outcome
from knative.local.eventing.scheduler import Planned
from knative.local.model import PingSource, Service, ServiceName, Sink, SinkBinding
from shared.timestamps import rfc3339


@dataclass(frozen=True, slots=True, kw_only=True)
class Last:
    """A source's last event: when its tick was, and what became of it."""

    at_s: float
    outcome: Outcome


def source_status(
    source: PingSource,
    services: Mapping[ServiceName, Service],
    brokers: Collection[BrokerKey],
    planned: Planned | None,
    last: Last | None,
) -> dict[str, object]:
    """One PingSource. `next` and the times of `last` are RFC 3339; null is never."""
    return {
        "name": source.name,
        "kind": "PingSource",
        "namespace": source.namespace,
        **_readiness(source.sink, services, brokers),
        "schedule": f"{source.schedule} {source.timezone}".strip(),
        "next": _time(planned.due_s) if planned and planned.due_s is not None else None,
        "last": {
            "at": _time(last.at_s),
            "delivered": last.outcome.delivered,
            "status": last.outcome.status,
            "attempts": last.outcome.attempts,
            "result": str(last.outcome),
        }
        if last
        else None,
    }


def binding_status(
    binding: SinkBinding, services: Mapping[ServiceName, Service], brokers: Collection[BrokerKey]
) -> dict[str, object]:
    """One SinkBinding. `subjects` are the Services that it is about now."""
    about = subjects(binding, services)
    found = _readiness(binding.sink, services, brokers)
    if found["ready"] and not about:
        found |= {"ready": False, "reason": f"there is no Service {binding.subject or 'with its labels'}"}
    return {
        "name": binding.name,
        "kind": "SinkBinding",
        "namespace": binding.namespace,
        **found,
        "subjects": sorted(about),
    }


def _readiness(
    sink: Sink, services: Mapping[ServiceName, Service], brokers: Collection[BrokerKey]
) -> dict[str, object]:
    address = resolve(sink, services, brokers)
    reason = "" if address else f"its sink is not there: {described(sink)}"
    return {"ready": address is not None, "reason": reason, "sink": address.url if address else None}


def _time(at_s: float) -> str:
    return rfc3339(datetime.fromtimestamp(at_s, UTC))
