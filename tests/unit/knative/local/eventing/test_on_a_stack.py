"""On a whole stack: sources call functions at zero by their names in the cluster, and outlive the engine's death."""

from tests.promises.faults import kill_and_wait, rows
from tests.stack import Stack
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
