"""A cart: kept whole, at the prices of now, and never overwritten unseen."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from tests.unit.functions.conftest import OTHER_ACCOUNT_ID, Function, Reply, Shop, fields


@pytest.fixture
def cart(shop: Shop) -> Function:
    shop.stock({"A": 5, "B": 0}, price_minor=250)
    return shop.function("cart")


def read(shop: Shop, cart: Function, **claims: str) -> Reply:
    return cart.get("/api/cart", headers={"Authorization": f"Bearer {shop.token(**claims)}"})


def put(shop: Shop, cart: Function, lines: Mapping[str, int], if_match: str | None, **claims: str) -> Reply:
    items = [{"sku": sku, "quantity": pieces} for sku, pieces in lines.items()]
    headers = {"Authorization": f"Bearer {shop.token(**claims)}"}
    if if_match is not None:
        headers["If-Match"] = if_match
    return cart.put("/api/cart", json={"items": items}, headers=headers)


def test_at_first_it_is_empty_and_has_an_etag(shop: Shop, cart: Function) -> None:
    response = read(shop, cart)
    assert response.status_code == 200
    assert response.json == {"items": [], "total": {"amount": 0, "currency": "GBP"}, "withdrawn": []}
    assert response.headers["ETag"] == '"0"'


def test_what_was_put_in_is_there_with_names_and_sums(shop: Shop, cart: Function) -> None:
    changed = put(shop, cart, {"B": 2, "A": 1}, '"0"')
    assert changed.status_code == 200, changed.text
    assert changed.json == {
        "items": [
            {
                "sku": sku, "name": f"Good {sku}", "quantity": pieces,
                "unit_price": {"amount": 250, "currency": "GBP"},
                "line_total": {"amount": 250 * pieces, "currency": "GBP"},
            }
            for sku, pieces in (("B", 2), ("A", 1))
        ],
        "total": {"amount": 750, "currency": "GBP"},
        "withdrawn": [],
    }  # fmt: skip
    seen = read(shop, cart)
    assert (seen.json, seen.headers["ETag"]) == (changed.json, changed.headers["ETag"])


def test_it_may_be_emptied_and_its_etag_never_comes_back(shop: Shop, cart: Function) -> None:
    tags = ['"0"']
    for lines in ({"A": 1}, {}, {"A": 1}, {}):
        tags.append(put(shop, cart, lines, tags[-1]).headers["ETag"])
    assert read(shop, cart).json["items"] == []
    assert len(set(tags)) == len(tags)


def test_without_if_match_it_is_428(shop: Shop, cart: Function) -> None:
    for if_match in (None, "", "  "):
        response = put(shop, cart, {"A": 1}, if_match)
        assert (response.status_code, response.json["type"]) == (428, "precondition-required")
    assert read(shop, cart).json["items"] == []


@pytest.mark.parametrize("if_match", ['"0"', '"2"', 'W/"1"', "1", '"x"', '"', ",", f'"{"9" * 40}"', '"٣"', '"-1"'])
def test_another_state_is_412_and_changes_nothing(shop: Shop, cart: Function, if_match: str) -> None:
    assert put(shop, cart, {"A": 1}, '"0"').headers["ETag"] == '"1"'
    response = put(shop, cart, {"A": 2}, if_match.encode().decode("latin-1"))
    assert (response.status_code, response.json["type"]) == (412, "precondition-failed")
    seen = read(shop, cart)
    assert (seen.json["items"][0]["quantity"], seen.headers["ETag"]) == (1, '"1"')


def test_one_of_several_etags_or_a_star_is_enough(shop: Shop, cart: Function) -> None:
    assert put(shop, cart, {"A": 1}, "*").headers["ETag"] == '"1"'
    assert put(shop, cart, {"A": 2}, '"7", "1"').headers["ETag"] == '"2"'
    assert put(shop, cart, {"A": 3}, "*").headers["ETag"] == '"3"'


def test_of_many_changes_of_one_state_one_happens(shop: Shop, cart: Function) -> None:
    writers = 12
    for turn in range(5):
        etag = read(shop, cart).headers["ETag"]
        together = Barrier(writers)

        def change(pieces: int, etag: str = etag, together: Barrier = together) -> tuple[int, int]:
            together.wait()
            return put(shop, cart, {"A": pieces}, etag).status_code, pieces

        with ThreadPoolExecutor(writers) as threads:
            results = list(threads.map(change, range(1, writers + 1)))
        assert sorted(status for status, _ in results) == [200] + [412] * (writers - 1), turn
        [winner] = [pieces for status, pieces in results if status == 200]
        assert read(shop, cart).json["items"][0]["quantity"] == winner


def test_who_reads_and_changes_again_after_412_loses_no_ones_change(shop: Shop, cart: Function) -> None:
    writers, each = 6, 5

    def add(_writer: int) -> None:
        for _ in range(each):
            while True:
                seen = read(shop, cart)
                pieces = sum(item["quantity"] for item in seen.json["items"])
                if put(shop, cart, {"A": pieces + 1}, seen.headers["ETag"]).status_code == 200:
                    break

    with ThreadPoolExecutor(writers) as threads:
        list(threads.map(add, range(writers)))
    assert read(shop, cart).json["items"][0]["quantity"] == writers * each


def test_an_unknown_sku_is_named_and_nothing_changes(shop: Shop, cart: Function) -> None:
    response = put(shop, cart, {"A": 1, "X": 1}, '"0"')
    assert (response.status_code, fields(response)) == (422, ["items[1].sku"])
    assert read(shop, cart).headers["ETag"] == '"0"'


@pytest.mark.parametrize("pieces", [0, -1, 10_001])
def test_a_quantity_has_bounds(shop: Shop, cart: Function, pieces: int) -> None:
    response = put(shop, cart, {"A": pieces}, '"0"')
    assert (response.status_code, fields(response)) == (422, ["items[0].quantity"])
    assert put(shop, cart, {"A": 10_000}, '"0"').status_code == 200


def test_lines_of_one_sku_become_one(shop: Shop, cart: Function) -> None:
    items = [{"sku": "A", "quantity": 2}, {"sku": "B", "quantity": 1}, {"sku": "A", "quantity": 3}]
    headers = {"Authorization": f"Bearer {shop.token()}", "If-Match": '"0"'}
    response = cart.put("/api/cart", json={"items": items}, headers=headers)
    assert [(item["sku"], item["quantity"]) for item in response.json["items"]] == [("A", 5), ("B", 1)]


def test_what_is_no_longer_sold_is_named_and_costs_nothing(shop: Shop, cart: Function) -> None:
    put(shop, cart, {"A": 1, "B": 2}, '"0"')
    shop.rows("DELETE FROM catalog.products WHERE sku = 'B'")
    seen = read(shop, cart)
    assert [item["sku"] for item in seen.json["items"]] == ["A"]
    assert (seen.json["withdrawn"], seen.json["total"]["amount"]) == (["B"], 250)
    assert fields(put(shop, cart, {"B": 2}, '"1"')) == ["items[0].sku"]
    assert put(shop, cart, {"A": 1}, '"1"').json["withdrawn"] == []


def test_prices_are_those_of_now(shop: Shop, cart: Function) -> None:
    put(shop, cart, {"A": 2}, '"0"')
    shop.rows("UPDATE catalog.products SET price_minor = 300 WHERE sku = 'A'")
    assert read(shop, cart).json["total"]["amount"] == 600


def test_each_has_a_cart_of_their_own(shop: Shop, cart: Function) -> None:
    put(shop, cart, {"A": 1}, '"0"')
    assert read(shop, cart, account_id=OTHER_ACCOUNT_ID).json["items"] == []
    assert cart.get("/api/cart").status_code == 401


def test_another_method_is_told_all_that_fit(shop: Shop, cart: Function) -> None:
    response = cart.post("/api/cart", json={})
    assert (response.status_code, response.headers["Allow"]) == (405, "GET, HEAD, PUT")
    head = cart.head("/api/cart", headers={"Authorization": f"Bearer {shop.token()}"})
    assert (head.status_code, head.data, head.headers["ETag"]) == (200, b"", '"0"')


def test_no_cache_and_no_compression_comes_between(shop: Shop, cart: Function) -> None:
    assert read(shop, cart).headers["Cache-Control"] == "private, no-cache, no-transform"
