"""The payment provider is for the shop's functions alone: from outside it is not there."""

import pytest

from tests.contract.conftest import Door


@pytest.mark.parametrize("path", ["/internal/payments", "/internal/payments/void", "/charge-payment", "/api/payments"])
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
def test_no_path_leads_to_the_provider(door: Door, method: str, path: str) -> None:
    body = {"order_id": "order-1"} if method == "POST" else None
    reply = door.call(method, path, body, headers={"Idempotency-Key": "order-1"})
    assert (reply.status, reply.content_type) == (404, "application/problem+json")


@pytest.mark.parametrize("path", ["/", "/internal/payments", "/internal/payments/void"])
def test_its_own_host_does_not_lead_to_it_as_those_of_others_do(door: Door, path: str) -> None:
    reply = door.post(path, {"order_id": "order-1"}, headers={"Host": "charge-payment.shop.localhost"})
    assert reply.status == 404
    assert door.get("/api/products", headers={"Host": "list-products.shop.localhost"}).status == 200


def test_the_shops_description_does_not_tell_of_it(door: Door) -> None:
    paths = door.get("/api/openapi.json").json["paths"]
    assert isinstance(paths, dict)
    assert "/api/orders" in paths
    assert not [path for path in paths if path.startswith("/internal")]
