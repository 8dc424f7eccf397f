"""Brokers and Triggers as clients see them: what is filled in, what came of each, and what may not change."""

import pytest

from knative.local.api.refusals import refuse_immutable
from knative.local.api.statuses import StatusError
from knative.local.objects.brokers import present_broker, present_trigger
from knative.local.objects.defaulting import with_defaults
from knative.local.objects.facts import BrokerFacts, DestinationFacts, TriggerFacts
from knative.local.objects.json_values import Object, items, text
from knative.local.objects.stamps import first

NOW = "2026-11-24T12:00:00Z"
URL = "http://broker-ingress.knative-eventing.svc.cluster.local/shop/shop"
STAMP = first(uid="0d7f8f6e-6d6e-4f0e-9d3f-0a1b2c3d4e5f", now=NOW)
BROKER: Object = {
    "apiVersion": "eventing.knative.dev/v1", "kind": "Broker", "metadata": {"name": "shop", "namespace": "shop"}
}  # fmt: skip
TRIGGER: Object = {
    "apiVersion": "eventing.knative.dev/v1",
    "kind": "Trigger",
    "metadata": {"name": "sales", "namespace": "shop"},
    "spec": {
        "broker": "shop",
        "subscriber": {"ref": {"apiVersion": "serving.knative.dev/v1", "kind": "Service", "name": "record-sale"}},
    },
}
SUBSCRIBER = DestinationFacts(url="http://record-sale.shop.svc.cluster.local")
MISSING = DestinationFacts(url=None, resource="services.serving.knative.dev", namespace="shop", name="nobody")


def broker(*, is_running: bool = True, dead: DestinationFacts | None = None) -> BrokerFacts:
    return BrokerFacts(document=BROKER, stamp=STAMP, url=URL, is_running=is_running, dead_letter_sink=dead)


def trigger(
    of: BrokerFacts | None, subscriber: DestinationFacts = SUBSCRIBER, dead: DestinationFacts | None = None
) -> Object:
    facts = TriggerFacts(
        document=TRIGGER, stamp=STAMP, broker_name="shop", broker=of, subscriber=subscriber, dead_letter_sink=dead
    )
    return present_trigger(facts, None, now=NOW)


def conditions(made: Object) -> dict[str, tuple[str, str]]:
    found = items(made, "status", "conditions")
    return {text(each, "type"): (text(each, "status"), text(each, "reason")) for each in found}


def test_a_broker_shows_its_address_and_all_of_knative_s_conditions() -> None:
    made = present_broker(broker(), None, now=NOW)
    assert text(made, "status", "address", "url") == URL
    assert conditions(made) == {
        "Addressable": ("True", ""),
        "DeadLetterSinkResolved": ("True", "DeadLetterSinkNotConfigured"),
        "EventPoliciesReady": ("True", "OIDCDisabled"),
        "FilterReady": ("True", ""),
        "IngressReady": ("True", ""),
        "Ready": ("True", ""),
        "TriggerChannelReady": ("True", ""),
    }


def test_a_broker_whose_process_is_away_is_not_ready() -> None:
    made = present_broker(broker(is_running=False), None, now=NOW)
    assert conditions(made)["Ready"] == ("False", "EndpointSlicesUnavailable")
    assert conditions(trigger(broker(is_running=False)))["BrokerReady"] == ("False", "EndpointSlicesUnavailable")


def test_what_a_broker_leaves_out_is_filled_in() -> None:
    made = with_defaults(BROKER)
    assert text(made, "metadata", "annotations", "eventing.knative.dev/broker.class") == "MTChannelBasedBroker"
    assert made["spec"] == {
        "config": {
            "apiVersion": "v1", "kind": "ConfigMap", "name": "config-br-default-channel",
            "namespace": "knative-eventing",
        },
        "delivery": {"backoffDelay": "PT0.2S", "backoffPolicy": "exponential", "retry": 10},
    }  # fmt: skip
    assert with_defaults(made) == made


def test_what_a_trigger_leaves_out_is_filled_in() -> None:
    made = with_defaults(TRIGGER)
    assert text(made, "metadata", "labels", "eventing.knative.dev/broker") == "shop"
    assert text(made, "spec", "subscriber", "ref", "namespace") == "shop"
    assert isinstance(made["spec"], dict)
    assert made["spec"]["filter"] == {}
    assert with_defaults(made) == made


def test_a_trigger_is_ready_when_everything_is_there() -> None:
    made = trigger(broker(), dead=DestinationFacts(url="http://dead.example/"))
    assert {status for status, _ in conditions(made).values()} == {"True"}
    assert len(conditions(made)) == 7
    assert text(made, "status", "subscriberUri") == SUBSCRIBER.url
    assert text(made, "status", "deadLetterSinkUri") == "http://dead.example/"


def test_a_trigger_without_its_broker_says_so() -> None:
    made = trigger(None)
    assert conditions(made)["Ready"] == ("False", "BrokerDoesNotExist")
    assert conditions(made)["SubscriberResolved"] == ("Unknown", "")
    assert 'Broker "shop" does not exist' in str(made["status"])


def test_a_trigger_whose_subscriber_or_dead_letter_sink_is_missing_says_which() -> None:
    assert conditions(trigger(broker(), MISSING))["Ready"] == ("False", "Unable to get the Subscriber's URI")
    assert 'services.serving.knative.dev "nobody" not found' in str(trigger(broker(), MISSING)["status"])
    made = trigger(broker(), dead=MISSING)
    assert conditions(made)["Ready"] == ("False", "Unable to get the dead letter sink's URI")


def test_a_condition_keeps_its_time_while_it_says_the_same() -> None:
    before = present_broker(broker(), None, now=NOW)
    after = present_broker(broker(dead=MISSING), before, now="2026-11-24T13:00:00Z")
    times = {text(each, "type"): text(each, "lastTransitionTime") for each in items(after, "status", "conditions")}
    assert times["IngressReady"] == NOW
    assert times["Ready"] == times["DeadLetterSinkResolved"] == "2026-11-24T13:00:00Z"


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (TRIGGER, {**TRIGGER, "spec": {"broker": "other"}}, "Immutable fields changed (-old +new): spec.broker"),
        (
            BROKER, {**BROKER, "spec": {"config": {"kind": "ConfigMap", "name": "other"}}},
            "Immutable fields changed (-old +new): spec",
        ),
        (
            BROKER, {**BROKER, "metadata": {"annotations": {"eventing.knative.dev/broker.class": "Kafka"}}},
            "Immutable annotations changed (-old +new): annotations",
        ),
    ],
)  # fmt: skip
def test_what_may_not_change_is_refused_as_by_knative_s_webhook(before: Object, after: Object, words: str) -> None:
    with pytest.raises(StatusError) as caught:
        refuse_immutable(before, after)
    assert words in caught.value.message
    assert "validation.webhook.eventing.knative.dev" in caught.value.message


def test_a_broker_s_delivery_may_change() -> None:
    refuse_immutable(BROKER, {**BROKER, "spec": {"delivery": {"retry": 1}}})
