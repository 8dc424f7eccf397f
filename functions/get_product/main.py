"""GET /api/products/{sku}: one of the goods."""

import functions_framework

from functions.get_product import store
from shared import cached_answers
from shared.endpoint import Answer, Call, endpoint
from shared.errors import NotFound, TooManyRequests, Unavailable
from shared.products import FRESH_S, Product


@functions_framework.http
@endpoint(
    "GET", "/api/products/{sku}", answers={200: Product, 304: None}, problems=(NotFound, TooManyRequests, Unavailable)
)
def get_product(call: Call[None, None]) -> Answer:
    """Show one product

    It may be a second old, and older while the database is away: then Age and Warning say so.
    """
    cached = store.read_product(call.path["sku"])
    return cached_answers.unpack(cached, if_none_match=call.headers.get("If-None-Match"), fresh_s=FRESH_S)
