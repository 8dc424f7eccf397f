"""From a file's invoices to the orders that a replay places: what is asked for, by whom, in which order.

A sale invoice is one order with one Idempotency-Key, always the same one: whoever replays a
file twice gets the same orders again. Cancellations are no orders. Lines that a shop cannot
sell are left out of their order, and an invoice of nothing else is refused before it is asked
for; both are counted by reason.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from knative.local.retail.dataset import SalesRow
from knative.local.retail.goods import normalise, why_not_a_good
from shared.baskets import MOST_LINES, MOST_PIECES

_NOT_A_SALE = ("C", "A")  # cancellation, adjustment of bad debt

NOTHING_TO_SELL = "no line of it is a good with a quantity and a price above zero"
TOO_MANY_PIECES = f"more than {MOST_PIECES:,} pieces of one good"
TOO_MANY_LINES = f"more than {MOST_LINES:,} goods"

_NO_QUANTITY = "a quantity of zero or less corrects the stock"
_NO_PRICE = "a price of zero or less corrects the stock"


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """Who buys: an account of the shop."""

    email: str
    name: str


# An invoice without a customer was somebody's who left no name; the shop has no orders without an
# account, so one account stands for them all: the file gives no way to tell them apart.
GUEST = Customer(email="guest@example.com", name="Guest")


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """One order to place. `pieces` by sku, in the order of the invoice."""

    invoice: str
    customer: Customer
    invoiced_at: datetime
    pieces: Mapping[str, int]

    @property
    def key(self) -> str:
        """The Idempotency-Key."""
        return f"invoice-{self.invoice}"

    @property
    def piece_count(self) -> int:
        return sum(self.pieces.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a replay will do. invoice_count = placements + refused."""

    invoice_count: int
    placements: tuple[Placement, ...]
    refused: Mapping[str, int]
    left_out_lines: Mapping[str, int]

    @property
    def customers(self) -> tuple[Customer, ...]:
        return tuple(dict.fromkeys(placement.customer for placement in self.placements))


@dataclass(slots=True)
class _Invoice:
    at: datetime
    customer: str = ""
    pieces: dict[str, int] = field(default_factory=dict)
    left_out: Counter[str] = field(default_factory=Counter)


def plan(rows: Iterable[SalesRow], *, first: int | None = None) -> Plan:
    """Plan the replay of a file's sale invoices, by their time.

    Args:
        rows: the file's lines, in any order.
        first: how many invoices to take, the earliest ones; None for all.
    """
    invoices: dict[str, _Invoice] = {}
    for row in rows:
        if row.invoice and not row.invoice.upper().startswith(_NOT_A_SALE):
            _add(invoices.setdefault(row.invoice, _Invoice(row.invoiced_at)), row)
    chosen = sorted(invoices.items(), key=lambda item: (item[1].at, item[0]))[:first]
    placements = []
    refused: Counter[str] = Counter()
    left_out: Counter[str] = Counter()
    for number, invoice in chosen:
        left_out += invoice.left_out
        if reason := _why_refused(invoice):
            refused[reason] += 1
        else:
            placements.append(
                Placement(
                    invoice=number, customer=_customer(invoice.customer), invoiced_at=invoice.at, pieces=invoice.pieces
                )
            )
    return Plan(
        invoice_count=len(chosen), placements=tuple(placements), refused=dict(refused), left_out_lines=dict(left_out)
    )


def _add(invoice: _Invoice, row: SalesRow) -> None:
    invoice.at = min(invoice.at, row.invoiced_at)
    invoice.customer = invoice.customer or row.customer
    reason = why_not_a_good(row.stock_code)
    if reason is None and row.quantity <= 0:
        reason = _NO_QUANTITY
    if reason is None and row.price_minor <= 0:
        reason = _NO_PRICE
    if reason is not None:
        invoice.left_out[reason] += 1
        return
    sku = normalise(row.stock_code)
    invoice.pieces[sku] = invoice.pieces.get(sku, 0) + row.quantity


def _why_refused(invoice: _Invoice) -> str | None:
    if not invoice.pieces:
        return NOTHING_TO_SELL
    if max(invoice.pieces.values()) > MOST_PIECES:
        return TOO_MANY_PIECES
    if len(invoice.pieces) > MOST_LINES:
        return TOO_MANY_LINES
    return None


def _customer(number: str) -> Customer:
    if not number:
        return GUEST
    address = re.sub(r"[^a-z0-9]+", "-", number.lower()).strip("-")[:50]
    return Customer(email=f"customer-{address}@example.com", name=f"Customer {number[:100]}")
