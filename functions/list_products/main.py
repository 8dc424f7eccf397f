"""GET /api/products: the goods, a page at a time, found by words or by category."""

import functions_framework

from functions.list_products import store
from functions.list_products.store import Products, Search
from shared import cached_answers
from shared.endpoint import Answer, Call, endpoint
from shared.errors import TooManyRequests, Unavailable
from shared.products import FRESH_S


@functions_framework.http
@endpoint(
    "GET", "/api/products", query=Search, answers={200: Products, 304: None}, problems=(TooManyRequests, Unavailable)
)
def list_products(call: Call[None, Search]) -> Answer:
    """List the goods

    In the order of their skus; with words that few goods match, the best match first. What is shown may be a second
    old, and older while the database is away: then Age and Warning say so.
    """
    cached = store.read_page(call.query)
    return cached_answers.unpack(cached, if_none_match=call.headers.get("If-None-Match"), fresh_s=FRESH_S)
