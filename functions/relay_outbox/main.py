"""POST /internal/relay: what is still to be done for orders, and to be told of them. A PingSource posts it, on `/`."""

import functions_framework

from functions.relay_outbox import store
from shared.endpoint import Answer, Call, endpoint
from shared.errors import Unavailable


@functions_framework.http
@endpoint("POST", "/internal/relay", answers={200: store.Relayed}, problems=(Unavailable,))
def relay_outbox(call: Call[None, None]) -> Answer:  # noqa: ARG001 - that it comes is all that a ping says
    """Settle what is open, and publish what happened

    Payments that were put off, charges to be taken back, then the events of the outbox in their order. One run does
    what it can in its time, and says what that was; what is left is the next one's.
    """
    return Answer(store.relay())
