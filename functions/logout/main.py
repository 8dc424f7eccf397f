"""POST /api/auth/logout: the end of a session, for every token of it."""

import functions_framework

from functions.logout import store
from shared import refresh_cookies
from shared.endpoint import Answer, Call, endpoint
from shared.errors import TooManyRequests, Unavailable


@functions_framework.http
@endpoint(
    "POST", "/api/auth/logout", answers={204: None}, problems=(TooManyRequests, Unavailable), token=True,
    refresh_cookie=True,
)  # fmt: skip
def logout(call: Call[None, None]) -> Answer:
    """Log out

    Ends the session of the access token: from the answer on, its tokens are refused everywhere, and it cannot be
    refreshed. That takes a moment. Other sessions of the account stay.
    """
    assert call.identity is not None  # the endpoint asks for a token
    cookie = refresh_cookies.forgotten(call.headers)
    store.end(call.identity.subject, call.identity.session_id)
    return Answer(status=204, headers={"Cache-Control": "no-store", **cookie})
