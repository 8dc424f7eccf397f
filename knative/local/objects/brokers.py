"""Brokers and Triggers as Knative shows them: with their defaults, and what came of each.

Knative Eventing, `pkg/apis/eventing/v1`: `{broker,trigger}_{defaults,lifecycle}.go`, and `pkg/reconciler/broker`.
"""

from knative.local.objects.conditions import Condition, living, shown
from knative.local.objects.defaulting import with_defaults
from knative.local.objects.facts import BrokerFacts, DestinationFacts, TriggerFacts
from knative.local.objects.json_values import Json, Object
from knative.local.objects.metadata import stamped

_NO_SINK = Condition(
    type="DeadLetterSinkResolved", reason="DeadLetterSinkNotConfigured", message="No dead letter sink is configured."
)


def present_broker(facts: BrokerFacts, before: Object | None, *, now: str) -> Object:
    result = with_defaults(facts.document)
    result["metadata"] = stamped(result, facts.stamp)
    address: Object = {"name": "http", "url": facts.url}
    result["status"] = {
        "address": address,
        "conditions": shown(living(*_of_broker(facts)), before, now=now),
        "observedGeneration": facts.stamp.generation,
        **_dead_letters(facts.dead_letter_sink),
    }
    return result


def present_trigger(facts: TriggerFacts, before: Object | None, *, now: str) -> Object:
    result = with_defaults(facts.document)
    result["metadata"] = stamped(result, facts.stamp)
    status: Object = {
        "conditions": shown(living(*_of_trigger(facts)), before, now=now),
        "observedGeneration": facts.stamp.generation,
    }
    if facts.broker and facts.subscriber.url:
        status |= {"subscriberUri": facts.subscriber.url, **_dead_letters(facts.dead_letter_sink)}
    result["status"] = status
    return result


def _of_broker(facts: BrokerFacts) -> list[Condition]:
    away: Object = {"reason": "EndpointSlicesUnavailable", "message": "EndpointSlices are unavailable."}
    parts = [
        Condition(type=each)
        if facts.is_running
        else Condition(type=each, status="False", reason=str(away["reason"]), message=str(away["message"]))
        for each in ("IngressReady", "TriggerChannelReady", "FilterReady")
    ]
    policies = Condition(
        type="EventPoliciesReady", reason="OIDCDisabled",
        message='Feature "authentication-oidc" must be enabled to support Authorization',
    )  # fmt: skip
    return [*parts, Condition(type="Addressable"), _resolved(facts.dead_letter_sink), policies]


def _of_trigger(facts: TriggerFacts) -> list[Condition]:
    identity = Condition(type="OIDCIdentityCreated", reason="authentication-oidc feature disabled")
    dependent = ("SubscriptionReady", "DependencyReady", "SubscriberResolved", "DeadLetterSinkResolved")
    unknown = [Condition(type=each, status="Unknown") for each in dependent]
    if facts.broker is None:
        words = f'Broker "{facts.broker_name}" does not exist'
        missing = Condition(type="BrokerReady", status="False", reason="BrokerDoesNotExist", message=words)
        return [missing, *unknown, identity]
    ready = living(*_of_broker(facts.broker))[-1]
    of_broker = Condition(type="BrokerReady", status=ready.status, reason=ready.reason, message=ready.message)
    if ready.status != "True":
        return [of_broker, *unknown, identity]
    if facts.subscriber.url is None:
        subscriber = Condition(
            type="SubscriberResolved", status="False", reason="Unable to get the Subscriber's URI",
            message=_not_found(facts.subscriber),
        )  # fmt: skip
        return [of_broker, *(each for each in unknown if each.type != subscriber.type), subscriber, identity]
    rest = [Condition(type=each) for each in dependent[:-1]]
    return [of_broker, *rest, _resolved(facts.dead_letter_sink), identity]


def _resolved(sink: DestinationFacts | None) -> Condition:
    if sink is None:
        return _NO_SINK
    if sink.url is None:
        return Condition(
            type="DeadLetterSinkResolved", status="False", reason="Unable to get the dead letter sink's URI",
            message=_not_found(sink),
        )  # fmt: skip
    return Condition(type="DeadLetterSinkResolved")


def _dead_letters(sink: DestinationFacts | None) -> dict[str, Json]:
    return {"deadLetterSinkUri": sink.url} if sink and sink.url else {}


def _not_found(destination: DestinationFacts) -> str:
    place, name = f"{destination.namespace}/{destination.name}", destination.name
    return f'failed to get object {place}: {destination.resource} "{name}" not found'
