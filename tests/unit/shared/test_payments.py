"""The client of the provider, against a real one: its word is final, its silence is put off, and no card is told."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import msgspec
import pytest

from shared import payments, sealed_cards
from shared.breakers import BreakerOpen
from shared.deadlines import Deadline
from shared.errors import Unavailable
from shared.mesh import Mesh
from shared.money import Money
from shared.payments import Charge, Charged, NotUnderstood
from tests.payment_provider import PaymentProvider
from tests.waiting import wait_until

CARD, DECLINED, LATE = "4242424242424242", "4000000000000002", "4000000000009995"
PRICE = Money(amount=250, currency="GBP")


@pytest.fixture
def mesh(payment_provider: PaymentProvider) -> Iterator[Mesh]:
    with payment_provider.mesh() as made:
        yield made


def charge(mesh: Mesh, provider: PaymentProvider, order_id: str, card: str = CARD, total: Money = PRICE) -> Charged:
    return payments.charge(mesh, order_id, total, provider.seal(card, order_id))


def test_the_providers_word_is_the_answer(mesh: Mesh, payment_provider: PaymentProvider) -> None:
    for _ in range(2):
        assert charge(mesh, payment_provider, "good") is Charged.PAID
        assert charge(mesh, payment_provider, "bad", DECLINED) is Charged.DECLINED
    assert payment_provider.ledger() == {"good": ("paid", 250), "bad": ("declined", 250)}


def test_a_void_takes_a_charge_back_or_forbids_it(mesh: Mesh, payment_provider: PaymentProvider) -> None:
    charge(mesh, payment_provider, "charged")
    for order_id in ("charged", "unknown"):
        payments.void(mesh, order_id)
        payments.void(mesh, order_id)
        assert charge(mesh, payment_provider, order_id) is Charged.DECLINED
    assert payment_provider.ledger() == {"charged": ("voided", 250), "unknown": ("voided", None)}


def test_what_costs_nothing_is_paid_and_nobody_asked(mesh: Mesh, payment_provider: PaymentProvider) -> None:
    nothing = Money(amount=0, currency="GBP")
    assert charge(mesh, payment_provider, "free", DECLINED, nothing) is Charged.PAID
    assert payment_provider.ledger() == {}


def test_a_provider_that_is_late_is_put_off_and_its_word_is_there_for_who_asks_again(
    mesh: Mesh, payment_provider: PaymentProvider
) -> None:
    started_s = time.monotonic()
    with pytest.raises(Unavailable):
        charge(mesh, payment_provider, "late", LATE)
    assert 1.5 < time.monotonic() - started_s < 4
    assert payment_provider.ledger() == {"late": ("paid", 250)}
    assert charge(mesh, payment_provider, "late", LATE) is Charged.PAID


def test_who_has_less_time_waits_less(mesh: Mesh, payment_provider: PaymentProvider) -> None:
    payment_provider.freeze()
    started_s = time.monotonic()
    with pytest.raises(Unavailable):
        payments.charge(mesh, "order-1", PRICE, payment_provider.seal(CARD, "order-1"), deadline=Deadline.within(0.2))
    with pytest.raises(Unavailable):
        payments.void(mesh, "order-1", deadline=Deadline.within(0.2))
    assert time.monotonic() - started_s < 1.5


def test_a_frozen_provider_is_away_and_charges_once_when_it_thaws(
    mesh: Mesh, payment_provider: PaymentProvider
) -> None:
    payment_provider.freeze()
    with pytest.raises(Unavailable):
        charge(mesh, payment_provider, "order-1")
    payment_provider.thaw()
    # The request that nobody waits for any more is carried out all the same; asked again, it is the same charge.
    wait_until(payment_provider.ledger, 10, "the charge that was under way")
    assert charge(mesh, payment_provider, "order-1") is Charged.PAID
    assert payment_provider.ledger() == {"order-1": ("paid", 250)}


def test_a_provider_that_is_down_is_away_and_remembers_when_it_is_back(
    mesh: Mesh, payment_provider: PaymentProvider
) -> None:
    assert charge(mesh, payment_provider, "before", DECLINED) is Charged.DECLINED
    payment_provider.kill()
    with pytest.raises(Unavailable):
        charge(mesh, payment_provider, "during")
    with pytest.raises(Unavailable):
        payments.void(mesh, "before")
    payment_provider.start()
    assert charge(mesh, payment_provider, "before") is Charged.DECLINED
    assert charge(mesh, payment_provider, "during") is Charged.PAID


def test_a_kill_at_any_moment_leaves_one_charge_an_order(mesh: Mesh, payment_provider: PaymentProvider) -> None:
    orders = [f"order-{number:03}" for number in range(60)]

    def ask(order_id: str) -> Charged | None:
        with payment_provider.mesh() as own:
            try:
                return charge(own, payment_provider, order_id)
            except Unavailable:
                return None

    with ThreadPoolExecutor(8) as threads:
        asked = [threads.submit(ask, order_id) for order_id in orders]
        wait_until(payment_provider.ledger, 20, "the first charges")
        payment_provider.kill()
        first = [future.result() for future in asked]
    assert None in first, "it was killed before the last charge"
    payment_provider.start()
    for order_id, word in zip(orders, first, strict=True):
        again = charge(mesh, payment_provider, order_id, DECLINED if word else CARD)
        assert again is Charged.PAID, "a word once heard stands, whatever is asked now"
    assert payment_provider.ledger() == dict.fromkeys(orders, ("paid", 250))


def test_after_five_silences_in_a_row_nobody_waits_any_more(mesh: Mesh, payment_provider: PaymentProvider) -> None:
    payment_provider.freeze()
    for _ in range(5):
        with pytest.raises(Unavailable):
            payments.void(mesh, "order-1", deadline=Deadline.within(0.05))
    started_s = time.monotonic()
    with pytest.raises(BreakerOpen):
        charge(mesh, payment_provider, "order-1")
    assert time.monotonic() - started_s < 0.5


@pytest.mark.parametrize("word", ["another amount", "another key", "another order"])
def test_what_the_provider_refuses_is_put_off_but_is_told_apart_and_the_breaker_stays_closed(
    mesh: Mesh, payment_provider: PaymentProvider, caplog: pytest.LogCaptureFixture, word: str
) -> None:
    total, sealed = PRICE, payment_provider.seal(CARD, "order-1")
    match word:
        case "another amount":
            charge(mesh, payment_provider, "order-1")
            total = Money(amount=251, currency="GBP")
        case "another key":
            sealed = sealed_cards.seal(CARD, "order-1", sealed_cards.generate_keys()[1])
        case _:
            sealed = payment_provider.seal(CARD, "order-2")
    for _ in range(10):
        with pytest.raises(Unavailable) as caught:
            payments.charge(mesh, "order-1", total, sealed)
        assert isinstance(caught.value, NotUnderstood)
    assert charge(mesh, payment_provider, "order-2") is Charged.PAID
    assert "answered 422 about order order-1" in caplog.text


def test_what_the_provider_writes_holds_no_card_and_no_key(mesh: Mesh, payment_provider: PaymentProvider) -> None:
    charge(mesh, payment_provider, "order-1")
    with pytest.raises(NotUnderstood):
        payments.charge(mesh, "order-2", PRICE, payment_provider.seal(CARD, "order-1"))
    payment_provider.kill()
    for secret in (CARD, CARD[:6], payment_provider.private_key, "sealed_card="):
        assert secret not in payment_provider.log


def test_a_charge_does_not_show_its_card() -> None:
    _, public_key = sealed_cards.generate_keys()
    asked = {"order_id": "order-1", "amount": PRICE, "sealed_card": sealed_cards.seal(CARD, "order-1", public_key)}
    shown = repr(msgspec.convert(msgspec.json.decode(msgspec.json.encode(asked)), Charge))
    assert "order-1" in shown
    assert str(msgspec.to_builtins(asked)["sealed_card"]) not in shown
