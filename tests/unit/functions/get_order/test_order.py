"""An order can be read by whom it belongs to, as it is now."""

import uuid

import pytest

from tests.unit.functions.conftest import ACCOUNT_ID, CARD, OTHER_ACCOUNT_ID, Function, Reply, Shop


@pytest.fixture
def order(paying_shop: Shop) -> dict[str, object]:
    paying_shop.stock({"A": 10, "B": 5})
    headers = {"Authorization": f"Bearer {paying_shop.token()}", "Idempotency-Key": "key-1"}
    content = {"items": [{"sku": "B", "quantity": 2}, {"sku": "A", "quantity": 3}], "payment": {"card": CARD}}
    return dict(paying_shop.function("place_order").post("/api/orders", json=content, headers=headers).json)


@pytest.fixture
def get_order(paying_shop: Shop) -> Function:
    return paying_shop.function("get_order")


def read(get_order: Function, shop: Shop, order_id: object, account_id: str = ACCOUNT_ID) -> Reply:
    return get_order.get(f"/api/orders/{order_id}", headers={"Authorization": f"Bearer {shop.token(account_id)}"})


def test_an_order_is_read_as_it_was_placed_though_the_catalogue_moved_on(
    shop: Shop, order: dict[str, object], get_order: Function
) -> None:
    shop.rows("UPDATE catalog.products SET price_minor = 999, name = 'Another'")
    reply = read(get_order, shop, order["id"])
    assert (reply.status_code, reply.json) == (200, order)
    assert reply.headers["Cache-Control"] == "no-store"


def test_an_order_shows_its_present_state(shop: Shop, order: dict[str, object], get_order: Function) -> None:
    headers = {"Authorization": f"Bearer {shop.token()}"}
    shop.function("cancel_order").post(f"/api/orders/{order['id']}/cancel", headers=headers)
    assert read(get_order, shop, order["id"]).json == order | {"status": "cancelled"}


def test_another_s_order_and_one_that_is_none_are_404_and_look_the_same(
    shop: Shop, order: dict[str, object], get_order: Function
) -> None:
    replies = [read(get_order, shop, order["id"], OTHER_ACCOUNT_ID)]
    replies += [
        read(get_order, shop, other)
        for other in (uuid.uuid4(), "nonsense", str(order["id"]).upper(), f"urn:uuid:{order['id']}", "%F0%9F%98%80")
    ]
    assert [(reply.status_code, reply.json["type"]) for reply in replies] == [(404, "not-found")] * 6
    assert len({reply.json["detail"] for reply in replies}) == 1


def test_who_is_not_logged_in_reads_nothing(order: dict[str, object], get_order: Function) -> None:
    assert get_order.get(f"/api/orders/{order['id']}").status_code == 401
