"""The provider as its customers have it: one entry an order, whoever asks at once; and no card that anyone reads."""

import base64
import logging
import re
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from shared import sealed_cards, settings
from tests.together import at_once
from tests.unit.functions.conftest import CARD, Function, Reply, Shop, fields
from tests.waiting import wait_until

DECLINED, LATE = "4000000000000002", "4000000000009995"
PRIVATE_KEY, PUBLIC_KEY = sealed_cards.generate_keys()


@pytest.fixture
def provider(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Function:
    monkeypatch.setenv("PAYMENT_PRIVATE_KEY", PRIVATE_KEY)
    settings.current.cache_clear()
    shop.rows("TRUNCATE payments.ledger")
    return shop.function("charge_payment")


def body(order_id: str = "order-1", card: str = CARD, amount: int = 250, **change: object) -> dict[str, object]:
    sealed = base64.urlsafe_b64encode(sealed_cards.seal(card, order_id, PUBLIC_KEY)).decode()
    return {"order_id": order_id, "amount": {"amount": amount, "currency": "GBP"}, "sealed_card": sealed, **change}


def charge(provider: Function, asked: dict[str, object], key: str | None = None) -> Reply:
    headers = {"Idempotency-Key": str(asked.get("order_id")) if key is None else key}
    return provider.post("/internal/payments", json=asked, headers=headers)


def void(provider: Function, order_id: str = "order-1") -> Reply:
    return provider.post("/internal/payments/void", json={"order_id": order_id})


def ledger(shop: Shop) -> list[tuple[object, ...]]:
    return shop.rows("SELECT order_id, status, amount_minor, currency FROM payments.ledger ORDER BY order_id")


@pytest.mark.parametrize(("card", "word"), [(CARD, "paid"), (DECLINED, "declined"), ("6011000990139424", "paid")])
def test_a_charge_has_its_word_and_keeps_it(shop: Shop, provider: Function, card: str, word: str) -> None:
    for _ in range(3):
        response = charge(provider, body(card=card))
        assert (response.status_code, response.json) == (200, {"status": word})
    assert ledger(shop) == [("order-1", word, 250, "GBP")]


def test_a_word_once_given_is_given_again_though_the_card_opens_no_more(shop: Shop, provider: Function) -> None:
    charge(provider, body(card=DECLINED))
    assert charge(provider, body(sealed_card="")).json == {"status": "declined"}
    assert len(ledger(shop)) == 1


def test_fifty_charges_of_one_order_at_once_are_one_entry_with_one_word(shop: Shop, provider: Function) -> None:
    cards = [CARD, DECLINED] * 25  # whichever is first decides
    answers = at_once([lambda card=card: charge(provider, body(card=card)) for card in cards])  # type: ignore[misc]
    words = Counter((answer.status_code, answer.json["status"]) for answer in answers)
    [((status, word), count)] = words.items()
    assert (status, count) == (200, 50)
    assert ledger(shop) == [("order-1", word, 250, "GBP")]


def test_fifty_orders_at_once_are_fifty_entries(shop: Shop, provider: Function) -> None:
    orders = [f"order-{number:02}" for number in range(50)]
    at_once([lambda order=order: charge(provider, body(order)) for order in orders])  # type: ignore[misc]
    assert ledger(shop) == [(order, "paid", 250, "GBP") for order in orders]


def test_a_void_gives_the_money_back_and_the_order_is_never_charged_again(shop: Shop, provider: Function) -> None:
    charge(provider, body())
    for _ in range(2):
        response = void(provider)
        assert (response.status_code, response.json) == (200, {"status": "voided"})
    assert charge(provider, body()).json == {"status": "declined"}
    assert ledger(shop) == [("order-1", "voided", 250, "GBP")]


def test_a_void_before_its_charge_forbids_it(shop: Shop, provider: Function) -> None:
    assert void(provider).json == {"status": "voided"}
    assert charge(provider, body()).json == {"status": "declined"}
    assert ledger(shop) == [("order-1", "voided", None, None)]


def test_a_void_of_a_declined_order_changes_nothing(shop: Shop, provider: Function) -> None:
    charge(provider, body(card=DECLINED))
    assert void(provider).json == {"status": "voided"}
    assert ledger(shop) == [("order-1", "declined", 250, "GBP")]


def test_a_void_that_races_its_charge_ends_as_if_one_had_come_first(shop: Shop, provider: Function) -> None:
    orders = [f"order-{number:02}" for number in range(25)]
    calls: list[Callable[[], Reply]] = []
    for order in orders:
        calls += [lambda order=order: charge(provider, body(order)), lambda order=order: void(provider, order)]  # type: ignore[misc]
    answers = at_once(calls)
    words = [answer.json["status"] for answer in answers[::2]]
    assert [answer.json["status"] for answer in answers[1::2]] == ["voided"] * 25
    # The charge was first: paid, and the money given back. The void was: declined, and no amount was ever taken.
    legal = {"paid": ("voided", 250, "GBP"), "declined": ("voided", None, None)}
    assert ledger(shop) == [(order, *legal[word]) for order, word in zip(orders, words, strict=True)]


def test_a_void_waits_for_a_charge_that_is_being_booked(shop: Shop, provider: Function) -> None:
    with psycopg.connect(shop.database_url) as other:
        other.execute(
            "INSERT INTO payments.ledger (order_id, status, amount_minor, currency)"
            " VALUES ('order-1', 'paid', 250, 'GBP')"
        )
        with ThreadPoolExecutor(2) as threads:
            calls = [threads.submit(void, provider), threads.submit(charge, provider, body(card=DECLINED))]
            waiting = (
                "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query ~ 'payments.ledger'"
            )
            wait_until(lambda: shop.value(waiting) == 2, 1.4, "a void and a charge that wait")
            other.commit()
            voided, charged = (call.result() for call in calls)
    assert (voided.status_code, charged.status_code) == (200, 200)
    assert ledger(shop) == [("order-1", "voided", 250, "GBP")]


def test_the_late_card_is_booked_at_once_and_answered_after_five_seconds_the_first_time(
    shop: Shop, provider: Function
) -> None:
    started_s = time.monotonic()
    with ThreadPoolExecutor(1) as threads:
        first = threads.submit(charge, provider, body(card=LATE))
        wait_until(lambda: ledger(shop) == [("order-1", "paid", 250, "GBP")], 4, "the entry")
        # Nothing of the database is held meanwhile: no transaction, no lock.
        assert shop.value(
            "SELECT count(*) FROM pg_stat_activity WHERE state ~ '^idle in' AND datname = current_database()"
        ) == 0  # fmt: skip
        assert charge(provider, body(card=LATE)).json == {"status": "paid"}
        assert void(provider).json == {"status": "voided"}
        assert not first.done()
        assert first.result().json == {"status": "paid"}
    assert time.monotonic() - started_s >= 5
    assert ledger(shop) == [("order-1", "voided", 250, "GBP")]


def test_the_same_order_with_another_amount_is_refused(shop: Shop, provider: Function) -> None:
    charge(provider, body())
    response = charge(provider, body(amount=251))
    assert (response.status_code, fields(response)) == (422, ["amount"])
    void(provider)
    assert charge(provider, body(amount=251)).status_code == 422
    assert ledger(shop) == [("order-1", "voided", 250, "GBP")]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"amount": {"amount": 0, "currency": "GBP"}}, "amount.amount"),
        ({"amount": {"amount": -250, "currency": "GBP"}}, "amount.amount"),
        ({"amount": {"amount": 2**63, "currency": "GBP"}}, "amount.amount"),
        ({"amount": {"amount": 2.5, "currency": "GBP"}}, "amount.amount"),
        ({"amount": {"amount": 250, "currency": "EUR"}}, "amount.currency"),
        ({"amount": {"amount": 250}}, "amount.currency"),
        ({"amount": 250}, "amount"),
        ({"amount": {"amount": 250, "currency": "GBP", "tip": 1}}, "amount.tip"),
        ({"order_id": "another"}, "order_id"),
        ({"order_id": ""}, "order_id"),
        ({"order_id": "order-1\n"}, "order_id"),
        ({"sealed_card": None}, "sealed_card"),
        ({"sealed_card": "A" * 1025}, "sealed_card"),
        ({"card": CARD}, "card"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_booked(
    shop: Shop, provider: Function, change: dict[str, object], field: str
) -> None:
    response = charge(provider, body() | change, key="order-1")
    assert (response.status_code, fields(response)) == (422, [field])
    assert ledger(shop) == []


def test_the_largest_amount_can_be_booked(shop: Shop, provider: Function) -> None:
    assert charge(provider, body(amount=2**63 - 1)).json == {"status": "paid"}
    assert ledger(shop) == [("order-1", "paid", 2**63 - 1, "GBP")]


def sealed_text(card: str, order_id: str = "order-1", public_key: str = PUBLIC_KEY) -> str:
    return base64.urlsafe_b64encode(sealed_cards.seal(card, order_id, public_key)).decode()


@pytest.mark.parametrize(
    "sealed",
    [
        sealed_text(CARD, public_key=sealed_cards.generate_keys()[1]),
        sealed_text(CARD, "order-2"),
        "B" + sealed_text(CARD)[1:] if sealed_text(CARD)[0] == "A" else "A" + sealed_text(CARD)[1:],
        sealed_text(CARD)[:-4],
        "",
        "no base64!",
        base64.b64encode(CARD.encode()).decode(),
        sealed_text("4242 4242"),
        sealed_text(""),
        sealed_text("٤٢٤٢٤٢٤٢٤٢٤٢"),
    ],
    ids=["another key", "another order", "changed", "cut", "nothing", "no base64", "open", "spaces", "empty", "arabic"],
)
def test_a_card_that_was_not_sealed_for_the_provider_and_this_order_is_refused(
    shop: Shop, provider: Function, sealed: str
) -> None:
    response = charge(provider, body(sealed_card=sealed))
    assert (response.status_code, fields(response)) == (422, ["sealed_card"])
    assert ledger(shop) == []


def test_a_charge_needs_its_key(shop: Shop, provider: Function) -> None:
    assert charge(provider, body(), key="").status_code == 400
    assert ledger(shop) == []


@pytest.mark.parametrize(
    "path", ["/internal", "/internal/payments/", "/internal/payments/voids", "/internal/payments/x"]
)
def test_there_are_two_paths_and_no_other(provider: Function, path: str) -> None:
    assert provider.post(path, json={"order_id": "order-1"}).status_code == 404
    assert provider.get("/internal/payments").headers["Allow"] == "POST"
    assert provider.get("/internal/payments/void").status_code == 405


def test_nothing_of_a_card_or_a_key_is_kept_logged_or_answered(
    shop: Shop, provider: Function, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    good, another = body(), body("order-2", sealed_card=sealed_text(CARD, "order-3"))
    text = charge(provider, good).text + charge(provider, another).text
    text += charge(provider, body("order-4", card=f"{CARD}x")).text
    out, err = capfd.readouterr()
    for place in (text, str(shop.rows("SELECT l::text FROM payments.ledger l")), caplog.text, out, err):
        for secret in (CARD, CARD[:6], CARD[-4:], PRIVATE_KEY, str(good["sealed_card"])):
            assert secret not in place


def test_a_key_that_is_no_key_is_not_shown(
    provider: Function, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("PAYMENT_PRIVATE_KEY", "half-a-secret")
    settings.current.cache_clear()
    response = charge(provider, body())
    assert (response.status_code, response.json["type"]) == (500, "internal-error")
    assert "PAYMENT_PRIVATE_KEY" in caplog.text
    assert "half-a-secret" not in caplog.text + response.text
    assert not re.search(r"\d{12}", caplog.text)
