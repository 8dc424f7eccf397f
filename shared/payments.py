"""The payment provider, as its customers see it: charge an order once, or take its charge back.

The order's id is the key of everything: however often a charge is asked for, the provider has one word on it. So what
could not be had is asked for again later, and nobody pays twice.
"""

import base64
import logging
from enum import Enum
from typing import TYPE_CHECKING, Annotated, Literal, TypeVar

import msgspec
from msgspec import Meta

from shared import sealed_cards
from shared.deadlines import Deadline
from shared.errors import Unavailable
from shared.money import Money

if TYPE_CHECKING:
    from shared.mesh import Mesh, Request

SERVICE = "charge-payment"
CHARGE_PATH = "/internal/payments"
VOID_PATH = "/internal/payments/void"
LARGEST_MINOR = 2**63 - 1  # what a bigint holds

T = TypeVar("T")

_log = logging.getLogger(__name__)

OrderId = Annotated[str, Meta(max_length=255, pattern=r"^[\x21-\x7e]+$(?!\n)")]


class Charged(Enum):
    """The provider's final word on an order."""

    PAID = "paid"
    DECLINED = "declined"


class Amount(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the provider takes: not nothing, and the shop's currency."""

    amount: Annotated[int, Meta(ge=1, le=LARGEST_MINOR, description="In minor units, such as pence")]
    currency: Literal["GBP"]


class Charge(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the provider is asked for; `sealed_card` is URL-safe base64."""

    order_id: OrderId
    amount: Amount
    sealed_card: Annotated[str, Meta(max_length=1024)]

    def __repr__(self) -> str:
        return f"Charge(order_id={self.order_id!r}, amount={self.amount!r}, sealed_card=…)"

    def open_card(self, private_key: str) -> str:
        """What is sealed in it, for who has the key. Raises SealError."""
        try:
            sealed = base64.b64decode(self.sealed_card, altchars=b"-_", validate=True)
        except ValueError:  # it is not even base64
            raise sealed_cards.SealError from None
        return sealed_cards.unseal(sealed, self.order_id, private_key)


class Void(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    order_id: OrderId


class Word(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to a charge: a decline is an answer too."""

    status: Literal["paid", "declined"]


class Voided(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to a void: whatever was charged is given back, and nothing will be charged."""

    status: Literal["voided"]


class NotUnderstood(Unavailable):
    """The provider is there, but gives no word on this order; asked again, it will most likely say the same.

    Whoever goes through many orders goes on with the next one. It is logged, for somebody has to look.
    """


def charge(
    mesh: "Mesh", order_id: str, total: Money, sealed_card: bytes, *, deadline: Deadline | None = None
) -> Charged:
    """The provider's word on an order; asked again, it is the same. What costs nothing is paid without asking.

    Args:
        mesh: the way to the provider.
        order_id: the key: one order is charged once.
        total: what is charged.
        sealed_card: from `sealed_cards.seal`, for this order.
        deadline: of the request for which this is done.

    Raises:
        Unavailable: no word can be had now: the provider is away or too slow, or was so a moment ago. It may have
            charged all the same.
        NotUnderstood: an Unavailable, but of this order alone.
    """
    if not total:
        return Charged.PAID
    request = _request(CHARGE_PATH, order_id, amount=total, sealed_card=base64.urlsafe_b64encode(sealed_card).decode())
    return Charged(_answer(mesh, request, Word, deadline).status)


def void(mesh: "Mesh", order_id: str, *, deadline: Deadline | None = None) -> None:
    """Take the charge of an order back, and forbid one of which the provider has yet to hear.

    Raises:
        Unavailable: the provider cannot be had now.
        NotUnderstood: an Unavailable, but of this order alone.
    """
    _answer(mesh, _request(VOID_PATH, order_id), Voided, deadline)


def _request(path: str, order_id: str, **asked: object) -> "Request":
    body = msgspec.json.encode({"order_id": order_id, **asked})
    from shared.mesh import Request  # noqa: PLC0415 - who is asked, the provider, asks nobody

    return Request(service=SERVICE, path=path, method="POST", body=body, idempotency_key=order_id)


def _answer(mesh: "Mesh", request: "Request", answered: type[T], deadline: Deadline | None) -> T:
    response = mesh.call(request, deadline=deadline)
    if response.status == 200:
        try:
            return msgspec.json.decode(response.body, type=answered)
        except msgspec.DecodeError:
            pass
    _log.error("The payment provider answered %d about order %s", response.status, request.idempotency_key)
    raise NotUnderstood("The payment provider has no word on this order; try again later")
