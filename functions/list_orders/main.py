"""GET /api/orders: what somebody has ordered, the newest first."""

import functions_framework

from functions.list_orders import store
from functions.list_orders.store import Orders, Page
from shared.endpoint import Answer, Call, endpoint
from shared.errors import TooManyRequests, Unavailable


@functions_framework.http
@endpoint(
    "GET", "/api/orders", query=Page, answers={200: Orders}, problems=(TooManyRequests, Unavailable), token=True,
    elsewhere=("POST",),
)  # fmt: skip
def list_orders(call: Call[None, Page]) -> Answer:
    """List your orders

    The newest first. A page goes on where the one before ended, whatever is ordered meanwhile.
    """
    assert call.identity is not None  # the endpoint asks for a token
    return Answer(store.read_page(call.identity.subject, call.query), headers={"Cache-Control": "no-store"})
