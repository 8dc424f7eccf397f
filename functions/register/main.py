"""POST /api/auth/register: a new account."""

import unicodedata
from typing import Annotated

import functions_framework
import msgspec
from msgspec import Meta

from functions.register import store
from functions.register.store import EmailTaken
from shared import passwords
from shared.bodies import NO_NUL
from shared.endpoint import Answer, Call, endpoint
from shared.errors import TooManyRequests, Unavailable

# Neither controls nor spaces, one @, a domain of labels. Whether mail arrives there, only a mail can tell.
EMAIL = r"^[^\x00-\x20\x7f@\s]{1,64}@[^\x00-\x20\x7f@\s.]+(\.[^\x00-\x20\x7f@\s.]+)+$(?!\n)"
# Any alphabet, no control characters, and something to see.
NAME = r"^[^\x00-\x1f\x7f]*[^\x00-\x1f\x7f\s][^\x00-\x1f\x7f]*$"


class NewAccount(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    email: Annotated[str, Meta(max_length=254, pattern=EMAIL)]
    password: Annotated[str, Meta(min_length=8, max_length=128, pattern=NO_NUL)]
    name: Annotated[str, Meta(max_length=200, pattern=NAME)]


class Account(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    email: str
    name: str


@functions_framework.http
@endpoint(
    "POST", "/api/auth/register", body=NewAccount, answers={201: Account},
    problems=(EmailTaken, TooManyRequests, Unavailable), limits=(store.BY_ADDRESS,),
)  # fmt: skip
def register(call: Call[NewAccount, None]) -> Answer:
    """Open an account

    An e-mail address has one account, whatever the case of its letters.
    """
    email = unicodedata.normalize("NFC", call.body.email)
    name = unicodedata.normalize("NFC", call.body.name).strip()
    account_id = store.add(email, name, passwords.hash(call.body.password))
    return Answer(Account(id=str(account_id), email=email, name=name), status=201)
