"""GET /.well-known/jwks.json: the public keys that access tokens are signed with."""

from functools import cache

import functions_framework
import msgspec

from shared import settings
from shared.endpoint import Answer, Call, endpoint
from shared.errors import TooManyRequests

# A key that is new to a client is asked for at once by its kid; an old one is withdrawn within this time.
CACHED_S = 300
PUBLIC_MEMBERS = ("kty", "crv", "x", "n", "e", "kid", "alg", "use")


class KeySet(msgspec.Struct, frozen=True, kw_only=True):
    keys: list[dict[str, str]]


@functions_framework.http
@endpoint("GET", "/.well-known/jwks.json", answers={200: KeySet}, problems=(TooManyRequests,))
def get_jwks(call: Call[None, None]) -> Answer:  # noqa: ARG001 - the request says nothing but its address
    """Show the keys of the access tokens

    A JWK set (RFC 7517) for whoever checks a token without asking us.
    """
    return Answer(_public_keys(), headers={"Cache-Control": f"public, max-age={CACHED_S}"})


@cache
def _public_keys() -> KeySet:
    key_set = msgspec.json.decode(settings.current().token_public_keys, type=KeySet)
    # Whatever the setting holds by mistake, the private part of a key does not leave.
    return KeySet(keys=[{name: key[name] for name in PUBLIC_MEMBERS if name in key} for key in key_set.keys])
