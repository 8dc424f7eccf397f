"""GET /api/reports/sales: what was sold, for those who run the shop."""

from datetime import UTC, datetime

import functions_framework

from functions.sales_report import store
from functions.sales_report.span import Asked, span
from functions.sales_report.store import SalesReport
from shared.endpoint import Answer, Call, endpoint
from shared.errors import TooManyRequests, Unavailable


@functions_framework.http
@endpoint(
    "GET", "/api/reports/sales", query=Asked, answers={200: SalesReport}, problems=(TooManyRequests, Unavailable),
    roles=("admin",),
)  # fmt: skip
def sales_report(call: Call[None, Asked]) -> Answer:
    """Report the sales

    Of the orders that were placed from `from` on and before `to`, by default in the last 30 days; at most 366 days.
    `orders`, `units` and `revenue` count what is not cancelled; of the revenue, `paid` is paid and `pending` not yet.
    `cancelled` orders count nowhere else. Days are UTC's, and each day of the time is there. `products` are the 20 with
    the most revenue. An order shows up here some seconds after it was placed. All of it is in one currency;
    `other_currencies` names those of orders that are left out.
    """
    return Answer(store.read(span(call.query, datetime.now(UTC))), headers={"Cache-Control": "no-store"})
