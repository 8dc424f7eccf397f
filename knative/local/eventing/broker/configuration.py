"""What the broker's process is told by the engine: which Brokers there are, and where the events of each go. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec

from knative.local.eventing.addresses import Address
from knative.local.eventing.broker.filters import asks_for
from knative.local.model import BrokerName, Delivery, Filter, Namespace, TriggerName


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A Trigger, resolved. Where an address is None, it is a Service that is not there now."""

    namespace: Namespace
    broker: BrokerName
    trigger: TriggerName
    subscriber: Address | None
    dead_letter_sink: Address | None = None
    delivery: Delivery = field(default_factory=Delivery)
    attributes: Mapping[str, str] = field(default_factory=dict)
    filters: tuple[Filter, ...] = ()

    @property
    def key(self) -> tuple[Namespace, TriggerName]:
        return self.namespace, self.trigger

    def asks_for(self, event: Mapping[str, str]) -> bool:
        return asks_for(self.attributes, self.filters, event)


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    brokers: frozenset[tuple[Namespace, BrokerName]] = frozenset()
    routes: tuple[Route, ...] = ()

    def of_broker(self, namespace: Namespace, broker: BrokerName) -> list[Route]:
        return [each for each in self.routes if (each.namespace, each.broker) == (namespace, broker)]

    def route(self, namespace: Namespace, trigger: TriggerName) -> Route | None:
        return next((each for each in self.routes if each.key == (namespace, trigger)), None)

    def to_json(self) -> object:
        found: object = msgspec.to_builtins(self)
        return found

    @classmethod
    def of_json(cls, value: object) -> "Configuration":
        return msgspec.convert(value, cls)
