"""GET and PUT /api/cart: one cart a person, and no change is lost."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.contract.conftest import Customer, Door, Reply, join

Goods = list[dict[str, object]]


@pytest.fixture
def owner(door: Door) -> Customer:
    return join(door)


def put(door: Door, customer: Customer, lines: Sequence[tuple[object, int]], if_match: str | None) -> Reply:
    content = {"items": [{"sku": sku, "quantity": pieces} for sku, pieces in lines]}
    headers = {} if if_match is None else {"If-Match": if_match}
    return door.call("PUT", "/api/cart", content, headers=headers, token=customer.token)


def test_a_cart_is_changed_on_top_of_what_was_read(door: Door, owner: Customer, goods: Goods) -> None:
    first = door.get("/api/cart", token=owner.token)
    assert (first.status, first.json["items"]) == (200, [])
    changed = put(door, owner, [(goods[0]["sku"], 2)], first.headers["ETag"])
    assert changed.status == 200, changed
    [line] = changed.objects("items")
    assert set(line) == {"sku", "name", "quantity", "unit_price", "line_total"}
    price = goods[0]["price"]
    assert isinstance(price, dict)
    assert line["unit_price"] == price
    assert changed.json["total"] == line["line_total"] == price | {"amount": price["amount"] * 2}
    assert changed.headers["ETag"] != first.headers["ETag"]
    seen = door.get("/api/cart", token=owner.token)
    assert (seen.json, seen.headers["ETag"]) == (changed.json, changed.headers["ETag"])
    assert put(door, owner, [], first.headers["ETag"]).status == 412
    assert put(door, owner, [], None).status == 428


def test_its_etag_comes_through_whole_where_the_client_takes_compression(
    door: Door, owner: Customer, goods: Goods
) -> None:
    put(door, owner, [(good["sku"], 1) for good in goods[:60]], '"0"')
    reply = door.call("GET", "/api/cart", headers={"Accept-Encoding": "gzip, br"}, token=owner.token)
    assert put(door, owner, [], reply.headers["ETag"]).status == 200


def test_of_many_at_once_one_changes_it(door: Door, owner: Customer, goods: Goods) -> None:
    etag = door.get("/api/cart", token=owner.token).headers["ETag"]

    def change(pieces: int) -> int:
        return put(door, owner, [(goods[0]["sku"], pieces)], etag).status

    with ThreadPoolExecutor(10) as threads:
        statuses = list(threads.map(change, range(1, 11)))
    assert sorted(statuses) == [200] + [412] * 9


@pytest.mark.parametrize(
    ("line", "field"),
    [(("no-such-sku", 1), "items[0].sku"), (("x", 0), "items[0].quantity"), (("x", 10_001), "items[0].quantity")],
)
def test_a_wrong_line_is_422_and_named(door: Door, owner: Customer, line: tuple[object, int], field: str) -> None:
    reply = put(door, owner, [line], '"0"')
    assert (reply.status, reply.fields) == (422, [field])


def test_without_a_token_it_is_401(door: Door) -> None:
    assert door.get("/api/cart").status == 401
    assert door.call("PUT", "/api/cart", {"items": []}, headers={"If-Match": '"0"'}).status == 401


def test_another_method_is_405_and_told_which_fit(door: Door, owner: Customer) -> None:
    reply = door.post("/api/cart", {}, token=owner.token)
    assert reply.status == 405
    assert set(reply.headers["Allow"].split(", ")) == {"GET", "HEAD", "PUT"}
