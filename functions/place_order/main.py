"""POST /api/orders: buy what is in stock, once for each Idempotency-Key."""

import hashlib
from typing import Annotated

import functions_framework
import msgspec
from msgspec import Meta

from functions.place_order import store
from shared.baskets import Lines
from shared.endpoint import Answer, Call, endpoint
from shared.errors import OutOfStock, TooManyRequests, Unavailable
from shared.orders import Order


class Payment(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    card: Annotated[str, Meta(pattern=r"^[0-9]{12,19}$(?!\n)")]

    def __repr__(self) -> str:
        return "Payment(card=…)"  # it must not get into a log


class NewOrder(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    items: Lines
    payment: Payment


@functions_framework.http
@endpoint(
    "POST", "/api/orders", body=NewOrder, answers={201: Order},
    problems=(OutOfStock, TooManyRequests, Unavailable), token=True, idempotent=True,
)  # fmt: skip
def place_order(call: Call[NewOrder, None]) -> Answer:
    """Place an order

    All of it or nothing. Lines of one sku become one. An Idempotency-Key that was answered with 201 gets that answer
    again; a refusal is not remembered, so the same key may try again.
    """
    assert call.identity is not None  # the endpoint asks for a token and a key
    assert call.idempotency_key is not None
    placed = store.place(call.identity.subject, call.idempotency_key, _digest(call.body), call.body.items)
    return Answer(placed.body, status=placed.status, headers=placed.headers, content_type="application/json")


def _digest(order: NewOrder) -> bytes:
    """Tells whether two bodies say the same. Of the card only what may be kept: its first six and last four digits."""
    card = order.payment.card
    said = (order.items, card[:6], card[-4:], len(card))
    return hashlib.sha256(msgspec.json.encode(said)).digest()
