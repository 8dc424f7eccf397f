"""The sales report agrees with the orders to the penny, whatever happened to the events on their way."""

import os
import random
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from shared import database, outbox
from shared.cloud_events_http import STRUCTURED, encode
from tests.unit.functions.conftest import Function, Shop
from tests.unit.functions.relay_outbox.conftest import SINK, ping
from tests.unit.functions.small_mesh import SmallMesh
from tests.unit.functions.sold import engine, place_some

ROOT = Path(__file__).parents[4]
ONE_RUN = "from functions.relay_outbox import store; store.relay()"


def orders_say(shop: Shop) -> dict[str, object]:
    """The sums of the orders themselves."""
    [sums] = shop.rows("""
        SELECT count(*) FILTER (WHERE status <> 'cancelled'), count(*) FILTER (WHERE status = 'cancelled'),
            coalesce(sum(total_minor) FILTER (WHERE status <> 'cancelled'), 0)::bigint,
            coalesce(sum(total_minor) FILTER (WHERE status = 'paid'), 0)::bigint
        FROM orders.orders
    """)
    goods = shop.rows("""
        SELECT sku, sum(quantity)::bigint, sum(quantity * unit_price_minor)::bigint
        FROM orders.lines JOIN orders.orders ON orders.id = order_id WHERE status <> 'cancelled'
        GROUP BY sku ORDER BY 3 DESC, sku
    """)
    names = ("orders", "cancelled", "revenue", "paid")
    return dict(zip(names, sums, strict=True)) | {"products": goods}


def report_says(shop: Shop) -> dict[str, object]:
    reply = shop.function("sales_report").get(
        "/api/reports/sales?from=2026-11-01&to=2026-12-01",
        headers={"Authorization": f"Bearer {shop.token(roles=['admin'])}"},
    )
    assert reply.status_code == 200, reply.text
    report = reply.json
    assert report["revenue"]["amount"] == report["paid"]["amount"] + report["pending"]["amount"]
    assert report["revenue"]["amount"] == sum(day["revenue"]["amount"] for day in report["days"])
    return {
        "orders": report["orders"],
        "cancelled": report["cancelled"],
        "revenue": report["revenue"]["amount"],
        "paid": report["paid"]["amount"],
        "products": [(each["sku"], each["units"], each["revenue"]["amount"]) for each in report["products"]],
    }


def events() -> Sequence[bytes]:
    """What is in the outbox, as it would be sent."""
    pending = database.run(engine(), lambda connection: outbox.unpublished(connection, 1000))
    return [encode(each.event) for each in pending]


def test_after_a_plain_run_they_agree(shop: Shop, mesh: SmallMesh, relay_outbox: Function) -> None:
    place_some(13)
    assert report_says(shop) != orders_say(shop)
    assert ping(relay_outbox)["left"] == 0
    assert report_says(shop) == orders_say(shop)


@pytest.mark.parametrize("seed", range(5))
def test_out_of_order_and_some_of_them_twice_they_agree(shop: Shop, mesh: SmallMesh, seed: int) -> None:
    place_some(13)
    chance = random.Random(seed)
    sent = [*events(), *chance.choices(events(), k=12)]
    chance.shuffle(sent)
    record_sale = shop.function("record_sale")
    for body in sent:
        assert record_sale.post("/", data=body, content_type=STRUCTURED).status_code == 204
    assert report_says(shop) == orders_say(shop)


def test_all_published_a_second_time_they_agree(shop: Shop, mesh: SmallMesh, relay_outbox: Function) -> None:
    place_some(13)
    first = ping(relay_outbox)["published"]
    shop.rows("UPDATE orders.outbox SET published_at = NULL")
    assert ping(relay_outbox)["published"] == first
    assert report_says(shop) == orders_say(shop)
    shop.rows("TRUNCATE analytics.sale_events")  # as when the old ones are forgotten
    shop.rows("UPDATE orders.outbox SET published_at = NULL")
    assert ping(relay_outbox)["published"] == first
    assert report_says(shop) == orders_say(shop)


@pytest.mark.parametrize("seed", range(3))
def test_with_a_sink_that_goes_and_comes_they_agree(
    shop: Shop, mesh: SmallMesh, relay_outbox: Function, seed: int
) -> None:
    place_some(13)
    chance = random.Random(seed)
    # Before the sink has the event, or after: then the answer alone is lost.
    mesh.says[SINK] = lambda _body: chance.choice([503, 500, None, None, None])
    runs = 0
    while ping(relay_outbox)["left"]:
        runs += 1
        assert runs < 100
    assert runs > 0
    assert report_says(shop) == orders_say(shop)


def test_a_relay_that_is_killed_between_publishing_and_marking_publishes_again_and_they_agree(
    shop: Shop, mesh: SmallMesh, relay_outbox: Function
) -> None:
    place_some(5)
    before = mesh.bodies(SINK)
    for after in (1, 4):
        killed_after(mesh, after)
        assert shop.value("SELECT count(*) FROM orders.outbox WHERE published_at IS NOT NULL") == 0
        assert len(mesh.bodies(SINK)) == len(before) + after
        before = mesh.bodies(SINK)
    done = ping(relay_outbox)
    assert (done["left"], done["published"]) == (0, len(mesh.bodies(SINK)) - len(before))
    assert mesh.bodies(SINK)[:1] == mesh.bodies(SINK)[1:2] == before[:1], "the same event, each time from the start"
    assert report_says(shop) == orders_say(shop)


def killed_after(mesh: SmallMesh, count: int) -> None:
    """Run a relay in a process of its own, and kill -9 it when the sink has so many events, before it is told."""
    relay = subprocess.Popen([sys.executable, "-c", ONE_RUN], env={**os.environ, "PYTHONPATH": str(ROOT)}, cwd=ROOT)
    taken: list[str] = []

    def kill(service: str) -> None:
        taken.extend([service] if service == SINK else [])
        if len(taken) == count:
            relay.send_signal(signal.SIGKILL)
            relay.wait(10)

    mesh.then = kill
    try:
        assert relay.wait(30) == -signal.SIGKILL
    finally:
        mesh.then = lambda _service: None
        relay.kill()
