"""An order is paid when it is answered, or put off and paid later; declined, it leaves nothing but its answer."""

import time

import pytest

from shared import database, mesh, payments, settings, settlement
from shared.breakers import BreakerOpen
from shared.errors import Unavailable
from shared.money import Money
from tests.payment_provider import PaymentProvider
from tests.unit.functions.conftest import CARD, Function, Reply, Shop
from tests.waiting import wait_until

DECLINED, LATE = "4000000000000002", "4000000000009995"
PLACED, PAID, CANCELLED = (f"zerocart.order.{status}.v1" for status in ("placed", "paid", "cancelled"))


@pytest.fixture
def place_order(paying_shop: Shop) -> Function:
    paying_shop.stock({"A": 30, "B": 20})
    return paying_shop.function("place_order")


def buy(place_order: Function, shop: Shop, key: str = "key-1", card: str = CARD) -> Reply:
    headers = {"Authorization": f"Bearer {shop.token()}", "Idempotency-Key": key}
    content = {"items": [{"sku": "B", "quantity": 2}, {"sku": "A", "quantity": 3}], "payment": {"card": card}}
    return place_order.post("/api/orders", json=content, headers=headers)


def relay(shop: Shop) -> tuple[int, int]:
    """Do the relay's part, for everything that is open: settled, voided."""
    shop.rows("UPDATE orders.orders SET payment_due_at = now() WHERE payment_due_at IS NOT NULL")
    current = settings.current()
    engine, way = database.engine(current), mesh.mesh(current)
    return settlement.settle_due(engine, way, limit=100), settlement.void_due(engine, way, limit=100)


def events(shop: Shop) -> list[object]:
    return [kind for (kind,) in shop.rows("SELECT type FROM orders.outbox ORDER BY sequence")]


def stock(shop: Shop) -> list[tuple[object, ...]]:
    return shop.rows("SELECT sku, available FROM catalog.products ORDER BY sku")


def open_cards(shop: Shop) -> object:
    return shop.value("SELECT count(sealed_card) FROM orders.orders")


def test_a_good_card_is_charged_once_and_forgotten(
    shop: Shop, place_order: Function, payment_provider: PaymentProvider
) -> None:
    order = buy(place_order, shop).json
    assert order["status"] == "paid"
    assert payment_provider.ledger() == {order["id"]: ("paid", order["total"]["amount"])}
    assert (open_cards(shop), events(shop), relay(shop)) == (0, [PLACED, PAID], (0, 0))


def test_a_card_declined_is_402_and_leaves_the_stock_as_it_was(
    shop: Shop, place_order: Function, payment_provider: PaymentProvider
) -> None:
    refused = buy(place_order, shop, card=DECLINED)
    assert (refused.status_code, refused.json["type"]) == (402, "payment-declined")
    assert refused.content_type == "application/problem+json"
    assert shop.rows("SELECT id::text, status, payment_error FROM orders.orders") == [
        (refused.json["order_id"], "cancelled", "declined")
    ]
    assert stock(shop) == [("A", 30), ("B", 20)]
    assert {status for status, _ in payment_provider.ledger().values()} == {"declined"}
    assert (open_cards(shop), events(shop), relay(shop)) == (0, [PLACED, CANCELLED], (0, 0))


def test_the_key_of_a_declined_order_answers_with_it_again_and_another_key_is_another_order(
    shop: Shop, place_order: Function
) -> None:
    refused = buy(place_order, shop, card=DECLINED)
    again = buy(place_order, shop, card=DECLINED)
    assert (again.status_code, again.json["order_id"]) == (402, refused.json["order_id"])
    assert again.json["trace_id"] == again.headers["x-trace-id"] != refused.headers["x-trace-id"]
    assert buy(place_order, shop).status_code == 422, "the same key with another card is another order"
    assert buy(place_order, shop, "key-2").json["status"] == "paid"


@pytest.mark.parametrize("fault", ["killed", "frozen", "late"])
def test_a_provider_that_gives_no_answer_in_time_puts_the_payment_off_and_is_paid_once(
    shop: Shop, place_order: Function, payment_provider: PaymentProvider, fault: str
) -> None:
    card = LATE if fault == "late" else CARD
    if fault == "killed":
        payment_provider.kill()
    if fault == "frozen":
        payment_provider.freeze()
    began_s = time.monotonic()
    pending = buy(place_order, shop, card=card)
    assert (pending.status_code, pending.json["status"]) == (201, "payment_pending")
    assert time.monotonic() - began_s < 4, "and not the 5 s of the card, or for ever"
    assert (open_cards(shop), events(shop)) == (1, [PLACED])
    payment_provider.be_there()
    assert relay(shop) == (1, 0)
    assert payment_provider.ledger() == {pending.json["id"]: ("paid", pending.json["total"]["amount"])}
    assert shop.value("SELECT status FROM orders.orders") == "paid"
    assert (open_cards(shop), events(shop), relay(shop)) == (0, [PLACED, PAID], (0, 0))
    again = buy(place_order, shop, card=card)
    assert (again.status_code, again.data) == (201, pending.data), "a key has one answer, whatever comes later"


def test_a_payment_that_was_put_off_and_declined_cancels_the_order(
    shop: Shop, place_order: Function, payment_provider: PaymentProvider
) -> None:
    payment_provider.kill()
    pending = buy(place_order, shop, card=DECLINED)
    assert pending.json["status"] == "payment_pending"
    payment_provider.be_there()
    assert relay(shop) == (1, 0)
    assert shop.value("SELECT status FROM orders.orders") == "cancelled"
    assert stock(shop) == [("A", 30), ("B", 20)]
    assert (open_cards(shop), events(shop)) == (0, [PLACED, CANCELLED])
    assert buy(place_order, shop, card=DECLINED).data == pending.data


def test_a_breaker_that_is_open_puts_the_payment_off(
    shop: Shop, place_order: Function, payment_provider: PaymentProvider
) -> None:
    payment_provider.kill()
    total = Money(amount=1, currency="GBP")

    def is_open() -> bool:
        with pytest.raises(Unavailable) as refused:
            payments.charge(mesh.mesh(settings.current()), "another", total, payment_provider.seal(CARD, "another"))
        return isinstance(refused.value.__cause__ or refused.value, BreakerOpen)

    wait_until(is_open, 10, "an open breaker")
    assert buy(place_order, shop).json["status"] == "payment_pending"
    payment_provider.be_there()
    wait_until(lambda: relay(shop) == (1, 0), 20, "a breaker that has closed again")
    assert list(payment_provider.ledger().values()) == [("paid", 5 * 250)]
