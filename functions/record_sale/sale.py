"""What an event says of a sale. Events come more than once and in any order, so each says all that the report needs."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import msgspec

from shared import money
from shared.cloud_events import CloudEvent
from shared.errors import FieldError, Unprocessable
from shared.money import CurrencyMismatchError
from shared.orders import Order


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What an event adds to what is known of an order; nothing is ever taken back."""

    paid: bool = False
    cancelled: bool = False


EFFECTS: Mapping[str, Effect] = MappingProxyType({
    "zerocart.order.placed.v1": Effect(),
    "zerocart.order.paid.v1": Effect(paid=True),
    "zerocart.order.cancelled.v1": Effect(cancelled=True),
})  # fmt: skip

_decode = msgspec.json.Decoder(Order).decode


@dataclass(frozen=True, slots=True, kw_only=True)
class Sale:
    """An order, and what the event that carried it says became of it."""

    event: CloudEvent
    order: Order
    effect: Effect

    @property
    def units(self) -> int:
        return sum(line.quantity for line in self.order.items)


def read(event: CloudEvent) -> Sale | None:
    """The sale that an event tells of; None where it tells of something else.

    Raises:
        Unprocessable: it should tell of an order, and does not, or of one that does not add up.
    """
    effect = EFFECTS.get(event.type)
    if effect is None:
        return None
    try:
        order = _decode(event.data or b"null")
        uuid.UUID(order.id)
    except (ValueError, RecursionError) as error:  # msgspec's errors are ValueErrors
        raise _refusal(f"It is not an order: {error}") from None
    if order.placed_at.tzinfo is None:
        raise _refusal("Its placed_at has no time zone")
    try:
        adds_up = money.total((line.line_total for line in order.items), order.total.currency) == order.total
    except CurrencyMismatchError as error:
        raise _refusal(str(error)) from None
    if not adds_up:
        raise _refusal("Its lines do not add up to its total")
    return Sale(event=event, order=order, effect=effect)


def _refusal(message: str) -> Unprocessable:
    return Unprocessable("The event's data cannot be counted", errors=[FieldError(field="data", message=message)])
