"""GET /api/me: the account of who asks."""

import functions_framework

from functions.get_profile import store
from shared import tokens
from shared.endpoint import Answer, Call, endpoint
from shared.errors import TooManyRequests, Unavailable


@functions_framework.http
@endpoint("GET", "/api/me", answers={200: store.Profile}, problems=(TooManyRequests, Unavailable), token=True)
def get_profile(call: Call[None, None]) -> Answer:
    """Show the account of the caller"""
    assert call.identity is not None  # the endpoint asks for a token
    profile = store.find(call.identity.subject)
    if profile is None:  # erased, while a token of it is still alive
        raise tokens.refusal()
    return Answer(profile, headers={"Cache-Control": "no-store"})
