"""Opaque cursors: where the next page of a list begins.

A cursor holds the sort key of the last item shown, so a page neither repeats nor skips an item when others come or
go in between. It is bound to the list it came from, and carries a checksum: one that was typed, cut or taken from
another search is refused with 422, instead of a page from nowhere. It is no secret and grants nothing.
"""

import base64
import binascii
import hashlib
from typing import TypeVar

import msgspec

from shared.errors import FieldError, Unprocessable

CHECKSUM_BYTES = 9

PositionT = TypeVar("PositionT")


def encode(listing: str, position: object) -> str:
    """The cursor behind `position` (any msgspec type) of the list that `listing` names, filters included."""
    packed = msgspec.msgpack.encode(position)
    return base64.urlsafe_b64encode(_checksum(listing, packed) + packed).rstrip(b"=").decode()


def decode(listing: str, cursor: str, position_type: type[PositionT]) -> PositionT:
    """The position in `cursor`.

    Raises:
        Unprocessable: it was not made by `encode` for this list.
    """
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        checksum, packed = raw[:CHECKSUM_BYTES], raw[CHECKSUM_BYTES:]
        if checksum == _checksum(listing, packed):
            return msgspec.msgpack.decode(packed, type=position_type)
    except (binascii.Error, ValueError):
        pass  # the same answer as for a wrong checksum
    message = "must be the next_cursor of the page before, from the same search"
    raise Unprocessable(errors=[FieldError(field="cursor", message=message)])


def _checksum(listing: str, packed: bytes) -> bytes:
    return hashlib.blake2b(packed, digest_size=CHECKSUM_BYTES, key=hashlib.sha256(listing.encode()).digest()).digest()
