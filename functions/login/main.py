"""POST /api/auth/login: tokens for an e-mail address and a password."""

import time
from typing import Annotated

import functions_framework
import msgspec
from msgspec import Meta

from functions.login import store
from shared import passwords, refresh_cookies, settings, tokens
from shared.bodies import NO_NUL
from shared.endpoint import Answer, Call, endpoint
from shared.errors import TooManyRequests, Unauthorized, Unavailable
from shared.sessions import Tokens


class Credentials(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    email: Annotated[str, Meta(max_length=254, pattern=NO_NUL)]
    password: Annotated[str, Meta(max_length=128, pattern=NO_NUL)]


@functions_framework.http
@endpoint(
    "POST", "/api/auth/login", body=Credentials, answers={200: Tokens},
    problems=(Unauthorized, TooManyRequests, Unavailable), limits=(store.BY_ADDRESS, store.BY_ACCOUNT),
    refresh_cookie=True,
)  # fmt: skip
def login(call: Call[Credentials, None]) -> Answer:
    """Log in

    An unknown address and a wrong password get the same answer in the same time.
    """
    refresh_cookies.asked_for(call.headers)  # a word that is not known is refused before any work
    email, password = store.normal(call.body.email), call.body.password
    account = store.find(email)
    if account is None:
        passwords.verify_against_nobody(password)
    if account is None or not passwords.verify(account.password_hash, password):
        raise Unauthorized("The e-mail address or the password is wrong")
    store.forgive(email)
    if passwords.outdated(account.password_hash):
        store.keep_hash(account.id, old=account.password_hash, new=passwords.hash(password))
    session = store.begin_session(account)
    current = settings.current()
    access_token = tokens.sign(
        account.id, account.roles, keys=current.token_signing_keys, issuer=current.token_issuer,
        audience=current.token_audience, now_s=time.time(), session_id=session.id,
    )  # fmt: skip
    return refresh_cookies.answer(call.headers, access_token, session.refresh_token)
