"""A card's number as an open order may keep it: sealed for the payment provider, and nobody else can read it.

An order that could not be paid at once needs its card again later, so it is kept; but not so that a copy of the
database tells it, nor so that the function that keeps it could. `seal` needs the public key alone. What was sealed for
one order does not open for another, and what was changed does not open at all.

X25519 with a key of its own for each card, HKDF-SHA256, ChaCha20-Poly1305 (a box of RFC 9180's kind, from parts that
the library has). What is sealed is the sender's key and the encrypted number, one after the other.
"""

import base64
import binascii
import functools
from typing import TYPE_CHECKING

from shared.errors import SettingError, ZerocartError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

# cryptography's megabytes are loaded where a card is sealed or opened: not by those who import what imports this.

KEY_BYTES = 32
TAG_BYTES = 16
PURPOSE = b"zerocart sealed card 1"
# Each box has a key that no other box has, so one nonce is enough.
NONCE = bytes(12)


class SealError(ZerocartError):
    """What was given does not open: another key's, another order's, or changed on its way. It says no more."""

    def __init__(self) -> None:
        super().__init__("the sealed card does not open with this key, for this order")


def seal(card: str, order_id: str, public_key: str) -> bytes:
    """A card's number that only the holder of the private key can read, and only for this order.

    Raises:
        SettingError: the public key is none.
    """
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey  # noqa: PLC0415

    recipient = _key_bytes(public_key, "PAYMENT_PUBLIC_KEY")
    sender = X25519PrivateKey.generate()
    cipher = _cipher(sender, peer=recipient, sender=sender.public_key().public_bytes_raw(), recipient=recipient)
    return sender.public_key().public_bytes_raw() + cipher.encrypt(NONCE, card.encode(), order_id.encode())


def unseal(sealed: bytes, order_id: str, private_key: str) -> str:
    """The card's number.

    Raises:
        SealError: it was sealed for another key or another order, or was changed.
        SettingError: the private key is none.
    """
    from cryptography.exceptions import InvalidTag  # noqa: PLC0415

    ours, our_public_key = _key_pair(private_key)
    if len(sealed) < KEY_BYTES + TAG_BYTES:
        raise SealError
    sender, encrypted = sealed[:KEY_BYTES], sealed[KEY_BYTES:]
    try:
        cipher = _cipher(ours, peer=sender, sender=sender, recipient=our_public_key)
        return cipher.decrypt(NONCE, encrypted, order_id.encode()).decode()
    except (InvalidTag, ValueError):  # a ValueError: a sender's key with which no secret is possible
        raise SealError from None


def generate_keys() -> tuple[str, str]:
    """A new private key and the public one that goes with it, as texts."""
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey  # noqa: PLC0415

    private = X25519PrivateKey.generate()
    return _text(private.private_bytes_raw()), _text(private.public_key().public_bytes_raw())


def public_key(private_key: str) -> str:
    """The public key that goes with a private one, as texts. Raises SettingError."""
    return _text(_key_pair(private_key)[1])


@functools.lru_cache(maxsize=2)
def _key_pair(private_key: str) -> tuple["X25519PrivateKey", bytes]:
    """The key of who opens, and the public one, which takes as long to derive as a box takes to open."""
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey  # noqa: PLC0415

    key = X25519PrivateKey.from_private_bytes(_key_bytes(private_key, "PAYMENT_PRIVATE_KEY"))
    return key, key.public_key().public_bytes_raw()


def _cipher(ours: "X25519PrivateKey", *, peer: bytes, sender: bytes, recipient: bytes) -> "ChaCha20Poly1305":
    """The cipher of one box, from either side: its key depends on the secret and on both public keys."""
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey  # noqa: PLC0415
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305  # noqa: PLC0415
    from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF  # noqa: PLC0415

    secret = ours.exchange(X25519PublicKey.from_public_bytes(peer))
    key = HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=sender + recipient, info=PURPOSE).derive(secret)
    return ChaCha20Poly1305(key)


def _key_bytes(text: str, variable: str) -> bytes:
    """A key from its text. The message never repeats the text: it may be a secret."""
    try:
        key = base64.b64decode(text.encode(), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        raise SettingError(variable, "something else", f"it must be {KEY_BYTES} bytes as URL-safe base64")
    return key


def _text(key: bytes) -> str:
    return base64.urlsafe_b64encode(key).decode()
