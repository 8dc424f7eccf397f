"""Brokers and Triggers, as facts for their objects: each with what it is resolved to. Pure."""

from collections.abc import Mapping

from knative.local.deployment import Deployment
from knative.local.eventing.addresses import broker_url, resolve
from knative.local.model import Broker, Sink, Trigger
from knative.local.objects.facts import BrokerFacts, DestinationFacts, EventingFacts, TriggerFacts
from knative.local.objects.json_values import Object
from knative.local.objects.stamps import Stamp
from knative.local.store import Key

KINDS = {(kind, "eventing.knative.dev/v1") for kind in ("Broker", "Trigger")}

Documents = Mapping[Key, tuple[Object, Stamp]]


def of(documents: Documents, deployment: Deployment, *, is_running: bool) -> tuple[EventingFacts, ...]:
    """Args:
    documents: those of KINDS, with their stamps.
    is_running: whether the process that takes events is there.
    """
    brokers = {
        (each.namespace, each.name): _broker(each, documents, deployment, is_running=is_running)
        for each in deployment.brokers
        if _key(each) in documents
    }
    delivery = {(each.namespace, each.name): each.delivery for each in deployment.brokers}
    triggers = []
    for trigger in deployment.triggers:
        if _key(trigger) not in documents:
            continue
        document, stamp = documents[_key(trigger)]
        of_broker = delivery.get((trigger.namespace, trigger.broker))
        own = trigger.delivery.dead_letter_sink if trigger.delivery else None
        sink = own or (of_broker.dead_letter_sink if of_broker else None)
        triggers.append(
            TriggerFacts(
                document=document, stamp=stamp, broker_name=trigger.broker,
                broker=brokers.get((trigger.namespace, trigger.broker)),
                subscriber=_destination(trigger.subscriber, deployment),
                dead_letter_sink=_destination(sink, deployment) if sink else None,
            )
        )  # fmt: skip
    return *brokers.values(), *triggers


def _broker(broker: Broker, documents: Documents, deployment: Deployment, *, is_running: bool) -> BrokerFacts:
    document, stamp = documents[_key(broker)]
    sink = broker.delivery.dead_letter_sink
    return BrokerFacts(
        document=document, stamp=stamp, url=broker_url(broker.namespace, broker.name), is_running=is_running,
        dead_letter_sink=_destination(sink, deployment) if sink else None,
    )  # fmt: skip


def _destination(sink: Sink, deployment: Deployment) -> DestinationFacts:
    address = resolve(sink, deployment.services, deployment.broker_keys)
    resource, name = ("brokers.eventing.knative.dev", sink.broker) if sink.broker else (
        "services.serving.knative.dev", sink.service or ""
    )  # fmt: skip
    return DestinationFacts(
        url=address.url if address else None, resource=resource, namespace=sink.namespace, name=name
    )


def _key(found: Broker | Trigger) -> Key:
    return Key(kind=type(found).__name__, namespace=found.namespace, name=found.name)
