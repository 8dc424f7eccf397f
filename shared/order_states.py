"""The life of an order: its states, what can happen to it, and what each happening leads to.

    placed ──► payment_pending ──► paid ──► cancelled
       └──────────────────────────► paid
       └─────────► and payment_pending: declined, or by its owner ──► cancelled

Pure: no clock, no database. `shared.order_store` carries out what is decided here, under the lock of the order's row.

Always true, in whatever order things happen and however often (tests/unit/shared/test_order_states.py):
    a cancelled order stays cancelled, and a paid one is never unpaid again without being cancelled;
    the stock comes back exactly once: with the one step that leads to `cancelled`;
    an order leaves `placed` exactly once: with that step its Idempotency-Key gets its one answer;
    a charge that may exist for a cancelled order is taken back: `void_due` comes with the step that cancels, unless
    the provider itself said that it charges nothing.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Literal, get_args

Status = Literal["placed", "paid", "payment_pending", "cancelled"]

STATUSES: tuple[Status, ...] = get_args(Status)
UNSETTLED: frozenset[Status] = frozenset({"placed", "payment_pending"})
"""The payment is open: the sealed card is kept, and somebody will ask the provider (again)."""


class Happening(Enum):
    """What can happen to an order once it is placed."""

    CHARGED = "the provider has charged it"
    DECLINED = "the provider will not charge it, ever"
    PUT_OFF = "the provider could not be had in time"
    CANCELLED = "its owner does not want it any more"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One change of an order's state, and what belongs into the same transaction."""

    status: Status
    stock_comes_back: bool = False
    void_due: bool = False

    @property
    def settled(self) -> bool:
        """Whether the payment is no longer open: the card is forgotten then."""
        return self.status not in UNSETTLED


def step(status: Status, happening: Happening) -> Step | None:
    """Where an order goes from `status`; None where it stays as it is, and nothing is to be done."""
    match status, happening:
        case (("placed" | "payment_pending"), Happening.CHARGED):
            return Step(status="paid")
        case (("placed" | "payment_pending"), Happening.DECLINED):
            return Step(status="cancelled", stock_comes_back=True)
        case "placed", Happening.PUT_OFF:
            return Step(status="payment_pending")
        case (("placed" | "payment_pending" | "paid"), Happening.CANCELLED):
            return Step(status="cancelled", stock_comes_back=True, void_due=True)
        case _:
            return None
