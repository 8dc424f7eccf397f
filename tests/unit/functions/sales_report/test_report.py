"""What was sold: counted by day and by product, for admins, and no currency in another's sum."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.event import listen, remove

from functions.record_sale import store as record_sale
from functions.record_sale.sale import EFFECTS, Sale
from shared import settings
from shared.cloud_events import CloudEvent
from shared.orders import Order
from tests.unit.functions.conftest import Reply, Shop, fields
from tests.unit.functions.sold import NOON, engine, order

DAY = timedelta(days=1)


def ask(shop: Shop, query: str = "?from=2026-11-01&to=2026-12-01", roles: Sequence[str] | None = ("admin",)) -> Reply:
    headers = {} if roles is None else {"Authorization": f"Bearer {shop.token(roles=list(roles))}"}
    return shop.function("sales_report").get(f"/api/reports/sales{query}", headers=headers)


def report(shop: Shop, query: str = "?from=2026-11-01&to=2026-12-01") -> Any:
    reply = ask(shop, query)
    assert reply.status_code == 200, reply.text
    return reply.json


def count(placed: Order, *happened: str) -> Order:
    """Have an order in the projection, with what happened to it."""
    for what in ("placed", *happened):
        kind = f"zerocart.order.{what}.v1"
        event = CloudEvent(id=f"{placed.id}.{what}", source="/place-order", type=kind)
        record_sale.record([Sale(event=event, order=placed, effect=EFFECTS[kind])])
    return placed


def pounds(minor: int) -> dict[str, object]:
    return {"amount": minor, "currency": "GBP"}


def test_what_is_not_cancelled_is_revenue_and_what_is_paid_of_it_is_told_apart(shop: Shop) -> None:
    count(order([("A", 2, 250), ("B", 1, 99)]), "paid")
    count(order([("A", 1, 250)]))
    count(order([("A", 7, 250)]), "cancelled")
    count(order([("B", 5, 99)]), "paid", "cancelled")
    found = report(shop)
    assert (found["orders"], found["cancelled"], found["units"]) == (2, 2, 4)
    assert (found["revenue"], found["paid"], found["pending"]) == (pounds(849), pounds(599), pounds(250))
    assert found["products"] == [
        {"sku": "A", "name": "Good A", "units": 3, "revenue": pounds(750)},
        {"sku": "B", "name": "Good B", "units": 1, "revenue": pounds(99)},
    ]
    assert [day for day in found["days"] if day["orders"]] == [
        {"day": "2026-11-24", "orders": 2, "units": 4, "revenue": pounds(849)}
    ]
    assert found["other_currencies"] == []


def test_without_sales_all_is_zero_and_every_day_is_there(shop: Shop) -> None:
    found = report(shop)
    assert (found["from"], found["to"]) == ("2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z")
    assert (found["orders"], found["cancelled"], found["units"], found["products"]) == (0, 0, 0, [])
    assert found["revenue"] == found["paid"] == found["pending"] == pounds(0)
    assert [day["day"] for day in found["days"]] == [f"2026-11-{number:02}" for number in range(1, 31)]


def test_from_is_in_and_to_is_not_to_the_last_microsecond(shop: Shop) -> None:
    begin, end = datetime(2026, 11, 24, tzinfo=UTC), datetime(2026, 11, 25, tzinfo=UTC)
    tick = timedelta(microseconds=1)
    for moment, price in ((begin - tick, 1), (begin, 10), (end - tick, 100), (end, 1000), (end + tick, 10_000)):
        count(order([("A", 1, price)], placed_at=moment), "paid")
    exact = "?from=2026-11-24T00:00:00.000001Z&to=2026-11-25T01:00:00.000001%2B01:00"
    for query, minor in (("?from=2026-11-24&to=2026-11-25", 110), (exact, 1100)):
        found = report(shop, query)
        assert found["revenue"] == found["paid"] == found["products"][0]["revenue"] == pounds(minor)


def test_a_day_is_one_of_utc(shop: Shop) -> None:
    count(order([("A", 1, 10)], placed_at=datetime.fromisoformat("2026-11-24T00:30:00+01:00")))
    count(order([("A", 1, 100)], placed_at=datetime.fromisoformat("2026-11-24T23:30:00-01:00")))
    days = {day["day"]: day["revenue"]["amount"] for day in report(shop)["days"] if day["orders"]}
    assert days == {"2026-11-23": 10, "2026-11-25": 100}


def test_the_sums_of_the_days_and_of_all_products_are_the_revenue(shop: Shop) -> None:
    for turn in range(20):
        count(order([("A", 1 + turn, 250), ("B", 2, 99)], placed_at=NOON - turn * DAY), *["paid"] * (turn % 2))
    found = report(shop)
    assert sum(day["revenue"]["amount"] for day in found["days"]) == found["revenue"]["amount"] > 0
    assert sum(each["revenue"]["amount"] for each in found["products"]) == found["revenue"]["amount"]
    assert sum(day["units"] for day in found["days"]) == sum(each["units"] for each in found["products"])


def test_the_products_are_those_with_the_most_revenue_and_of_equal_ones_the_first_by_sku(shop: Shop) -> None:
    count(order([(f"S{number:02}", 1, 100) for number in range(25)] + [("Z", 1, 5000), ("Y", 60, 50)]))
    products = report(shop)["products"]
    assert [each["sku"] for each in products] == ["Z", "Y", *(f"S{number:02}" for number in range(18))]


def test_a_product_has_the_name_that_it_was_last_sold_under(shop: Shop) -> None:
    for placed_at, name in ((NOON, "Lantern 2"), (NOON - DAY, "Lantern 1"), (NOON - 2 * DAY, "Lantern 0")):
        placed = order([("A", 1, 250)], placed_at=placed_at)
        shop.rows("TRUNCATE analytics.sale_events")
        count(placed)
        shop.rows("UPDATE analytics.sale_lines SET name = %s WHERE order_id = %s", [name, placed.id])
    assert [each["name"] for each in report(shop)["products"]] == ["Lantern 2"]


def test_another_currency_is_in_no_sum_and_is_named(shop: Shop) -> None:
    count(order([("A", 1, 250)]), "paid")
    count(order([("A", 1, 1_000_000)], currency="JPY"), "paid")
    count(order([("A", 1, 999)], currency="EUR"), "cancelled")
    found = report(shop)
    assert (found["revenue"], found["paid"], found["orders"], found["cancelled"]) == (pounds(250), pounds(250), 1, 0)
    assert (found["units"], found["products"][0]["revenue"]) == (1, pounds(250))
    assert found["other_currencies"] == ["EUR", "JPY"]


def test_all_parts_are_of_one_moment_though_sales_come_in_between(shop: Shop) -> None:
    count(order([("A", 1, 250)]), "paid")

    def sell_more(*_: object) -> None:
        shop.rows("UPDATE analytics.sales SET paid = true")
        shop.rows(
            "INSERT INTO analytics.sales VALUES (gen_random_uuid(), %s, 'GBP', 100, 1, true, false)", [NOON]
        )  # fmt: skip

    listen(engine(), "after_cursor_execute", sell_more)
    try:
        found = report(shop)
    finally:
        remove(engine(), "after_cursor_execute", sell_more)
    assert shop.value("SELECT count(*) FROM analytics.sales") != 1
    assert found["revenue"] == found["paid"] == {"amount": sum_of(found["days"]), "currency": "GBP"}


def sum_of(days: Sequence[Any]) -> int:
    return sum(day["revenue"]["amount"] for day in days)


def test_by_default_it_is_the_last_thirty_days_with_today(shop: Shop) -> None:
    now = datetime.now(UTC)
    count(order([("A", 1, 10)], placed_at=now))
    count(order([("A", 1, 100)], placed_at=now - 28 * DAY))
    count(order([("A", 1, 1000)], placed_at=now - 31 * DAY))
    found = report(shop, "")
    assert found["revenue"] == pounds(110)
    assert len(found["days"]) == 30


def test_sums_may_be_large(shop: Shop) -> None:
    count(order([("A", 10_000, 10**14)]), "paid")
    assert report(shop)["revenue"] == pounds(10**18)


def test_without_a_token_it_is_401_and_without_the_role_403(shop: Shop) -> None:
    assert ask(shop, roles=None).status_code == 401
    for roles in ([], ["customer"], ["administrator"], ["Admin"]):
        reply = ask(shop, roles=roles)
        assert (reply.status_code, reply.json["type"]) == (403, "forbidden")
    assert ask(shop, roles=["customer", "admin"]).status_code == 200


def test_a_header_that_anyone_can_write_is_no_role(shop: Shop) -> None:
    headers = {"Authorization": f"Bearer {shop.token()}", "x-user-roles": "admin", "x-roles": "admin"}
    assert shop.function("sales_report").get("/api/reports/sales", headers=headers).status_code == 403


def test_while_the_database_is_away_it_is_503(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:9/shop")
    settings.current.cache_clear()
    reply = ask(shop)
    assert (reply.status_code, reply.headers["Retry-After"]) == (503, "1")


def test_no_cache_keeps_it(shop: Shop) -> None:
    assert ask(shop).headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("query", "wrong"),
    [
        ("?from=2026-12-02&to=2026-12-01", ["from"]),
        ("?from=2026-02-30", ["from"]),
        ("?to=yesterday", ["to"]),
        ("?from=2026-11-24T10:00:00", ["from"]),
        ("?from=2025-01-01&to=2026-12-01", ["from"]),
        ("?currency=GBP", ["currency"]),
        ("?from=2026-11-01&from=2026-11-02", ["from"]),
    ],
)
def test_a_time_that_is_none_is_422_and_named(shop: Shop, query: str, wrong: list[str]) -> None:
    reply = ask(shop, query)
    assert (reply.status_code, fields(reply)) == (422, wrong)
