"""The order, as its owner sees it; several functions answer with it, and events carry it."""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from shared.money import Money
from shared.order_states import Status


class OrderLine(msgspec.Struct, frozen=True, kw_only=True):
    """What was bought, under the name and at the price of that moment."""

    sku: str
    name: str
    quantity: Annotated[int, Meta(ge=1)]
    unit_price: Money
    line_total: Money


class Order(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    status: Status
    items: list[OrderLine]
    total: Money
    placed_at: datetime
