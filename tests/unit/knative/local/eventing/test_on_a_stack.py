"""On a whole stack: sources call functions at zero by their names in the cluster, and outlive the engine's death.

And Brokers: what they took, their Triggers' subscribers get, whoever is killed.
"""

import json
import secrets
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import urllib3

from tests.clients.conftest import BIN, Client
from tests.promises.faults import kill_and_wait, rows
from tests.stack import Stack
from tests.unit.knative.local.eventing.broker.subscriber import Subscriber, listening
from tests.waiting import wait_until

SINK = "{apiVersion: serving.knative.dev/v1, kind: Service, name: record-event}"
TICKS = f"""
apiVersion: sources.knative.dev/v1
kind: PingSource
metadata: {{name: ticks, namespace: shop}}
spec:
  schedule: "* * * * * *"
  contentType: application/json
  data: '{{"what": "a tick"}}'
  sink: {{ref: {SINK}, uri: /api/events}}
"""
LOST = TICKS.replace("name: ticks", "name: lost").replace("name: record-event", "name: nobody")
BINDING = f"""
apiVersion: sources.knative.dev/v1
kind: SinkBinding
metadata: {{name: cart-events, namespace: shop}}
spec:
  subject: {{apiVersion: serving.knative.dev/v1, kind: Service, name: cart}}
  sink: {{ref: {SINK}}}
"""
TO_BROKER = TICKS.replace("name: ticks", "name: to-broker").replace(
    f"{{ref: {SINK}, uri: /api/events}}", "{ref: {apiVersion: eventing.knative.dev/v1, kind: Broker, name: shop}}"
)
BROKER_URL = "http://broker-ingress.knative-eventing.svc.cluster.local/shop/shop"
OURS = "FROM analytics.events WHERE source = '/apis/v1/namespaces/shop/pingsources/ticks'"


def count(stack: Stack) -> int:
    ((found,),) = rows(stack, f"SELECT count(*) {OURS}")
    return int(str(found))


def source(stack: Stack, name: str) -> dict[str, object]:
    (found,) = [each for each in stack.status()["sources"] if each["name"] == name]
    return dict(found)


def test_a_function_at_zero_is_called_by_the_clock_and_the_engine_s_death_neither_ends_nor_doubles_that(
    own_stack: Stack,
) -> None:
    own_stack.wait_for_zero("record-event")
    own_stack.run("apply", "-f", "-", given=TICKS)
    wait_until(lambda: count(own_stack) >= 2, 30, "two ticks")
    assert own_stack.instance_count("record-event") >= 1
    ((event_type, data),) = rows(own_stack, f"SELECT DISTINCT type, data {OURS}")
    assert (event_type, data) == ("dev.knative.sources.ping", {"what": "a tick"})
    assert source(own_stack, "ticks")["ready"]
    assert "delivered" in own_stack.run("status")

    kill_and_wait(own_stack, "engine")
    before = count(own_stack)
    wait_until(lambda: count(own_stack) >= before + 2, 30, "ticks after the engine's return")
    ((events, ticks),) = rows(own_stack, f"SELECT count(*), count(DISTINCT date_trunc('second', time)) {OURS}")
    assert events == ticks, "a tick was fired twice"


def test_a_source_whose_sink_is_not_there_stops_no_up_and_is_said_not_to_be_ready(own_stack: Stack) -> None:
    own_stack.run("apply", "-f", "-", given=LOST)
    own_stack.run("up")
    found = source(own_stack, "lost")
    assert (found["ready"], found["reason"]) == (False, "its sink is not there: Service nobody in shop")
    assert "not ready, its sink is not there" in own_stack.run("status")


def test_a_new_binding_is_a_new_revision_which_outlives_the_engine_and_the_next_up(own_stack: Stack) -> None:
    before = own_stack.service("cart")["revisions"][-1]["name"]
    made = own_stack.run("apply", "-f", "-", given=BINDING)
    after = own_stack.service("cart")["revisions"][-1]["name"]
    assert after != before
    assert f"Made revision {after}" in made
    kill_and_wait(own_stack, "engine")
    own_stack.run("up")
    assert own_stack.service("cart")["revisions"][-1]["name"] == after
    assert "Made revision" not in own_stack.run("apply", "-f", "-", given=BINDING)


def test_a_sink_of_another_kind_is_refused_with_its_line(own_stack: Stack) -> None:
    done = own_stack.zerocart(
        "apply", "-f", "-", given=BINDING.replace("record-event", "b").replace("Service, name: b", "Broker, name: b")
    )
    assert done.code == 1
    assert "standard input:7: spec.sink.ref.kind: a sink of kind Broker" in done.errors


def trigger(name: str, subscriber: Subscriber, attributes: dict[str, str], broker: str = "shop") -> str:
    return json.dumps(
        {
            "apiVersion": "eventing.knative.dev/v1",
            "kind": "Trigger",
            "metadata": {"name": name, "namespace": "shop"},
            "spec": {
                "broker": broker,
                "filter": {"attributes": attributes},
                "subscriber": {"uri": subscriber.uri},
                "delivery": {"retry": 1000, "backoffPolicy": "linear", "backoffDelay": "PT0.05S"},
            },
        }
    )


def triggers(stack: Stack) -> dict[str, dict[str, object]]:
    return {each["name"]: each for broker in stack.status()["brokers"] for each in broker["triggers"]}


def _more_than(sent: Sequence[str], count: int) -> bool:
    return len(sent) > count


class Sender:
    """Sends events to the Broker as a function does, by way of the mesh, each until it is taken."""

    def __init__(self, stack: Stack) -> None:
        port = (stack.home / "mesh-port").read_text()
        self._http = urllib3.ProxyManager(f"http://127.0.0.1:{port}", retries=False)

    def send(self, event_id: str) -> None:
        headers = {"ce-specversion": "1.0", "ce-id": event_id, "ce-source": "/sender", "ce-type": "sent.v1"}

        def taken() -> bool:
            try:
                return self._http.request("POST", BROKER_URL, headers=headers, timeout=10).status == 202
            except urllib3.exceptions.HTTPError:
                return False

        wait_until(taken, 60, "an event that is taken")


def test_what_a_broker_took_is_delivered_whoever_is_killed(own_stack: Stack) -> None:
    with listening() as subscriber:
        own_stack.run("apply", "-f", "-", given=trigger("sent", subscriber, {"type": "sent.v1"}))
        sender, sent, over = Sender(own_stack), list[str](), threading.Event()

        def send_on() -> None:
            while not over.is_set():
                event_id = secrets.token_hex(8)
                sender.send(event_id)
                sent.append(event_id)

        with ThreadPoolExecutor(2) as threads:
            sending = [threads.submit(send_on) for _ in range(2)]
            try:
                for role in ("broker", "engine", "postgres", "envoy", "broker"):
                    wait_until(partial(_more_than, sent, len(sent) + 5), 30, "events between two kills")
                    kill_and_wait(own_stack, role)
            finally:
                over.set()
            for each in sending:
                each.result()
        wait_until(lambda: set(subscriber.ids) >= set(sent), 60, "every event that was taken")
        wait_until(lambda: triggers(own_stack)["sent"]["waiting"] == 0, 30, "nothing that waits")
        # The next engine knows of the Trigger without being told again, and so does the next broker.
        last = secrets.token_hex(8)
        sender.send(last)
        wait_until(lambda: last in subscriber.ids, 30, "an event after all that")
    own_stack.run("apply", "-f", "-", given=trigger("sent", subscriber, {"type": "none.v1"}))


def test_clients_make_show_and_delete_triggers_and_a_source_sends_to_a_broker(own_stack: Stack) -> None:
    kubectl = Client(program=BIN / "kubectl", stack=own_stack)
    own_stack.run("apply", "-f", "-", given=TO_BROKER)
    assert source(own_stack, "to-broker")["sink"] == BROKER_URL
    with listening() as subscriber:
        ticks = trigger("ticks", subscriber, {"source": "/apis/v1/namespaces/shop/pingsources/to-broker"})
        kubectl.run("apply", "-f", "-", given=ticks)
        kubectl.run("wait", "--for=condition=Ready", "trigger/ticks", "--timeout=30s")
        wait_until(lambda: len(subscriber.received) >= 2, 30, "two ticks")
        assert "ticks" in own_stack.run("status")
        shown = kubectl.run("get", "triggers")
        assert shown.split()[:6] == ["NAME", "BROKER", "SUBSCRIBER_URI", "AGE", "READY", "REASON"]
        assert subscriber.uri in shown
        assert BROKER_URL in kubectl.run("get", "brokers")
        moved = kubectl("apply", "-f", "-", given=trigger("ticks", subscriber, {}, broker="other"))
        assert "Immutable fields changed (-old +new): spec.broker" in moved.errors
        kubectl.run("apply", "-f", "-", given=trigger("astray", subscriber, {}, broker="nowhere"))
        reason = "jsonpath={.status.conditions[?(@.type=='Ready')].reason}"
        assert kubectl.run("get", "trigger", "astray", "-o", reason) == "BrokerDoesNotExist"
        kubectl.run("delete", "trigger", "ticks", "astray")
        assert "ticks" not in triggers(own_stack)
        wait_until(
            lambda: rows(own_stack, "SELECT count(*) FROM eventing.deliveries WHERE trigger = 'ticks'") == [(0,)], 30,
            "nothing that waits for a Trigger that is gone",
        )  # fmt: skip
        count_then = len(subscriber.received)
        ping = source(own_stack, "to-broker")["last"]
        wait_until(lambda: source(own_stack, "to-broker")["last"] != ping, 30, "a tick after that")
        assert len(subscriber.received) <= count_then + 1, "one may have been on its way"


def test_an_event_that_record_sale_refuses_is_kept_with_the_reason(own_stack: Stack) -> None:
    rows(
        own_stack,
        "INSERT INTO orders.outbox (id, source, type, time, data, others)"
        " VALUES ('broken', '/orders', 'zerocart.order.placed.v1', now(), '{\"no\": \"order\"}', '{}') RETURNING id",
    )
    found = "SELECT others->>'knativeerrorcode', others->>'knativeerrordest' FROM analytics.events WHERE id = 'broken'"
    wait_until(lambda: rows(own_stack, found), 60, "a dead letter")
    assert rows(own_stack, found) == [("422", "http://record-sale.shop.svc.cluster.local")]
    wait_until(lambda: triggers(own_stack)["record-sale"]["waiting"] == 0, 30, "nothing that waits")
