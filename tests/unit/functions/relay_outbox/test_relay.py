"""The outbox is published in order, all of it in the end, by one relay at a time, and nothing stands in the way."""

import json
import logging
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from functions.relay_outbox import store
from shared import metrics, settings, settlement
from shared.order_states import Happening
from tests.unit.functions.conftest import CARD, Function, Shop
from tests.unit.functions.relay_outbox.conftest import SINK, ping, run
from tests.unit.functions.small_mesh import SmallMesh
from tests.unit.functions.sold import happen, order, place, place_some
from tests.waiting import wait_until

NOTHING = {"settled": 0, "voided": 0, "published": 0, "parked": 0, "left": 0}
NO_EVENT = {"published": 0, "parked": 0, "left": 0}


def relayed(relay_outbox: Function) -> dict[str, int]:
    """What a run did with the events."""
    done = ping(relay_outbox)
    return {name: done[name] for name in NO_EVENT}


def sent(mesh: SmallMesh, status: int = 204) -> list[str]:
    """The ids of the events that the sink was sent, in their order."""
    return [json.loads(body)["id"] for body in mesh.bodies(SINK, status)]


def kept(shop: Shop) -> list[object]:
    return [row[0] for row in shop.rows("SELECT id FROM orders.outbox ORDER BY sequence")]


def published(name: str) -> float:
    found = metrics.current().registry.get_sample_value("zerocart_outbox_events_total", {"outcome": name})
    return found or 0.0


def test_a_ping_publishes_all_events_in_their_order(shop: Shop, mesh: SmallMesh, relay_outbox: Function) -> None:
    place_some(6)
    assert relayed(relay_outbox) == NO_EVENT | {"published": 10}
    assert sent(mesh) == kept(shop)
    assert relayed(relay_outbox) == NO_EVENT
    assert len(sent(mesh)) == 10
    assert shop.value("SELECT count(*) FROM orders.outbox WHERE published_at IS NULL") == 0


def test_it_answers_on_its_own_path_too(mesh: SmallMesh, relay_outbox: Function) -> None:
    assert (run(relay_outbox).status_code, run(relay_outbox).json) == (200, NOTHING)
    assert relay_outbox.get("/").status_code == 405


def test_more_than_a_batch_is_published_in_one_run(
    shop: Shop, mesh: SmallMesh, relay_outbox: Function, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "BATCH", 3)
    for _ in range(7):
        place(order([("A", 1, 250)]))
    assert ping(relay_outbox)["published"] == 7
    assert sent(mesh) == kept(shop)


@pytest.mark.parametrize("status", [302, 403, 404, 408, 429, 500, 503])
def test_a_sink_that_is_away_or_none_gets_all_later_and_in_order(
    shop: Shop, mesh: SmallMesh, relay_outbox: Function, status: int
) -> None:
    place_some(4)
    mesh.says[SINK] = status
    assert relayed(relay_outbox) == NO_EVENT | {"left": 7}
    assert len(mesh.bodies(SINK, status)) == 1, "no event is tried while one before it waits"
    del mesh.says[SINK]
    assert relayed(relay_outbox) == NO_EVENT | {"published": 7}
    assert sent(mesh) == kept(shop)


def test_a_sink_that_nobody_listens_at_is_away(
    shop: Shop, mesh: SmallMesh, relay_outbox: Function, monkeypatch: pytest.MonkeyPatch
) -> None:
    place_some(1)
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert relayed(relay_outbox) == NO_EVENT | {"left": 3}
    monkeypatch.setenv("http_proxy", mesh.url)
    assert ping(relay_outbox)["published"] == 3


def test_what_was_published_before_the_sink_went_away_is_not_published_again(
    shop: Shop, mesh: SmallMesh, relay_outbox: Function
) -> None:
    for sku in "ABCD":
        place(order([(sku, 1, 250)]))
    mesh.then = lambda _service: mesh.says.update({SINK: 503})
    assert relayed(relay_outbox) == NO_EVENT | {"published": 1, "left": 3}
    mesh.then = lambda _service: None
    mesh.says.clear()
    assert relayed(relay_outbox) == NO_EVENT | {"published": 3}
    assert sent(mesh) == kept(shop)


def test_an_event_that_the_sink_refuses_for_good_is_parked_with_the_reason_and_the_others_go_on(
    shop: Shop, mesh: SmallMesh, relay_outbox: Function, caplog: pytest.LogCaptureFixture
) -> None:
    before = published("parked")
    first, bad, last = (place(order([(sku, 1, 250)])) for sku in "ABC")
    mesh.says[SINK] = lambda body: 422 if bad.id.encode() in body else None
    assert relayed(relay_outbox) == NO_EVENT | {"published": 2, "parked": 1}
    assert sent(mesh) == [f"{first.id}.placed", f"{last.id}.placed"]
    assert shop.rows("SELECT subject, parked_reason, published_at FROM orders.outbox WHERE parked_at IS NOT NULL") == [
        (bad.id, "422 instead", None)
    ]
    assert published("parked") == before + 1
    [told] = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert vars(told)["fields"]["id"] == f"{bad.id}.placed"
    mesh.says.clear()
    assert relayed(relay_outbox) == NO_EVENT, "it is not tried again"
    shop.rows("UPDATE orders.outbox SET parked_at = NULL, parked_reason = NULL")
    assert relayed(relay_outbox) == NO_EVENT | {"published": 1}, "until somebody says so"


def test_two_relays_at_once_publish_each_event_once(shop: Shop, mesh: SmallMesh) -> None:
    place_some(20)
    in_the_sink, go_on = threading.Event(), threading.Event()

    def hold(service: str) -> None:
        if service == SINK:
            in_the_sink.set()
            go_on.wait(10)

    mesh.then = hold
    one, other = shop.function("relay_outbox"), shop.function("relay_outbox")
    with ThreadPoolExecutor(1) as threads:
        first = threads.submit(ping, one)
        assert in_the_sink.wait(10)
        second = ping(other)
        go_on.set()
        assert (second["published"], second["left"]) == (0, len(kept(shop)))
        assert first.result()["published"] == len(kept(shop))
    assert sent(mesh) == kept(shop)
    assert shop.value("SELECT count(*) FROM orders.outbox WHERE published_at IS NULL") == 0


def test_an_event_that_commits_late_under_an_earlier_number_is_not_skipped(
    shop: Shop, mesh: SmallMesh, relay_outbox: Function
) -> None:
    import psycopg

    with psycopg.connect(shop.database_url) as open_transaction:
        open_transaction.execute(
            "INSERT INTO orders.outbox (id, source, type, time, data) VALUES ('late', '/x', 'x', now(), '1')"
        )
        place(order([("A", 1, 250)]))
        assert ping(relay_outbox)["published"] == 1
    assert ping(relay_outbox)["published"] == 1
    assert sent(mesh, 202) == ["late"], "an event of a type that it does not know is no trouble for record-sale"


def test_the_time_of_a_run_is_bounded_and_what_is_left_is_told(
    shop: Shop, mesh: SmallMesh, relay_outbox: Function, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "RUN_WITHIN_S", 0.0)
    place_some(1)
    assert relayed(relay_outbox) == NO_EVENT | {"left": 3}


def test_however_many_payments_are_open_there_is_time_for_the_events(
    shop: Shop, mesh: SmallMesh, relay_outbox: Function, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "SETTLE_WITHIN_S", 0.1)
    monkeypatch.setattr(settlement, "settle_due", lambda _engine, _mesh, *, limit: limit)
    place(order([("A", 1, 250)]))
    done = ping(relay_outbox)
    assert done["settled"] > store.ORDERS_AT_ONCE
    assert done["published"] == 1


def test_without_a_sink_payments_are_settled_and_the_lack_is_an_error(
    shop: Shop, mesh: SmallMesh, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("K_SINK")
    settings.current.cache_clear()
    put_off(shop, mesh)
    assert run(shop.function("relay_outbox")).status_code == 500
    assert shop.value("SELECT status FROM orders.orders") == "paid"


def test_a_payment_that_was_put_off_is_settled_and_its_event_published_in_the_same_run(
    shop: Shop, mesh: SmallMesh, relay_outbox: Function
) -> None:
    placed_id = put_off(shop, mesh)
    assert ping(relay_outbox) == NOTHING | {"settled": 1, "published": 2}
    assert sent(mesh) == [f"{placed_id}.placed", f"{placed_id}.paid"]
    assert shop.rows("SELECT order_id::text, paid FROM analytics.sales") == [(placed_id, True)]


def test_a_charge_that_a_cancelled_order_has_is_taken_back(shop: Shop, mesh: SmallMesh, relay_outbox: Function) -> None:
    placed = place(order([("A", 1, 250)]))
    happen(placed, Happening.CHARGED, Happening.CANCELLED)
    assert ping(relay_outbox) == NOTHING | {"voided": 1, "published": 3}
    assert shop.rows("SELECT order_id::text, status FROM payments.ledger") == [(placed.id, "voided")]


def test_a_provider_that_is_away_keeps_no_event_back(shop: Shop, mesh: SmallMesh, relay_outbox: Function) -> None:
    put_off(shop, mesh)
    mesh.says["charge-payment"] = 503
    done = ping(relay_outbox)
    assert (done["settled"], done["published"]) == (0, 1)


def test_the_trace_of_the_request_that_placed_an_order_reaches_record_sale(
    shop: Shop, mesh: SmallMesh, relay_outbox: Function
) -> None:
    trace_id = "4bf92f3577b34da6a3ce929d0e0e4736"
    put_off(shop, mesh, traceparent=f"00-{trace_id}-00f067aa0ba902b7-01")
    ping(relay_outbox)
    [placed, _paid] = [each for each in mesh.passed if each.service == SINK]
    assert placed.traceparent is not None
    assert placed.traceparent.split("-")[1] == trace_id
    assert placed.trace_id == trace_id, "its span is in that trace"
    assert json.loads(placed.body)["traceparent"].split("-")[1] == trace_id


def test_while_the_database_is_away_it_is_503_and_the_ping_may_come_again(
    mesh: SmallMesh, relay_outbox: Function, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:9/shop")
    settings.current.cache_clear()
    reply = run(relay_outbox)
    assert (reply.status_code, reply.headers["Retry-After"]) == (503, "1")


def put_off(shop: Shop, mesh: SmallMesh, traceparent: str | None = None) -> str:
    """Place an order while the provider is away, and let its payment be due; gives its id."""
    shop.stock({"A": 10})
    mesh.says["charge-payment"] = 503
    headers = {"Authorization": f"Bearer {shop.token()}", "Idempotency-Key": "the-key"}
    reply = shop.function("place_order").post(
        "/api/orders",
        json={"items": [{"sku": "A", "quantity": 2}], "payment": {"card": CARD}},
        headers=headers | ({"traceparent": traceparent} if traceparent else {}),
    )
    assert (reply.status_code, reply.json["status"]) == (201, "payment_pending"), reply.text
    del mesh.says["charge-payment"]
    shop.rows("UPDATE orders.orders SET payment_due_at = now()")
    wait_until(lambda: shop.value("SELECT payment_due_at <= now() FROM orders.orders"), 5)
    return str(reply.json["id"])
