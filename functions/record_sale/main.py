"""POST /internal/sales: counts what happened to orders, for the sales report. The subscriber of a Trigger, on `/`."""

import functions_framework

from functions.record_sale import sale, store
from shared import cloud_events_http
from shared.cloud_events_http import BATCH, STRUCTURED, EventDocument
from shared.endpoint import Answer, Call, endpoint
from shared.errors import Unavailable


@functions_framework.http
@endpoint(
    "POST", "/internal/sales", accepts={STRUCTURED: EventDocument, BATCH: list[EventDocument]},
    answers={202: None, 204: None}, problems=(Unavailable,),
)  # fmt: skip
def record_sale(call: Call[None, None]) -> Answer:
    """Count what happened to orders

    CloudEvents of orders, as often and in whatever order they come. 204 means that they are counted, for good; 202 that
    there is nothing to count in them. Both are without content: Knative takes what a sink answers for another event.
    """
    events = cloud_events_http.parse(call.headers.get("Content-Type", ""), call.headers.items(), call.raw_body)
    sales = [found for event in events if (found := sale.read(event)) is not None]
    store.record(sales)
    return Answer(status=204 if sales else 202)
