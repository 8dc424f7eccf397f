"""A backup from before the order is restored while the provider is asked: nobody is told of an order that is lost."""

import pytest

from shared import settlement
from shared.mesh import Mesh
from shared.order_states import Happening
from shared.settlement import OpenPayment
from tests.unit.functions.conftest import CARD, Shop


def test_an_order_that_is_lost_is_503_and_the_same_key_buys(paying_shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    paying_shop.stock({"A": 10})
    content = {"items": [{"sku": "A", "quantity": 1}], "payment": {"card": CARD}}
    headers = {"Authorization": f"Bearer {paying_shop.token()}", "Idempotency-Key": "key-1"}
    client, ask = paying_shop.function("place_order"), settlement.ask

    def meanwhile(mesh: Mesh, payment: OpenPayment) -> Happening:
        paying_shop.rows("TRUNCATE orders.orders, orders.idempotency_keys, orders.outbox CASCADE")
        return ask(mesh, payment)

    with monkeypatch.context() as patch:
        patch.setattr(settlement, "ask", meanwhile)
        lost = client.post("/api/orders", json=content, headers=headers)
    assert (lost.status_code, lost.headers["Retry-After"]) == (503, "1")
    again = client.post("/api/orders", json=content, headers=headers)
    assert again.status_code == 201
    assert paying_shop.value("SELECT count(*)::int FROM orders.orders") == 1
