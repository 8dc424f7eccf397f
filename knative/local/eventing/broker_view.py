"""What the engine knows of a Broker and its Triggers, as `zerocart status --json` shows it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from knative.local.deployment import Deployment
from knative.local.eventing.addresses import broker_url, described, resolve
from knative.local.model import Broker, Sink, Trigger


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """The deliveries of one Trigger that are not done, as the broker's process counts them."""

    namespace: str
    broker: str
    trigger: str
    waiting: int = 0
    retrying: int = 0
    parked: int = 0
    oldest: str | None = None


def broker_status(
    broker: Broker, deployment: Deployment, counts: Mapping[tuple[str, str], Counts] | None
) -> dict[str, object]:
    """One Broker with its Triggers. `counts` None: the process did not say; then nothing is ready."""
    own = [each for each in deployment.triggers if (each.namespace, each.broker) == (broker.namespace, broker.name)]
    missing = _missing(broker.delivery.dead_letter_sink, "dead letter sink", deployment)
    reason = "the broker is away, or its database" if counts is None else missing
    return {
        "name": broker.name,
        "namespace": broker.namespace,
        "ready": not reason,
        "reason": reason,
        "url": broker_url(broker.namespace, broker.name),
        "triggers": [_trigger(each, broker, deployment, counts, reason) for each in own],
    }


def _trigger(
    trigger: Trigger,
    broker: Broker,
    deployment: Deployment,
    counts: Mapping[tuple[str, str], Counts] | None,
    of_broker: str,
) -> dict[str, object]:
    own = trigger.delivery.dead_letter_sink if trigger.delivery else None
    sink = own or broker.delivery.dead_letter_sink
    reason = (
        of_broker
        or _missing(trigger.subscriber, "subscriber", deployment)
        or _missing(sink, "dead letter sink", deployment)
    )
    count = (counts or {}).get((trigger.namespace, trigger.name))
    subscriber = resolve(trigger.subscriber, deployment.services, deployment.broker_keys)
    dead_letters = resolve(sink, deployment.services, deployment.broker_keys) if sink else None
    return {
        "name": trigger.name,
        "ready": not reason,
        "reason": reason,
        "subscriber": subscriber.url if subscriber else None,
        "dead_letter_sink": dead_letters.url if dead_letters else None,
        "waiting": count.waiting if count else 0,
        "retrying": count.retrying if count else 0,
        "parked": count.parked if count else 0,
        "oldest": count.oldest if count else None,
    }


def _missing(sink: Sink | None, role: str, deployment: Deployment) -> str:
    if sink is None or resolve(sink, deployment.services, deployment.broker_keys):
        return ""
    return f"its {role} is not there: {described(sink)}"
