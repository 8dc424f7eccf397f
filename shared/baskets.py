"""What somebody wants to buy: lines of sku and quantity, as carts and new orders have them."""

from collections.abc import Collection, Sequence
from typing import Annotated

import msgspec
from msgspec import Meta

from shared.bodies import NO_NUL
from shared.errors import FieldError, Unprocessable

MOST_PIECES = 10_000
MOST_LINES = 1_000  # a retailer's largest real orders have about 700


class Line(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    sku: Annotated[str, Meta(min_length=1, max_length=64, pattern=NO_NUL)]
    quantity: Annotated[int, Meta(ge=1, le=MOST_PIECES)]


Lines = Annotated[list[Line], Meta(min_length=1, max_length=MOST_LINES)]


def merge(lines: Sequence[Line]) -> dict[str, int]:
    """The pieces of each sku, in the order of its first line: lines of one sku become one.

    Raises:
        Unprocessable: together they are more than one line may have.
    """
    pieces: dict[str, int] = {}
    errors = []
    for index, line in enumerate(lines):
        pieces[line.sku] = pieces.get(line.sku, 0) + line.quantity
        if pieces[line.sku] > MOST_PIECES:
            message = f"All lines of {line.sku} together may have at most {MOST_PIECES} pieces"
            errors.append(FieldError(field=f"items[{index}].quantity", message=message))
    if errors:
        raise Unprocessable(errors=errors)
    return pieces


def refuse_unknown(lines: Sequence[Line], known: Collection[str]) -> None:
    """Raises Unprocessable with each line whose sku is not among the known ones."""
    errors = [
        FieldError(field=f"items[{index}].sku", message="No product has this sku")
        for index, line in enumerate(lines)
        if line.sku not in known
    ]
    if errors:
        raise Unprocessable(errors=errors)
