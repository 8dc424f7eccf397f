"""What the provider's ledger says of an order after a charge or a void, whatever it said before.

    nothing ──► paid ──► voided, the money given back
       ├──────► declined
       └──────► voided: a void that came before its charge

Pure: no clock, no database. `store` carries out what is decided here; an entry is never removed.

Always true, in whatever order they come and however often (tests/unit/functions/charge_payment/test_ledger.py):
    an order is charged once at most, and not once it was voided;
    a charge asked for again has the word that it had, unless it was voided meanwhile: then it is declined;
    after a void nothing of the order's money is kept.
"""

from dataclasses import dataclass, replace
from typing import Literal

from shared.errors import FieldError, Unprocessable
from shared.money import Money

DECLINED_CARD = "4000000000000002"
LATE_CARD = "4000000000009995"
LATE_S = 5.0

Word = Literal["paid", "declined"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What is known of one order's payment. `amount` None: it was voided before anything was asked for."""

    status: Literal["paid", "declined", "voided"]
    amount: Money | None

    @property
    def word(self) -> Word:
        return "paid" if self.status == "paid" else "declined"

    @property
    def kept_minor(self) -> int:
        """What the provider holds of the order's money."""
        return self.amount.amount if self.status == "paid" and self.amount else 0


def first_charge(amount: Money, card: str) -> Entry:
    """The entry of an order of which nothing was known. Any card but the special ones is good."""
    return Entry(status="declined" if card == DECLINED_CARD else "paid", amount=amount)


def charge_again(entry: Entry, amount: Money) -> Entry:
    """The entry of a known order, as it is.

    Raises:
        Unprocessable: it is about another amount. Whoever asks has mistaken an order for another one.
    """
    if entry.amount not in (None, amount):
        raise Unprocessable(errors=[FieldError(field="amount", message="It was another one for this order before")])
    return entry


def void(entry: Entry | None) -> Entry:
    """The entry of an order that is not to be paid: a decline needs no void, and stays what it is."""
    if entry is None:
        return Entry(status="voided", amount=None)
    return replace(entry, status="voided") if entry.status == "paid" else entry


def answer_after_s(card: str) -> float:
    """How long the answer to the first charge takes, once it is booked."""
    return LATE_S if card == LATE_CARD else 0.0
