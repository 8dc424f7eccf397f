"""Reads one account's orders from Postgres, a page at a time."""

import uuid
from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta
from sqlalchemy import Connection, text

from shared import cursors, database, order_store, settings
from shared.orders import Order

PAGE = text(f"""
    {order_store.ORDERS}
    WHERE account_id = CAST(:account_id AS uuid)
        AND (placed_at, id) < (CAST(:placed_at AS timestamptz), CAST(:id AS uuid))
    ORDER BY placed_at DESC, id DESC LIMIT :count
""")
FIRST: dict[str, object] = {"placed_at": "infinity", "id": uuid.UUID(int=2**128 - 1)}


class Page(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    limit: Annotated[int, Meta(ge=1, le=100)] = 20
    cursor: Annotated[str, Meta(max_length=200, description="The next_cursor of the page before")] | None = None


class Orders(msgspec.Struct, frozen=True, kw_only=True):
    items: list[Order]
    next_cursor: str | None


class Position(msgspec.Struct, frozen=True, array_like=True):
    """The sort key of the last order shown: neither part of it ever changes."""

    placed_at: datetime
    id: uuid.UUID


def read_page(account_id: str, page: Page) -> Orders:
    """One page of an account's orders. Raises Unprocessable where the cursor is none of theirs, and Unavailable."""
    listing = f"orders\n{account_id}"
    after = FIRST
    if page.cursor is not None:
        after = msgspec.structs.asdict(cursors.decode(listing, page.cursor, Position))
    values = {"account_id": account_id, "count": page.limit + 1, **after}  # one more: is there a next page?

    def read(connection: Connection) -> list[Order]:
        return [order_store.from_row(row) for row in connection.execute(PAGE, values)]

    found = database.run(database.engine(settings.current()), read)
    items = found[: page.limit]
    if len(found) <= page.limit:
        return Orders(items=items, next_cursor=None)
    position = Position(items[-1].placed_at, uuid.UUID(items[-1].id))
    return Orders(items=items, next_cursor=cursors.encode(listing, position))
