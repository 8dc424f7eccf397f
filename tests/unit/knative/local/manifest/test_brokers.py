"""Broker and Trigger: read as Knative reads them, and what is wrong, or not honoured here, is named."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knative.local.manifest.durations import parse_period_s
from knative.local.model import Broker, BrokerName, Delivery, Filter, Namespace, ServiceName, Sink, Trigger, TriggerName
from tests.unit.knative.local.manifest.reading import read_all
from tests.unit.knative.local.manifest.test_sources import changed

REF = {"apiVersion": "serving.knative.dev/v1", "kind": "Service", "name": "record-sale"}
BROKER: dict[str, object] = {
    "apiVersion": "eventing.knative.dev/v1",
    "kind": "Broker",
    "metadata": {"name": "shop", "namespace": "shop", "annotations": {}},
    "spec": {},
}
TRIGGER: dict[str, object] = {
    "apiVersion": "eventing.knative.dev/v1",
    "kind": "Trigger",
    "metadata": {"name": "sales", "namespace": "shop", "annotations": {}},
    "spec": {
        "broker": "shop",
        "filter": {"attributes": {"type": "a"}},
        "filters": [
            {"prefix": {"type": "zerocart."}}, {"not": {"any": [{"exact": {"a": "b"}}, {"suffix": {"a": "c"}}]}}
        ],
        "subscriber": {"ref": REF, "uri": "/sales"},
        "delivery": {
            "retry": 5, "backoffPolicy": "linear", "backoffDelay": "PT0.5S", "timeout": "PT1M", "format": "json",
            "deadLetterSink": {"ref": {"apiVersion": "eventing.knative.dev/v1", "kind": "Broker", "name": "dead"}},
        },
    },
}  # fmt: skip
DEFAULTS: dict[str, object] = {
    "apiVersion": "v1",
    "kind": "ConfigMap",
    "metadata": {"name": "config-br-defaults", "namespace": "knative-eventing"},
    "data": {
        "default-br-config": "clusterDefault:\n  brokerClass: MTChannelBasedBroker\n  delivery:\n    retry: 3\n"
        "namespaceDefaults:\n  other:\n    delivery: {retry: 4, backoffPolicy: linear, backoffDelay: PT2S}\n"
    },
}


def read_broker(*documents: dict[str, object]) -> Broker:
    manifests, problems = read_all(*documents)
    assert problems == []
    (found,) = manifests.brokers
    return found


def problem_of(document: dict[str, object]) -> tuple[str, str]:
    _, problems = read_all(document)
    (problem,) = problems
    return problem.field, problem.rule


def test_a_trigger_is_read_whole() -> None:
    manifests, problems = read_all(TRIGGER)
    assert problems == []
    inner = (Filter(dialect="exact", attributes={"a": "b"}), Filter(dialect="suffix", attributes={"a": "c"}))
    assert manifests.triggers == (
        Trigger(
            name=TriggerName("sales"), namespace=Namespace("shop"), broker=BrokerName("shop"),
            subscriber=Sink(service=ServiceName("record-sale"), namespace=Namespace("shop"), uri="/sales"),
            attributes={"type": "a"},
            filters=(
                Filter(dialect="prefix", attributes={"type": "zerocart."}),
                Filter(dialect="not", filters=(Filter(dialect="any", filters=inner),)),
            ),
            delivery=Delivery(
                retry=5, backoff_policy="linear", backoff_delay_s=0.5, timeout_s=60.0, format="json",
                dead_letter_sink=Sink(broker=BrokerName("dead"), namespace=Namespace("shop")),
            ),
        ),
    )  # fmt: skip


def test_a_broker_that_says_nothing_has_what_knative_ships() -> None:
    assert read_broker(BROKER).delivery == Delivery(retry=10, backoff_policy="exponential", backoff_delay_s=0.2)


def test_a_broker_that_says_nothing_has_what_config_br_defaults_says_for_its_namespace() -> None:
    assert read_broker(BROKER, DEFAULTS).delivery == Delivery(retry=3)
    elsewhere = changed(BROKER, "metadata.namespace", "other")
    expected = Delivery(retry=4, backoff_policy="linear", backoff_delay_s=2.0)
    assert read_broker(elsewhere, DEFAULTS).delivery == expected


def test_what_a_broker_says_of_delivery_stands_alone() -> None:
    assert read_broker(changed(BROKER, "spec.delivery", {"retry": 1}), DEFAULTS).delivery == Delivery(retry=1)


@pytest.mark.parametrize(
    ("path", "value", "field", "rule"),
    [
        ("spec.broker", None, "spec.broker", "missing field(s)"),
        ("spec.subscriber", None, "spec.subscriber", "missing field(s)"),
        ("spec.subscriber", {}, "spec.subscriber", "expected at least one, got none: ref, uri"),
        ("spec.subscriber.ref.kind", "Deployment", "spec.subscriber.ref.kind", "a subscriber of kind Deployment"),
        ("spec.brokerRef", {"name": "x"}, "spec.brokerRef", "must not set the field(s)"),
        ("spec.filter.attributes", {"Type": "a"}, "spec.filter.attributes.Type", 'invalid key name "Type"'),
        ("spec.filters", [{"exact": {"a-b": "c"}}], "spec.filters[0].exact.a-b", 'invalid key name "a-b"'),
        ("spec.filters", [{"cesql": "type LIKE 'a'"}], "spec.filters[0].cesql", "cesql is not honoured here"),
        ("spec.filters", [{"not": {"cesql": "TRUE"}}], "spec.filters[0].not.cesql", "cesql is not honoured here"),
        (
            "spec.filters", [{"exact": {"a": "b"}, "prefix": {"a": "b"}}], "spec.filters[0]",
            "multiple dialects found, filters can have only one dialect set",
        ),
        ("spec.delivery.retry", -1, "spec.delivery.retry", "expected 0 <= -1"),
        ("spec.delivery.backoffPolicy", "random", "spec.delivery.backoffPolicy", "invalid value: random"),
        ("spec.delivery.backoffDelay", "1s", "spec.delivery.backoffDelay", "invalid value: 1s"),
        ("spec.delivery.timeout", "PT0S", "spec.delivery.timeout", "invalid value"),
        ("spec.delivery.format", "xml", "spec.delivery.format", "invalid value: xml"),
        ("spec.delivery.retryAfterMax", "PT1S", "spec.delivery.retryAfterMax", "must not set the field(s)"),
        ("spec.delivery.deadLetterSink", {}, "spec.delivery.deadLetterSink", "expected at least one, got none"),
        (
            "metadata.annotations", {"knative.dev/dependency": "{}"}, "metadata.annotations.knative.dev/dependency",
            "knative.dev/dependency is not honoured here",
        ),
    ],
)  # fmt: skip
def test_what_knative_refuses_of_a_trigger_is_refused_and_so_is_what_is_not_honoured(
    path: str, value: object, field: str, rule: str
) -> None:
    found_field, found_rule = problem_of(changed(TRIGGER, path, value))
    assert found_field == field
    assert found_rule.startswith(rule)


def test_a_broker_of_another_class_is_refused() -> None:
    other = changed(BROKER, "metadata.annotations", {"eventing.knative.dev/broker.class": "Kafka"})
    assert problem_of(other)[1] == "a Broker of another class is not honoured here"


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("PT0.2S", 0.2), ("PT1M30S", 90), ("P1DT12H", 129600), ("P1W", 604800), ("PT0,5S", 0.5), ("-PT1S", -1),
        ("P1Y", 31556952), ("", None), ("P", None), ("PT", None), ("1s", None), ("PT1D", None), ("P1H", None),
        ("PT1S ", None), ("pt1s", None),
    ],
)  # fmt: skip
def test_durations_are_iso_8601(text: str, seconds: float | None) -> None:
    assert parse_period_s(text) == (None if seconds is None else pytest.approx(seconds))


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 10**6))
def test_a_duration_is_the_sum_of_its_parts(hours: int, minutes: int, seconds: int) -> None:
    assert parse_period_s(f"PT{hours}H{minutes}M{seconds}S") == hours * 3600 + minutes * 60 + seconds
