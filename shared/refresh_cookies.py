"""The refresh token in a cookie, for a browser: no script can read it there, so none can carry it away.

A client opts in, request by request, with the header `X-Refresh-Token: cookie`. Then login and refresh set the cookie
and leave the token out of their answer, refresh takes it from there, and logout deletes it. Without the header nothing
is set and no cookie is looked at, so who sends tokens in bodies is served as ever.

The header is also what stops another site's page from using the cookie (CSRF): a form cannot send one, and a script of
another origin is asked for a preflight, whose answer allows neither this header nor credentials. SameSite=Strict says
the same to the browser; each holds without the other.
"""

from werkzeug.datastructures import Headers
from werkzeug.http import dump_cookie, parse_cookie

from shared.calls import Answer
from shared.errors import MalformedRequest
from shared.sessions import SESSION_DAYS, Tokens

HEADER = "X-Refresh-Token"
OPTED_IN = "cookie"
NAME = "zerocart_refresh"
PATH = "/api/auth"
_LIFETIME_S = SESSION_DAYS * 24 * 3600
_NO_STORE = {"Cache-Control": "no-store"}


def asked_for(headers: Headers) -> bool:
    """Whether the client wants its refresh token in a cookie. Raises MalformedRequest for a word that is not known."""
    given = headers.get(HEADER)
    if given not in (None, OPTED_IN):
        raise MalformedRequest(f"The header {HEADER} must be {OPTED_IN!r}, or not be there")
    return given is not None


def read(headers: Headers) -> str:
    """The refresh token in the request's cookie; an empty one, which nobody was ever given, where there is none."""
    return parse_cookie(headers.get("Cookie", "")).get(NAME, "")


def answer(headers: Headers, access_token: str, refresh_token: str) -> Answer:
    """The tokens, the refresh token where the request's headers ask for it."""
    if not asked_for(headers):
        return Answer(Tokens(access_token=access_token, refresh_token=refresh_token), headers=_NO_STORE)
    cookie = {"Set-Cookie": _cookie(headers, refresh_token, _LIFETIME_S)}
    return Answer(Tokens(access_token=access_token), headers=_NO_STORE | cookie)


def forgotten(headers: Headers) -> dict[str, str]:
    """The headers of an answer after which the browser no longer has the cookie, where it is one that has it."""
    return {"Set-Cookie": _cookie(headers, "", 0)} if asked_for(headers) else {}


def _cookie(headers: Headers, value: str, max_age_s: int) -> str:
    # TLS ends before the gateway, so what a function sees is plain either way. A browser tells: it sends the origin of
    # the page with every POST. Only a page that came without TLS gets a cookie that may travel without.
    plain = headers.get("Origin", "").startswith("http://")
    return dump_cookie(NAME, value, max_age=max_age_s, path=PATH, secure=not plain, httponly=True, samesite="Strict")
