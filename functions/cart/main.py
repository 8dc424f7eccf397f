"""GET and PUT /api/cart: what somebody has chosen, and has not bought yet."""

from typing import Annotated

import functions_framework
import msgspec
from msgspec import Meta

from functions.cart import store
from functions.cart.store import Cart, Kept
from shared.baskets import MOST_LINES, Line
from shared.endpoint import Answer, Call, endpoint, one_path
from shared.errors import TooManyRequests, Unavailable
from shared.rate_limits import Limit, by_account

# Each change is one: a person never comes near it.
BY_ACCOUNT = Limit(name="cart-account", at_once=1000, per_s=50.0, whom=by_account)


class NewCart(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    items: Annotated[list[Line], Meta(max_length=MOST_LINES, description="All that shall be in it; none empties it")]


@endpoint("GET", "/api/cart", answers={200: Cart}, problems=(TooManyRequests, Unavailable), token=True)
def read_cart(call: Call[None, None]) -> Answer:
    """Show your cart

    At the prices of this moment. Its ETag changes when its items are replaced, not when a price does.
    """
    assert call.identity is not None  # the endpoint asks for a token
    return _answer(store.read(call.identity.subject))


@endpoint(
    "PUT", "/api/cart", body=NewCart, answers={200: Cart}, problems=(TooManyRequests, Unavailable), token=True,
    conditional=True, limits=(BY_ACCOUNT,),
)  # fmt: skip
def replace_cart(call: Call[NewCart, None]) -> Answer:
    """Replace what is in your cart

    If-Match says on top of which state: of two that change the same one, the second gets 412. Lines of one sku become
    one. The stock is not looked at: that is for the order.
    """
    assert call.identity is not None  # the endpoint asks for a token and an If-Match
    assert call.if_match is not None
    return _answer(store.replace(call.identity.subject, call.body.items, call.if_match))


@functions_framework.http
@one_path(read_cart, replace_cart)
def cart() -> None:
    """Both are one function: they share a path."""


def _answer(kept: Kept) -> Answer:
    # Whole as it is: the front door would compress it, and make the ETag a weak one, which If-Match never takes.
    headers = {"ETag": kept.etag, "Cache-Control": "private, no-cache, no-transform"}
    return Answer(kept.cart, headers=headers)
