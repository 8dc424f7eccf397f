"""Access tokens: who they are for, for how long, and what they must look like to count.

JWTs signed with Ed25519. Keys are a JWK set; each token names the key that signed it (`kid`), so keys can change
while tokens live: the first key of the private set signs, every key of the public set verifies. Pure, but for
random numbers: the time is an argument.
"""

import base64
import functools
import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from shared.errors import SettingError, Unauthorized

ALGORITHM = "EdDSA"
LIFETIME_S = 900
KNOWN_TOKENS = 256  # of a kilobyte each, in every process
CLOCK_SKEW_S = 30.0  # how far another machine's clock may be ahead of ours
CLAIMS = ("iss", "sub", "aud", "exp", "iat", "jti", "roles")


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Whom a token speaks for. `token_id` names the token itself."""

    subject: str
    roles: tuple[str, ...]
    token_id: str
    expires_at_s: float

    @property
    def session_id(self) -> str:
        """The session to which the token belongs, to be revoked by; a token without one is its own."""
        return self.token_id.partition(".")[0]


def sign(
    subject: str,
    roles: Sequence[str],
    *,
    keys: str,
    issuer: str,
    audience: str,
    now_s: float,
    session_id: str | None = None,
) -> str:
    """A new access token, valid for LIFETIME_S.

    Args:
        subject: the id of the account.
        roles: what the account may do beside what everyone may.
        keys: the private JWK set, of which the first key signs.
        issuer: who we are.
        audience: for whom the token is.
        now_s: seconds since the epoch.
        session_id: the session with whose end this token ends; it has no dot. The token's own id begins with it: the
            contract names the claims, and has no other for it.
    """
    token_id = str(uuid.uuid4()) if session_id is None else f"{session_id}.{uuid.uuid4().hex}"
    key_id, key = next(iter(_private_keys(keys).items()))
    claims = {
        "iss": issuer, "sub": subject, "aud": audience, "iat": int(now_s), "exp": int(now_s) + LIFETIME_S,
        "jti": token_id, "roles": list(roles),
    }  # fmt: skip
    return jwt.encode(claims, key, algorithm=ALGORITHM, headers={"kid": key_id})


def verify(token: str, keys: str, issuer: str, audience: str, now_s: float) -> Identity:
    """Whom a token speaks for, if it was signed by one of our keys, for us, and its time is now.

    Args:
        token: as it came, without `Bearer`.
        keys: the public JWK set.
        issuer: who must have signed it.
        audience: for whom it must be.
        now_s: seconds since the epoch.

    Raises:
        Unauthorized: for whatever reason; the client is told the same each time.
    """
    return _identity(_claims(token, keys, issuer, audience), now_s)


@functools.lru_cache(maxsize=KNOWN_TOKENS)
def _claims(token: str, keys: str, issuer: str, audience: str) -> Mapping[str, object]:
    """What a token says that one of our keys has signed. Whoever comes with it again has it looked up: checking a
    signature takes longer than most statements. Its times are checked each time, and a refusal is not kept."""
    known = _public_keys(keys)
    try:
        key = known[jwt.get_unverified_header(token)["kid"]]
        claims = jwt.decode(
            token, key, algorithms=[ALGORITHM], issuer=issuer, audience=audience,
            # The times are checked each time, against the caller's clock.
            options={
                "require": list(CLAIMS), "strict_aud": True,
                "verify_exp": False, "verify_iat": False, "verify_nbf": False,
            },
        )  # fmt: skip
    except (jwt.PyJWTError, KeyError, TypeError, ValueError):
        raise refusal() from None
    return claims


def generate_keys(now: datetime) -> tuple[str, str]:
    """A private JWK set with one new key, and the public set that goes with it."""
    private = Ed25519PrivateKey.generate()
    public_bytes, private_bytes = private.public_key().public_bytes_raw(), private.private_bytes_raw()
    # The date tells an operator which key is which; the rest keeps two of one day apart.
    key_id = f"{now:%Y-%m-%d}-{_base64(public_bytes)[:8]}"
    public = {
        "kty": "OKP", "crv": "Ed25519", "alg": ALGORITHM, "use": "sig", "kid": key_id, "x": _base64(public_bytes),
    }  # fmt: skip
    return json.dumps({"keys": [{**public, "d": _base64(private_bytes)}]}), json.dumps({"keys": [public]})


def _identity(claims: Mapping[str, object], now_s: float) -> Identity:
    match claims:
        case {
            "sub": str(subject), "jti": str(token_id), "roles": [*roles],
            "iat": int() | float() as issued_s, "exp": int() | float() as expires_s,
        } if (
            subject and token_id and all(isinstance(role, str) for role in roles)
            and issued_s <= now_s + CLOCK_SKEW_S and issued_s < expires_s and now_s < expires_s
            and _has_begun(claims.get("nbf", issued_s), now_s)
        ):  # fmt: skip
            names = tuple(str(role) for role in roles)
            return Identity(subject=subject, roles=names, token_id=token_id, expires_at_s=float(expires_s))
    raise refusal()


def _has_begun(not_before_s: object, now_s: float) -> bool:
    return isinstance(not_before_s, int | float) and not_before_s <= now_s + CLOCK_SKEW_S


def refusal() -> Unauthorized:
    """What a client is told whose token does not count, whatever the reason."""
    return Unauthorized("The access token is not valid, or not any more", token_given=True)


@functools.lru_cache(maxsize=8)
def _private_keys(text: str) -> Mapping[str, Ed25519PrivateKey]:
    return {
        key_id: Ed25519PrivateKey.from_private_bytes(_bytes(key, "d", "TOKEN_SIGNING_KEYS"))
        for key_id, key in _key_set(text, "TOKEN_SIGNING_KEYS").items()
    }


@functools.lru_cache(maxsize=8)
def _public_keys(text: str) -> Mapping[str, Ed25519PublicKey]:
    return {
        key_id: Ed25519PublicKey.from_public_bytes(_bytes(key, "x", "TOKEN_PUBLIC_KEYS"))
        for key_id, key in _key_set(text, "TOKEN_PUBLIC_KEYS").items()
    }


def _key_set(text: str, variable: str) -> dict[str, Mapping[str, object]]:
    """The keys of a JWK set by `kid`, in their order. The message never repeats the text: it may be a secret."""
    try:
        keys = json.loads(text)["keys"]
        by_id = {key["kid"]: key for key in keys if (key["kty"], key["crv"]) == ("OKP", "Ed25519")}
    except (ValueError, KeyError, TypeError):
        raise _setting_error(variable) from None
    if not by_id or len(by_id) != len(keys):
        raise _setting_error(variable)
    return by_id


def _bytes(key: Mapping[str, object], member: str, variable: str) -> bytes:
    value = key.get(member)
    decoded = base64.urlsafe_b64decode(f"{value}===") if isinstance(value, str) else b""
    if len(decoded) != 32:
        raise _setting_error(variable)
    return decoded


def _setting_error(variable: str) -> SettingError:
    return SettingError(
        variable, "(not shown)", "it must be a JWK set of Ed25519 keys, each with a kid",
        "take a set that shared.tokens.generate_keys made",
    )  # fmt: skip


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
