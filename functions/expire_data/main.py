"""POST /internal/expirations: delete what was kept for long enough. Called by a PingSource, from inside alone."""

import functions_framework
import msgspec

from functions.expire_data import store
from shared.endpoint import Answer, Call, endpoint
from shared.errors import TooManyRequests, Unavailable


class Expired(msgspec.Struct, frozen=True, kw_only=True):
    deleted: dict[str, int]
    put_off: list[str]


@functions_framework.http
@endpoint("POST", "/internal/expirations", answers={200: Expired}, problems=(TooManyRequests, Unavailable))
def expire_data(call: Call[None, None]) -> Answer:  # noqa: ARG001 - that it is called says all
    """Delete what is due

    How long things are kept, the settings say. What is left when the time is up (`put_off`), the next call takes.
    """
    done = store.expire()
    return Answer(Expired(deleted=dict(done.deleted), put_off=list(done.put_off)))
