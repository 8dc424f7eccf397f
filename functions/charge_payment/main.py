"""POST /internal/payments and /internal/payments/void: the test payment provider, for the shop's other functions."""

import time

import functions_framework

from functions.charge_payment import ledger, store
from shared import settings
from shared.endpoint import Answer, Call, endpoint, several_paths
from shared.errors import FieldError, Unavailable, Unprocessable
from shared.money import Money
from shared.payments import CHARGE_PATH, VOID_PATH, Charge, Void, Voided, Word
from shared.sealed_cards import SealError

NO_CARD = FieldError(field="sealed_card", message="It holds no card's number, sealed for the provider and this order")
KEY_IS_ANOTHER = FieldError(field="order_id", message="The Idempotency-Key must be the same")


@endpoint("POST", CHARGE_PATH, body=Charge, answers={200: Word}, problems=(Unavailable,), idempotent=True)
def charge(call: Call[Charge, None]) -> Answer:
    """Charge an order

    Once, however often it is asked for; the Idempotency-Key is the order's id. A decline is an answer too.
    """
    asked = call.body
    if call.idempotency_key != asked.order_id:
        raise Unprocessable(errors=[KEY_IS_ANOTHER])
    amount = Money(amount=asked.amount.amount, currency=asked.amount.currency)
    entry, card = store.charge(asked.order_id, amount, lambda: _opened(asked))
    if card is not None and (late_s := ledger.answer_after_s(card)):
        time.sleep(late_s)  # it is booked, and no connection is held: whoever asks again has the answer at once
    return Answer(Word(status=entry.word))


@endpoint("POST", VOID_PATH, body=Void, answers={200: Voided}, problems=(Unavailable,))
def void(call: Call[Void, None]) -> Answer:
    """Take the charge of an order back

    Or forbid it, where none was asked for yet.
    """
    store.void(call.body.order_id)
    return Answer(Voided(status="voided"))


@functions_framework.http
@several_paths(charge, void)
def charge_payment() -> None:
    """The provider, whole."""


def _opened(asked: Charge) -> str:
    """The card's number. Raises Unprocessable, which says nothing of what was sent."""
    try:
        card = asked.open_card(settings.current().payment_private_key)
    except SealError:
        raise Unprocessable(errors=[NO_CARD]) from None
    if not (card.isascii() and card.isdigit()):
        raise Unprocessable(errors=[NO_CARD])
    return card
