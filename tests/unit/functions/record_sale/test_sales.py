"""Events of orders are counted once each, whole or not at all, and what is no sale is refused or left alone."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import msgspec
import pytest

from shared import settings
from shared.cloud_events_http import BATCH, STRUCTURED
from shared.orders import Order
from tests.unit.functions.conftest import Function, Reply, Shop, fields
from tests.unit.functions.sold import order


@pytest.fixture
def record_sale(shop: Shop) -> Function:
    return shop.function("record_sale")


def event(placed: Order, what: str = "placed", **others: object) -> dict[str, Any]:
    return {
        "specversion": "1.0", "id": f"{placed.id}.{what}", "source": "/place-order",
        "type": f"zerocart.order.{what}.v1", "subject": placed.id, "datacontenttype": "application/json",
        "data": msgspec.to_builtins(placed), **others,
    }  # fmt: skip


def send(record_sale: Function, content: object, content_type: str = STRUCTURED) -> Reply:
    return record_sale.post("/", data=json.dumps(content), content_type=content_type)


def sales(shop: Shop) -> list[tuple[object, ...]]:
    return shop.rows("SELECT order_id::text, total_minor, units, paid, cancelled FROM analytics.sales")


def test_an_order_that_was_placed_is_counted_with_its_lines(shop: Shop, record_sale: Function) -> None:
    placed = order([("A", 2, 250), ("B", 3, 99)])
    reply = send(record_sale, event(placed))
    assert (reply.status_code, reply.data) == (204, b"")
    assert sales(shop) == [(placed.id, 797, 5, False, False)]
    assert shop.rows(
        "SELECT position, sku, name, units, line_total_minor FROM analytics.sale_lines ORDER BY position"
    ) == [(0, "A", "Good A", 2, 500), (1, "B", "Good B", 3, 297)]
    assert shop.value("SELECT placed_at FROM analytics.sales") == placed.placed_at


@pytest.mark.parametrize(
    ("happened", "paid", "cancelled"),
    [
        (["placed", "paid"], True, False),
        (["paid", "placed"], True, False),
        (["cancelled"], False, True),
        (["cancelled", "paid", "placed"], True, True),
        (["paid", "cancelled", "paid", "placed", "cancelled"], True, True),
    ],
)
def test_whichever_event_comes_first_brings_the_order_and_nothing_is_taken_back(
    shop: Shop, record_sale: Function, happened: list[str], paid: bool, cancelled: bool
) -> None:
    placed = order([("A", 2, 250)])
    for what in happened:
        assert send(record_sale, event(placed, what)).status_code == 204
    assert sales(shop) == [(placed.id, 500, 2, paid, cancelled)]
    assert shop.value("SELECT count(*) FROM analytics.sale_lines") == 1


def test_an_event_with_a_known_source_and_id_changes_nothing_whatever_it_says(
    shop: Shop, record_sale: Function
) -> None:
    first, second = order([("A", 2, 250)]), order([("A", 1, 250)])
    send(record_sale, event(first))
    assert send(record_sale, event(second, id=f"{first.id}.placed")).status_code == 204
    assert send(record_sale, event(first, "cancelled", id=f"{first.id}.placed")).status_code == 204
    assert sales(shop) == [(first.id, 500, 2, False, False)]
    assert send(record_sale, event(second, id=f"{first.id}.placed", source="/elsewhere")).status_code == 204
    assert len(sales(shop)) == 2


def test_an_event_of_another_type_is_202_and_left_alone(shop: Shop, record_sale: Function) -> None:
    reply = send(record_sale, {"specversion": "1.0", "id": "1", "source": "/x", "type": "product.seen"})
    assert (reply.status_code, reply.data) == (202, b""), "a sink's content would be taken for an event"
    assert sales(shop) == []


def test_a_binary_event_is_one_too(shop: Shop, record_sale: Function) -> None:
    placed = order([("A", 2, 250)])
    headers = {
        f"ce-{name}": str(value)
        for name, value in event(placed, "paid").items()
        if name not in {"data", "datacontenttype"}
    }
    body = msgspec.json.encode(placed)
    reply = record_sale.post("/internal/sales", data=body, content_type="application/json", headers=headers)
    assert reply.status_code == 204
    assert sales(shop) == [(placed.id, 500, 2, True, False)]


def test_a_batch_is_counted_whole_or_not_at_all(shop: Shop, record_sale: Function) -> None:
    first, second = order([("A", 2, 250)]), order([("A", 1, 250)])
    wrong = event(second)
    wrong["data"]["total"]["amount"] += 1
    assert send(record_sale, [event(first), wrong], BATCH).status_code == 422
    assert sales(shop) == []
    assert send(record_sale, [event(second), event(first, "paid"), event(first)], BATCH).status_code == 204
    assert sorted(sales(shop)) == sorted([(first.id, 500, 2, True, False), (second.id, 250, 1, False, False)])


@pytest.mark.parametrize(
    "change",
    [
        {"total": {"amount": 499, "currency": "GBP"}},
        {"total": {"amount": 500, "currency": "EUR"}},
        {"total": {"amount": 500.0, "currency": "GBP"}},
        {"items": []},
        {"items": None},
        {"id": "no uuid"},
        {"placed_at": "2026-11-24T12:00:00"},
        {"placed_at": "yesterday"},
        {"status": "lost"},
    ],
)
def test_what_is_no_order_or_does_not_add_up_is_422_and_counts_for_nothing(
    shop: Shop, record_sale: Function, change: dict[str, object]
) -> None:
    wrong = event(order([("A", 2, 250)]))
    wrong["data"] |= change
    reply = send(record_sale, wrong)
    assert (reply.status_code, fields(reply)) == (422, ["data"])
    assert (sales(shop), shop.value("SELECT count(*) FROM analytics.sale_events")) == ([], 0)


@pytest.mark.parametrize("data", [None, 1, "order", [], {}])
def test_data_that_is_no_order_is_422(record_sale: Function, data: object) -> None:
    assert send(record_sale, event(order([("A", 2, 250)])) | {"data": data}).status_code == 422


@pytest.mark.parametrize("pieces", [2**62, 2**70])
def test_more_than_the_store_can_keep_is_refused_for_good_and_not_an_error_of_ours(
    record_sale: Function, pieces: int
) -> None:
    placed = event(order([("A", pieces, 1), ("B", pieces, 1)]))
    assert send(record_sale, placed).status_code in {400, 422}


def test_what_is_no_event_is_400(record_sale: Function) -> None:
    assert record_sale.post("/", data=b"{}", content_type="application/json").status_code == 400


def test_the_events_of_an_order_all_at_once_and_twice_are_counted_once(shop: Shop, record_sale: Function) -> None:
    orders = [order([("A", 1 + turn, 250)]) for turn in range(5)]
    sent = [event(each, what) for each in orders for what in ("placed", "paid", "cancelled")] * 3
    together = threading.Barrier(len(sent), timeout=20)

    def send_at_once(each: dict[str, Any]) -> int:
        together.wait()
        return send(record_sale, each).status_code

    with ThreadPoolExecutor(len(sent)) as threads:
        assert set(threads.map(send_at_once, sent)) == {204}
    assert sorted(sales(shop)) == sorted(
        (each.id, each.total.amount, 1 + n, True, True) for n, each in enumerate(orders)
    )
    assert shop.value("SELECT count(*) FROM analytics.sale_lines") == 5


def test_while_the_database_is_away_it_is_503_and_the_event_may_come_again(
    shop: Shop, record_sale: Function, monkeypatch: pytest.MonkeyPatch
) -> None:
    placed = event(order([("A", 2, 250)]))
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:9/shop")
    settings.current.cache_clear()
    assert send(record_sale, placed).status_code == 503
    monkeypatch.setenv("DATABASE_URL", shop.database_url)
    settings.current.cache_clear()
    assert send(record_sale, placed).status_code == 204
    assert len(sales(shop)) == 1
