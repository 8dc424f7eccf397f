"""Who asks too often is told to wait, and everybody how they stand; a person never meets it."""

import re
import time

import pytest

from functions.cart.main import BY_ACCOUNT as CART
from functions.place_order.main import BY_ACCOUNT as ORDERS
from functions.record_event.main import BY_ADDRESS as EVENTS
from shared import rate_limits, redis_client, settings
from shared.rate_limits import Limit
from tests.servers import ValkeyServer
from tests.unit.functions.conftest import ACCOUNT_ID, CARD, OTHER_ACCOUNT_ID, Function, Reply, Shop

EVENT = {"specversion": "1.0", "id": "1", "source": "/shop", "type": "shop.page.viewed", "data": {}}
STANDING = re.compile(r'"([a-z-]+)";r=(\d+);t=(\d+)')


def use_up(limit: Limit, whom: str) -> None:
    """Leave nothing, and let nothing come back before the next request, however long that takes here."""
    redis = redis_client.client(settings.current())
    rate_limits.take(redis, limit.key(whom), limit.at_once, limit.per_s, cost=limit.at_once)
    redis.hset(rate_limits._bucket(limit.key(whom)), "at_s", str(time.time() + 3600))


def order(client: Function, shop: Shop, account_id: str, key: str) -> Reply:
    headers = {"Authorization": f"Bearer {shop.token(account_id)}", "Idempotency-Key": key}
    content = {"items": [{"sku": "A", "quantity": 1}], "payment": {"card": CARD}}
    return client.post("/api/orders", json=content, headers=headers)


def put_in_cart(client: Function, shop: Shop, account_id: str) -> Reply:
    headers = {"Authorization": f"Bearer {shop.token(account_id)}", "If-Match": "*"}
    return client.put("/api/cart", json={"items": []}, headers=headers)


def tell(client: Function, address: str) -> Reply:
    headers = {"X-Forwarded-For": address, "Content-Type": "application/cloudevents+json"}
    return client.post("/api/events", json=EVENT, headers=headers)


def refused(reply: Reply) -> bool:
    """Whether it is refused as it has to be: it comes again when it is told to, and not before."""
    if reply.status_code != 429:
        return False
    [(_, left, after_s)] = STANDING.findall(reply.headers["RateLimit"])
    assert left == "0"
    assert after_s == reply.headers["Retry-After"]
    return True


def test_an_account_that_orders_without_end_waits_and_others_do_not(paying_shop: Shop) -> None:
    paying_shop.stock({"A": 10})
    place_order = paying_shop.function("place_order")
    first = order(place_order, paying_shop, ACCOUNT_ID, "key-1")
    assert (first.status_code, first.headers["RateLimit-Policy"]) == (201, '"place-order-account";q=5000;w=25')
    assert STANDING.fullmatch(first.headers["RateLimit"])
    use_up(ORDERS, OTHER_ACCOUNT_ID)
    assert refused(order(place_order, paying_shop, OTHER_ACCOUNT_ID, "key-1"))
    assert order(place_order, paying_shop, ACCOUNT_ID, "key-2").status_code == 201
    assert paying_shop.value("SELECT sum(available)::int FROM catalog.products") == 8


def test_an_account_that_changes_its_cart_without_end_waits_and_may_look_at_it(shop: Shop) -> None:
    cart = shop.function("cart")
    use_up(CART, ACCOUNT_ID)
    assert refused(put_in_cart(cart, shop, ACCOUNT_ID))
    assert put_in_cart(cart, shop, OTHER_ACCOUNT_ID).status_code == 200
    looked = cart.get("/api/cart", headers={"Authorization": f"Bearer {shop.token()}"})
    assert looked.status_code == 200
    assert "RateLimit" not in looked.headers, "looking is not limited"


def test_an_address_that_tells_of_events_without_end_waits_and_others_do_not(shop: Shop) -> None:
    record_event = shop.function("record_event")
    use_up(EVENTS, "192.0.2.1")
    assert refused(tell(record_event, "192.0.2.1"))
    assert tell(record_event, "192.0.2.2").status_code == 202


def test_a_refusal_by_the_function_tells_too_and_one_before_it_is_looked_at_costs_nothing(paying_shop: Shop) -> None:
    paying_shop.stock({})
    place_order = paying_shop.function("place_order")
    unknown = order(place_order, paying_shop, ACCOUNT_ID, "key-1")
    assert unknown.status_code == 422
    assert STANDING.fullmatch(unknown.headers["RateLimit"])
    assert "RateLimit" not in place_order.post("/api/orders", json={}).headers


def test_without_redis_it_is_answered_and_nothing_is_told(
    shop: Shop, own_valkey: ValkeyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REDIS_URL", own_valkey.url())
    settings.current.cache_clear()
    own_valkey.kill()
    answer = tell(shop.function("record_event"), "192.0.2.1")
    assert answer.status_code == 202
    assert not {"RateLimit", "RateLimit-Policy"} & set(answer.headers.keys())
