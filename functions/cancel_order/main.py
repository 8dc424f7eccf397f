"""POST /api/orders/{id}/cancel: who placed an order does not want it any more."""

import functions_framework

from functions.cancel_order import store
from functions.cancel_order.store import AlreadyCancelled
from shared.endpoint import Answer, Call, endpoint
from shared.errors import NotFound, TooManyRequests, Unavailable
from shared.orders import Order


@functions_framework.http
@endpoint(
    "POST", "/api/orders/{id}/cancel", answers={200: Order},
    problems=(NotFound, AlreadyCancelled, TooManyRequests, Unavailable), token=True,
)  # fmt: skip
def cancel_order(call: Call[None, None]) -> Answer:
    """Cancel one of your orders

    Its goods are in stock again at once; what was paid, or may have been, is given back soon after.
    """
    assert call.identity is not None  # the endpoint asks for a token
    order = store.cancel(call.identity.subject, call.path["id"])
    if order is None:  # another's and unknown look the same
        raise NotFound("You have no such order")
    return Answer(order)
