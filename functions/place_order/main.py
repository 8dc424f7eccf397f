"""POST /api/orders: buy what is in stock, once for each Idempotency-Key."""

from typing import Annotated

import functions_framework
import msgspec
from msgspec import Meta

from functions.place_order import store
from shared.baskets import Lines
from shared.endpoint import Answer, Call, endpoint
from shared.errors import OutOfStock, PaymentDeclined, TooManyRequests, Unavailable
from shared.orders import Order
from shared.placement import Wish
from shared.rate_limits import Limit, by_account

# A person never comes near it; a script that orders without end is held to a part of the shop.
BY_ACCOUNT = Limit(name="place-order-account", at_once=5000, per_s=200.0, whom=by_account)


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
    problems=(OutOfStock, PaymentDeclined, TooManyRequests, Unavailable), token=True, idempotent=True,
    elsewhere=("GET", "HEAD"), limits=(BY_ACCOUNT,),
)  # fmt: skip
def place_order(call: Call[NewOrder, None]) -> Answer:
    """Place an order

    All of it or nothing. Lines of one sku become one. It is `paid`, or `payment_pending` where the payment could not be
    settled in time: then it is settled later. An order that was placed answers its Idempotency-Key for good, also one
    whose card was declined; a key whose request was refused before that may try again.
    """
    assert call.identity is not None  # the endpoint asks for a token and a key
    assert call.idempotency_key is not None
    body = call.body
    wish = Wish(account_id=call.identity.subject, key=call.idempotency_key, lines=body.items, card=body.payment.card)
    placed = store.place(wish)
    return Answer(placed.body, status=placed.status, headers=placed.headers, content_type="application/json")
