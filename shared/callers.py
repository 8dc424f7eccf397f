"""Who calls: the identity that a token proves, and the address that a request comes from."""

from collections.abc import Callable, Mapping, Sequence
from time import time
from typing import TYPE_CHECKING

from shared import settings
from shared.errors import Forbidden, Unauthorized

if TYPE_CHECKING:
    from shared.tokens import Identity


def client_address(environ: Mapping[str, str]) -> str:
    """The address that the front door saw, in a header that it overwrites.

    Who calls past it, from inside, is known by the last entry of X-Forwarded-For: what stands before may be forged.
    """
    if seen := environ.get("HTTP_X_CLIENT_ADDRESS"):
        return seen
    forwarded = environ.get("HTTP_X_FORWARDED_FOR")
    last = forwarded.rpartition(",")[2].strip() if forwarded else ""
    return last or environ.get("REMOTE_ADDR", "")


def identifier(roles: Sequence[str]) -> "Callable[[Mapping[str, str]], Identity]":
    """A function from a request's environ to the identity of its caller, who must have one of the roles, if any.

    It raises Unauthorized or Forbidden, or Unavailable while nobody can say whether the token was revoked. The gateway
    has checked the token as well, but for that: neither trusts the other.
    """
    # Cryptography and the drivers of both stores are loaded only for endpoints that ask for a token.
    from shared import revocations, tokens  # noqa: PLC0415

    def identify(environ: Mapping[str, str]) -> "Identity":
        scheme, _, token = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise Unauthorized
        current = settings.current()
        identity = tokens.verify(
            token.strip(), current.token_public_keys, current.token_issuer, current.token_audience, time()
        )
        if revocations.of(current).revoked(identity.session_id):
            raise tokens.refusal()
        if roles and not set(roles) & set(identity.roles):
            raise Forbidden(f"This needs the role {' or '.join(roles)}")
        return identity

    return identify
