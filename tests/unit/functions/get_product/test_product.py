"""One product: there or not, fresh within a second, and readable while the database is away."""

import pytest

from shared import settings
from tests.servers import PostgresServer
from tests.unit.functions.conftest import Function, Shop
from tests.waiting import wait_until


@pytest.fixture
def get_product(shop: Shop) -> Function:
    return shop.function("get_product")


def test_a_product_is_found_by_its_sku(shop: Shop, get_product: Function) -> None:
    shop.stock({"85123A": 7, "85123B": 1}, price_minor=295)
    response = get_product.get("/api/products/85123A")
    assert (response.status_code, response.content_type) == (200, "application/json")
    assert (response.json["sku"], response.json["available"]) == ("85123A", 7)
    assert response.json["price"] == {"amount": 295, "currency": "GBP"}


def test_a_sku_with_any_letters_is_found(shop: Shop, get_product: Function) -> None:
    shop.stock({"Größe 1": 7})
    assert get_product.get("/api/products/Gr%C3%B6%C3%9Fe%201").json["sku"] == "Größe 1"


@pytest.mark.parametrize("sku", ["none", "85123a", "%00", "%FF", "a" * 3000])
def test_an_unknown_sku_is_not_found(shop: Shop, get_product: Function, sku: str) -> None:
    shop.stock({"85123A": 7})
    response = get_product.get(f"/api/products/{sku}")
    assert (response.status_code, response.json["type"]) == (404, "not-found")


def test_a_change_is_seen_within_seconds(shop: Shop, get_product: Function) -> None:
    shop.stock({"A": 7})
    before = get_product.get("/api/products/A")
    shop.rows("UPDATE catalog.products SET available = 6")
    wait_until(lambda: get_product.get("/api/products/A").json["available"] == 6, 5, "the new stock")
    again = get_product.get("/api/products/A", headers={"If-None-Match": before.headers["ETag"]})
    assert again.status_code == 200


def test_while_the_database_is_away_what_was_seen_is_shown_with_its_age(
    own_postgres: PostgresServer, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", own_postgres.url())
    settings.current.cache_clear()
    there = Shop(own_postgres.url(), shop.keys)
    there.stock({"A": 7})
    get_product = there.function("get_product")
    assert "Warning" not in get_product.get("/api/products/A").headers
    own_postgres.kill()
    wait_until(lambda: "Warning" in get_product.get("/api/products/A").headers, 5, "a stale answer")
    stale = get_product.get("/api/products/A")
    assert (stale.status_code, stale.json["available"]) == (200, 7)
    assert stale.headers["Warning"] == '110 - "Response is Stale"'
    assert int(stale.headers["Age"]) >= 1
    unseen = get_product.get("/api/products/B")
    assert (unseen.status_code, unseen.json["type"]) == (503, "unavailable")
    assert int(unseen.headers["Retry-After"]) >= 1
