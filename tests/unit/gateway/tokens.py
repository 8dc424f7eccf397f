"""Tokens as `login` signs them, and as a forger would."""

import json
import time
from functools import cache
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from jwt.algorithms import OKPAlgorithm

KEYS_URI = "http://get-jwks.shop.svc.cluster.local/.well-known/jwks.json"


@cache
def private_key(name: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.generate()


def key_set(name: str = "first") -> str:
    public = json.loads(OKPAlgorithm.to_jwk(private_key(name).public_key()))
    return json.dumps({"keys": [{**public, "kid": name, "alg": "EdDSA", "use": "sig"}]})


def token(*, key: str = "first", kid: str = "first", lives_s: float = 900, **claims: Any) -> str:
    now = int(time.time())
    whole = {
        "iss": "https://zerocart.example", "sub": "7", "aud": "zerocart", "exp": now + lives_s, "iat": now,
        "jti": "1", "roles": ["customer"],
    } | claims  # fmt: skip
    return jwt.encode(whole, private_key(key), algorithm="EdDSA", headers={"kid": kid})


def unsigned_token() -> str:
    claims = jwt.decode(token(), options={"verify_signature": False})
    return jwt.encode(claims, "", algorithm="none")


def bearer(text: str) -> dict[str, str]:
    return {"authorization": f"Bearer {text}"}
