"""Orders for tests of what comes after them: placed, paid and cancelled through the shop's own code, events and all."""

import uuid
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from sqlalchemy import Engine, text

from shared import database, money, order_store, settings
from shared.money import Money
from shared.order_states import Happening
from shared.orders import Order, OrderLine
from tests.unit.functions.conftest import ACCOUNT_ID

# As placing does it, but for the goods and the key.
ADD = text(f"WITH {order_store.ADDING.format(cause='(VALUES (true)) AS placed')} SELECT id FROM added")
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)

Line = tuple[str, int, int]
"""A sku, how many, and the price of each."""


def order(lines: Sequence[Line], *, placed_at: datetime = NOON, currency: str = "GBP") -> Order:
    items = [
        OrderLine(
            sku=sku, name=f"Good {sku}", quantity=pieces, unit_price=Money(amount=minor, currency=currency),
            line_total=Money(amount=pieces * minor, currency=currency),
        )
        for sku, pieces, minor in lines
    ]  # fmt: skip
    total = money.total((item.line_total for item in items), currency)
    return Order(id=str(uuid.uuid4()), status="placed", items=items, total=total, placed_at=placed_at)


def engine() -> Engine:
    return database.engine(settings.current())


def place(placed: Order) -> Order:
    """Keep an order, with the event that tells of it; its payment is never due."""
    values = order_store.values(ACCOUNT_ID, placed, b"a sealed card", due_after_s=1e9)
    database.run(engine(), lambda c: c.execute(ADD, values))
    return placed


def happen(placed: Order, *happenings: Happening) -> Order:
    """Let things happen to an order, each in a transaction."""
    for happening in happenings:
        database.run(engine(), lambda connection, each=happening: order_store.settle(connection, placed.id, each))  # type: ignore[misc]
    return placed


def place_some(count: int) -> list[Order]:
    """Orders of all sorts: every third is paid, and every fourth cancelled."""
    placed = [place(order([("A", 1 + turn, 250), ("B", 2, 99)])) for turn in range(count)]
    for turn, each in enumerate(placed):
        happen(each, *_happenings(turn))
    return placed


def _happenings(turn: int) -> Iterable[Happening]:
    if turn % 3 == 0:
        yield Happening.CHARGED
    if turn % 4 == 0:
        yield Happening.CANCELLED
