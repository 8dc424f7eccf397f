"""Money: whole minor units and a currency. Exact, and never mixed.

>>> 3 * Money(amount=295, currency="GBP") + Money(amount=15, currency="GBP")
Money(amount=900, currency='GBP')
"""

from collections.abc import Iterable
from typing import Annotated

import msgspec

from shared.errors import ZerocartError

CURRENCY = "GBP"  # what the shop sells in


class CurrencyMismatchError(ZerocartError):
    """Two amounts in different currencies met in one sum: a bug, for nothing here converts."""

    def __init__(self, left: str, right: str) -> None:
        super().__init__(f"an amount in {left} and one in {right} cannot be put together")
        self.left = left
        self.right = right


class Money(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An amount. It has no order of its own: compare `amount`s of one currency."""

    amount: Annotated[int, msgspec.Meta(description="In minor units, such as pence")]
    currency: Annotated[str, msgspec.Meta(pattern="^[A-Z]{3}$", description="ISO 4217")]

    def __add__(self, other: "Money") -> "Money":
        return Money(amount=self.amount + self._same(other), currency=self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(amount=self.amount - self._same(other), currency=self.currency)

    def __mul__(self, count: int) -> "Money":
        # A bool is an int to Python, and a float would round.
        if type(count) is not int:
            return NotImplemented
        return Money(amount=self.amount * count, currency=self.currency)

    __rmul__ = __mul__

    def __neg__(self) -> "Money":
        return Money(amount=-self.amount, currency=self.currency)

    def __bool__(self) -> bool:
        return self.amount != 0

    def __str__(self) -> str:
        """For people, as in `GBP 2.95`; for currencies with two digits of minor units."""
        sign = "-" if self.amount < 0 else ""
        whole, minor = divmod(abs(self.amount), 100)
        return f"{self.currency} {sign}{whole}.{minor:02}"

    def _same(self, other: "Money") -> int:
        if other.currency != self.currency:
            raise CurrencyMismatchError(self.currency, other.currency)
        return other.amount


def total(amounts: Iterable[Money], currency: str = CURRENCY) -> Money:
    """The sum of amounts that are all in one currency; of none, nothing of that currency."""
    return sum(amounts, Money(amount=0, currency=currency))
