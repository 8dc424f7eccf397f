"""POST /api/auth/refresh: the next tokens of a session, for its last refresh token."""

import time
from typing import Annotated

import functions_framework
import msgspec
from msgspec import Meta

from functions.refresh_token import store
from shared import refresh_cookies, settings, tokens
from shared.endpoint import Answer, Call, endpoint
from shared.errors import FieldError, TooManyRequests, Unauthorized, Unavailable, Unprocessable
from shared.sessions import Tokens


class Refresh(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    refresh_token: Annotated[
        Annotated[str, Meta(max_length=256)] | msgspec.UnsetType, Meta(description="Required, unless it is in a cookie")
    ] = msgspec.UNSET

    def __repr__(self) -> str:
        return "Refresh(refresh_token=…)"  # it must not get into a log


@functions_framework.http
@endpoint(
    "POST", "/api/auth/refresh", body=Refresh, answers={200: Tokens},
    problems=(Unauthorized, TooManyRequests, Unavailable), limits=(store.BY_ADDRESS,), refresh_cookie=True,
)  # fmt: skip
def refresh_token(call: Call[Refresh, None]) -> Answer:
    """Refresh a session

    A refresh token is good for one refresh. One that comes a second time is refused, and the session with it: log in.
    """
    in_cookie = refresh_cookies.asked_for(call.headers)
    given = refresh_cookies.read(call.headers) if in_cookie else call.body.refresh_token
    if given is msgspec.UNSET:
        raise Unprocessable(errors=[FieldError(field="refresh_token", message="It is required")])
    session = store.refresh(given)
    if session is None:
        raise Unauthorized("The refresh token is not valid, or not any more; log in")
    current = settings.current()
    access_token = tokens.sign(
        session.account_id, session.roles, keys=current.token_signing_keys, issuer=current.token_issuer,
        audience=current.token_audience, now_s=time.time(), session_id=session.id,
    )  # fmt: skip
    return refresh_cookies.answer(call.headers, access_token, session.refresh_token)
