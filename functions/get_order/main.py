"""GET /api/orders/{id}: one order, for who placed it."""

import functions_framework

from functions.get_order import store
from shared.endpoint import Answer, Call, endpoint
from shared.errors import NotFound, TooManyRequests, Unavailable
from shared.orders import Order


@functions_framework.http
@endpoint(
    "GET", "/api/orders/{id}", answers={200: Order}, problems=(NotFound, TooManyRequests, Unavailable), token=True
)
def get_order(call: Call[None, None]) -> Answer:
    """Show one of your orders"""
    assert call.identity is not None  # the endpoint asks for a token
    order = store.find(call.identity.subject, call.path["id"])
    if order is None:  # another's and unknown look the same
        raise NotFound("You have no such order")
    return Answer(order, headers={"Cache-Control": "no-store"})
