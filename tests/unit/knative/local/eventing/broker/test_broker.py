"""The broker's process: what it answers, what subscribers get and how often, and that no kill loses an event."""

import base64
import json
from collections.abc import Callable, Sequence
from functools import partial
from itertools import pairwise
from typing import Literal

import pytest

from knative.local.eventing.addresses import Address
from knative.local.eventing.broker.configuration import Route
from knative.local.eventing.broker.dispatcher import SLOTS
from knative.local.model import BrokerName, Delivery, Filter, Namespace, Sink, TriggerName
from tests.servers import PostgresServer
from tests.together import at_once
from tests.unit.knative.local.eventing.broker.conftest import BrokerProcess
from tests.unit.knative.local.eventing.broker.subscriber import Said, Subscriber
from tests.waiting import wait_until

SHOP, BROKER = Namespace("shop"), BrokerName("shop")
STRUCTURED = "application/cloudevents+json"
WITHIN_S = 30.0


def route(
    to: Subscriber | None,
    name: str = "trigger",
    *,
    dead: Subscriber | None = None,
    retry: int = 0,
    policy: Literal["linear", "exponential", ""] = "",
    delay_s: float = 0.0,
    timeout_s: float | None = None,
    prefix: str = "",
    form: Literal["json", "binary", ""] = "",
) -> Route:
    sink = Sink(uri=dead.uri) if dead else None
    return Route(
        namespace=SHOP, broker=BROKER, trigger=TriggerName(name),
        subscriber=Address(url=to.uri, timeout_s=WITHIN_S) if to else None,
        dead_letter_sink=Address(url=dead.uri, timeout_s=WITHIN_S) if dead else None,
        delivery=Delivery(
            retry=retry, backoff_policy=policy, backoff_delay_s=delay_s, timeout_s=timeout_s, dead_letter_sink=sink,
            format=form,
        ),
        filters=(Filter(dialect="prefix", attributes={"type": prefix}),) if prefix else (),
    )  # fmt: skip


def nothing_waits(broker: BrokerProcess) -> Callable[[], bool]:
    return lambda: broker.rows("SELECT count(*) FROM eventing.deliveries WHERE parked_at IS NULL") == [(0,)]


def wait_for(subscriber: Subscriber, count: int) -> None:
    wait_until(lambda: len(subscriber.received) >= count, WITHIN_S, f"{count} requests")


# What the ingress answers.


def test_the_ingress_answers_as_knative_s(broker: BrokerProcess, subscribers: Sequence[Subscriber]) -> None:
    assert broker.send().status == 404, "there is no Broker yet"
    broker.route(route(subscribers[0]))
    assert broker.send("1").status == 202
    assert broker.send("2", path="/shop/shop/").status == 202
    assert broker.send(path="/shop/other").status == 404
    assert broker.send(path="/other/shop").status == 404
    assert broker.send(path="/").status == 404
    assert broker.send(path="/shop").status == 400
    assert broker.send(path="/shop/shop/more").status == 400
    assert broker.send(knativebrokerttl="1").status == 400
    assert broker.http.request("POST", "/shop/shop", body=b"{}").status == 400
    asked = broker.http.request("GET", "/shop/shop")
    assert (asked.status, asked.headers["allow"]) == (405, "POST, OPTIONS")
    options = broker.http.request("OPTIONS", "/shop/shop")
    assert (options.status, options.headers["webhook-allowed-origin"]) == (200, "*")
    wait_for(subscribers[0], 2)
    assert sorted(subscribers[0].ids) == ["1", "2"]


def test_a_body_that_is_too_large_is_not_taken(broker: BrokerProcess, subscribers: Sequence[Subscriber]) -> None:
    broker.route(route(subscribers[0]))
    answer = broker.http.request("POST", "/shop/shop", body=b" " * (1024 * 1024 + 1))
    assert answer.status == 413


def test_a_broker_that_was_told_nothing_takes_nothing(broker: BrokerProcess, subscribers: Sequence[Subscriber]) -> None:
    broker.route(route(subscribers[0]))
    broker.kill()
    broker.start(is_told=False)
    answer = broker.send()
    assert (answer.status, answer.headers["retry-after"]) == (503, "1")
    broker.tell(broker.configuration)
    assert broker.send().status == 202


def test_while_postgres_is_away_nothing_is_taken_and_what_came_before_is_delivered_after(
    broker: BrokerProcess, subscribers: Sequence[Subscriber], own_postgres: PostgresServer
) -> None:
    subscribers[0].says = [Said(status=503), Said()]
    broker.route(route(subscribers[0], retry=5, policy="linear", delay_s=0.01))
    subscribers[0].answers.clear()
    assert broker.send("before").status == 202
    wait_for(subscribers[0], 1)
    own_postgres.kill()
    for _ in range(20):
        assert broker.send("meanwhile").status == 503
    subscribers[0].answers.set()
    own_postgres.start()
    wait_for(subscribers[0], 2)
    wait_until(nothing_waits(broker), WITHIN_S, "nothing that waits")
    assert set(subscribers[0].ids) == {"before"}
    assert broker.send("after").status == 202
    wait_until(lambda: "after" in subscribers[0].ids, WITHIN_S, "the event after")
    subscribers[0].answers.clear()
    for _ in range(SLOTS):
        broker.send()
    wait_until(lambda: subscribers[0].held_count == SLOTS, WITHIN_S, "as many at once as before")


# What a subscriber gets.


def test_a_subscriber_gets_the_event_with_what_a_broker_adds(
    broker: BrokerProcess, subscribers: Sequence[Subscriber]
) -> None:
    broker.route(route(subscribers[0]))
    sent = broker.http.request(
        "POST", "/shop/shop",
        body=b'{"specversion": "1.0", "id": "1", "source": "/s", "type": "t", "data": {"a": 1.50}}',
        headers={"content-type": STRUCTURED, "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"},
    )  # fmt: skip
    assert sent.status == 202
    wait_for(subscribers[0], 1)
    (found,) = subscribers[0].received
    assert found.body == b'{"a": 1.50}'
    assert found.headers["content-type"] == "application/json"
    assert {name: found.headers[name] for name in ("ce-id", "ce-source", "ce-type", "ce-specversion")} == {
        "ce-id": "1", "ce-source": "/s", "ce-type": "t", "ce-specversion": "1.0"
    }  # fmt: skip
    assert (found.headers["prefer"], found.headers["kn-namespace"]) == ("reply", "shop")
    assert found.headers["traceparent"].startswith("00-0af7651916cd43dd8448eb211c80319c")
    assert "ce-knativearrivaltime" in found.headers
    assert "ce-knativebrokerttl" not in found.headers


def test_a_trigger_may_ask_for_one_document_of_json(broker: BrokerProcess, subscribers: Sequence[Subscriber]) -> None:
    broker.route(route(subscribers[0], form="json"))
    broker.send("1")
    wait_for(subscribers[0], 1)
    (found,) = subscribers[0].received
    assert found.headers["content-type"] == STRUCTURED
    assert json.loads(found.body)["id"] == "1"


def test_each_trigger_gets_what_it_asks_for(broker: BrokerProcess, subscribers: Sequence[Subscriber]) -> None:
    orders, everything, _ = subscribers
    broker.route(route(orders, "orders", prefix="zerocart.order."), route(everything, "everything"))
    broker.send("order")
    broker.send("other", kind="zerocart.cart.changed.v1")
    wait_for(everything, 2)
    wait_until(nothing_waits(broker), WITHIN_S, "nothing that waits")
    assert (orders.ids, sorted(everything.ids)) == (["order"], ["order", "other"])


def test_a_new_trigger_gets_later_events_alone_and_a_deleted_one_none(
    broker: BrokerProcess, subscribers: Sequence[Subscriber]
) -> None:
    first, second, _ = subscribers
    first.says = [Said(status=503)]
    broker.route(route(first, "first", retry=1000, policy="linear", delay_s=0.01))
    broker.send("1")
    wait_for(first, 2)
    broker.route(route(second, "second"))
    broker.send("2")
    wait_for(second, 1)
    wait_until(nothing_waits(broker), WITHIN_S, "nothing that waits for a Trigger that is gone")
    assert second.ids == ["2"]
    assert set(first.ids) == {"1"}


def test_the_event_that_a_subscriber_answers_with_goes_to_the_broker(
    broker: BrokerProcess, subscribers: Sequence[Subscriber]
) -> None:
    asked, told, _ = subscribers
    reply = {"ce-specversion": "1.0", "ce-id": "answer", "ce-source": "/asked", "ce-type": "reply.v1"}
    asked.says = [Said(status=200, headers={**reply, "content-type": "application/json"}, body=b"[1]")]
    broker.route(route(asked, "asked", prefix="zerocart."), route(told, "told", prefix="reply."))
    broker.send("question")
    wait_for(told, 1)
    assert (told.ids, told.received[0].body) == (["answer"], b"[1]")
    wait_until(nothing_waits(broker), WITHIN_S, "nothing that waits")
    assert asked.ids == ["question"]


def test_a_loop_of_answers_ends(broker: BrokerProcess, subscribers: Sequence[Subscriber]) -> None:
    loops, dead, _ = subscribers
    reply = {"ce-specversion": "1.0", "ce-id": "again", "ce-source": "/loop", "ce-type": "loop.v1"}
    loops.says = [Said(status=200, headers=reply)]
    broker.route(route(loops, dead=dead))
    broker.send("first", knativebrokerttl="4")
    wait_for(dead, 1)
    assert loops.ids == ["first", "again", "again"]
    assert dead.received[0].headers["ce-knativeerrorcode"] == "400"
    assert dead.received[0].headers["ce-knativeerrordest"].endswith("/shop/shop")


@pytest.mark.parametrize("said", [Said(status=200, body=b'{"not": "an event"}'), Said(status=200, body=b"words")])
def test_an_answer_that_is_neither_empty_nor_an_event_is_a_failure(
    broker: BrokerProcess, subscribers: Sequence[Subscriber], said: Said
) -> None:
    asked, dead, _ = subscribers
    asked.says = [said]
    broker.route(route(asked, dead=dead, retry=1))
    broker.send()
    wait_for(dead, 1)
    assert len(asked.received) == 2
    assert dead.received[0].headers["ce-knativeerrorcode"] == "502"


# How often.


def test_a_subscriber_that_comes_to_itself_gets_the_event_once_more_after_growing_pauses(
    broker: BrokerProcess, subscribers: Sequence[Subscriber]
) -> None:
    subscribers[0].says = [Said(status=500), Said(status=503), Said(status=429), Said(status=202)]
    broker.route(route(subscribers[0], retry=10, policy="exponential", delay_s=0.1))
    broker.send("1")
    wait_for(subscribers[0], 4)
    wait_until(nothing_waits(broker), WITHIN_S, "nothing that waits")
    assert subscribers[0].ids == ["1"] * 4
    times_s = [each.at_s for each in subscribers[0].received]
    pauses_s = [after - before for before, after in pairwise(times_s)]
    # Each is at least what it must be; how much longer, a busy machine decides.
    assert all(pause >= least for pause, least in zip(pauses_s, (0.1, 0.2, 0.4), strict=True)), pauses_s


def test_what_nobody_takes_goes_to_the_dead_letter_sink_with_the_reason(
    broker: BrokerProcess, subscribers: Sequence[Subscriber]
) -> None:
    away, dead, _ = subscribers
    away.says = [Said(status=503, body=b"not today")]
    broker.route(route(away, dead=dead, retry=2, policy="linear", delay_s=0.01))
    broker.send("1")
    wait_for(dead, 1)
    wait_until(nothing_waits(broker), WITHIN_S, "nothing that waits")
    assert away.ids == ["1"] * 3
    (found,) = dead.received
    assert (found.id, found.body) == ("1", b'{"a": 1.50}')
    assert found.headers["ce-knativeerrordest"] == away.uri
    assert found.headers["ce-knativeerrorcode"] == "503"
    assert base64.b64decode(found.headers["ce-knativeerrordata"]) == b"not today"
    assert "prefer" not in found.headers
    assert "is given up after 3 attempts" in broker.log()


def test_a_refusal_goes_to_the_dead_letter_sink_at_once(
    broker: BrokerProcess, subscribers: Sequence[Subscriber]
) -> None:
    strict, dead, _ = subscribers
    strict.says = [Said(status=422)]
    broker.route(route(strict, dead=dead, retry=10, policy="linear", delay_s=30))
    broker.send("1")
    wait_for(dead, 1)
    assert strict.ids == ["1"]


def test_without_a_dead_letter_sink_the_event_stays_parked(
    broker: BrokerProcess, subscribers: Sequence[Subscriber]
) -> None:
    subscribers[0].says = [Said(status=400, body=b"no")]
    broker.route(route(subscribers[0]))
    broker.send("1")
    wait_until(lambda: broker.counts().get("trigger", {}).get("parked") == 1, WITHIN_S, "a parked event")
    assert broker.rows("SELECT event->>'id', failed_code, failed_data FROM eventing.deliveries") == [("1", 400, b"no")]


def test_a_dead_letter_sink_that_is_away_is_tried_again_and_then_the_event_stays_parked(
    broker: BrokerProcess, subscribers: Sequence[Subscriber]
) -> None:
    strict, dead, _ = subscribers
    strict.says, dead.says = [Said(status=400)], [Said(status=500)]
    broker.route(route(strict, dead=dead, retry=1))
    broker.send("1")
    wait_until(lambda: broker.counts().get("trigger", {}).get("parked") == 1, WITHIN_S, "a parked event")
    assert (strict.ids, dead.ids) == (["1"], ["1", "1"])


def test_a_subscriber_that_does_not_answer_in_time_is_tried_again(
    broker: BrokerProcess, subscribers: Sequence[Subscriber]
) -> None:
    subscribers[0].answers.clear()
    broker.route(route(subscribers[0], retry=5, timeout_s=0.2))
    broker.send("1")
    wait_for(subscribers[0], 2)
    subscribers[0].answers.set()
    wait_until(nothing_waits(broker), WITHIN_S, "nothing that waits")
    assert set(subscribers[0].ids) == {"1"}


def test_a_subscriber_that_is_not_there_yet_gets_the_event_when_it_is(
    broker: BrokerProcess, subscribers: Sequence[Subscriber]
) -> None:
    broker.route(route(None, retry=1000, policy="linear", delay_s=0.01))
    broker.send("1")
    wait_until(lambda: broker.counts().get("trigger", {}).get("retrying") == 1, WITHIN_S, "an event that waits")
    broker.route(route(subscribers[0], retry=1000))
    wait_for(subscribers[0], 1)
    assert subscribers[0].ids == ["1"]


def test_a_slow_subscriber_keeps_the_events_from_no_other(
    broker: BrokerProcess, subscribers: Sequence[Subscriber]
) -> None:
    slow, quick, _ = subscribers
    slow.answers.clear()
    broker.route(route(slow, "slow", prefix="slow."), route(quick, "quick", prefix="quick."))
    for _ in range(40):
        broker.send(kind="slow.v1")
    broker.send("1", kind="quick.v1")
    wait_for(quick, 1)
    assert len(slow.received) <= SLOTS
    slow.answers.set()
    wait_for(slow, 40)


# Who dies.


def test_a_broker_that_is_killed_has_delivered_everything_in_the_end(
    broker: BrokerProcess, subscribers: Sequence[Subscriber]
) -> None:
    broker.route(route(subscribers[0], retry=1000, policy="linear", delay_s=0.01))
    sent = [f"event-{number}" for number in range(60)]
    for third in range(3):
        subscribers[0].answers.clear()
        for answer in at_once([partial(broker.send, each) for each in sent[third * 20 :][:20]]):
            assert answer.status == 202
        wait_until(lambda: subscribers[0].held_count > 0, WITHIN_S, "a delivery under way")
        broker.kill()
        subscribers[0].answers.set()
        broker.start()
    wait_until(lambda: set(subscribers[0].ids) == set(sent), WITHIN_S, "every event")
    wait_until(nothing_waits(broker), WITHIN_S, "nothing that waits")


def test_what_was_taken_outlives_postgres_and_the_broker_at_once(
    broker: BrokerProcess, subscribers: Sequence[Subscriber], own_postgres: PostgresServer
) -> None:
    broker.route(route(subscribers[0]))
    subscribers[0].answers.clear()
    sent = [f"event-{number}" for number in range(10)]
    assert [broker.send(each).status for each in sent] == [202] * len(sent)
    own_postgres.kill()
    broker.kill()
    subscribers[0].received.clear()
    subscribers[0].answers.set()
    own_postgres.start()
    broker.start()
    wait_until(lambda: set(subscribers[0].ids) == set(sent), WITHIN_S, "every event")


def test_attempts_are_counted_on_after_a_kill(broker: BrokerProcess, subscribers: Sequence[Subscriber]) -> None:
    away, dead, _ = subscribers
    away.says = [Said(status=503)]
    broker.route(route(away, dead=dead, retry=4, policy="linear", delay_s=0.2))
    broker.send("1")
    wait_until(
        lambda: broker.rows("SELECT attempts >= 3 FROM eventing.deliveries") == [(True,)], WITHIN_S, "three attempts"
    )
    broker.kill()
    broker.start()
    wait_for(dead, 1)
    # An attempt under way, and one that was not written down yet, are made again.
    assert 5 <= len(away.received) <= 7
