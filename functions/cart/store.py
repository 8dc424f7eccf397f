"""Keeps carts in Postgres, each with a version: a change names the version it is made on, or does not happen."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import msgspec
from msgspec import Meta
from sqlalchemy import Connection, text

from shared import baskets, database, money, settings
from shared.baskets import Line
from shared.errors import PreconditionFailed
from shared.money import Money
from shared.orders import OrderLine

# Of a person without a cart, who has an empty one all the same: the version before the first.
NEVER_KEPT = 0

READ = text("SELECT version, items FROM carts.carts WHERE account_id = :account_id")
PRODUCTS = text("""
    SELECT sku, name, price_minor, currency FROM catalog.products WHERE sku = ANY(CAST(:skus AS text[]))
""")
# One statement compares and sets: of two that change the same version, the second waits for the row, and then finds
# another version in it. A first cart is an insert, and of two the second finds the row there.
INSERT = text("""
    INSERT INTO carts.carts (account_id, version, items) VALUES (:account_id, 1, CAST(:items AS jsonb))
    ON CONFLICT (account_id) DO NOTHING RETURNING version
""")
UPDATE = text("""
    UPDATE carts.carts SET version = version + 1, items = CAST(:items AS jsonb), updated_at = now()
    WHERE account_id = :account_id AND version = ANY(CAST(:versions AS bigint[])) RETURNING version
""")
# `If-Match: *`: whatever is there.
OVERWRITE = text("""
    INSERT INTO carts.carts (account_id, version, items) VALUES (:account_id, 1, CAST(:items AS jsonb))
    ON CONFLICT (account_id) DO UPDATE SET version = carts.version + 1, items = EXCLUDED.items, updated_at = now()
    RETURNING version
""")


class Cart(msgspec.Struct, frozen=True, kw_only=True):
    items: list[OrderLine]
    total: Money
    withdrawn: Annotated[list[str], Meta(description="Skus that were put in and are no longer sold: not in items")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A cart as it is now, and the version of what was put in."""

    cart: Cart
    version: int

    @property
    def etag(self) -> str:
        return f'"{self.version}"'


def read(account_id: str) -> Kept:
    """The cart of an account, an empty one at first. Raises Unavailable."""

    def work(connection: Connection) -> Kept:
        row = connection.execute(READ, {"account_id": account_id}).one_or_none()
        lines = [] if row is None else msgspec.convert(row.items, list[Line])
        return Kept(cart=_priced(connection, lines), version=NEVER_KEPT if row is None else row.version)

    return database.run(database.engine(settings.current()), work)


def replace(account_id: str, lines: Sequence[Line], if_match: str) -> Kept:
    """Put these lines, and nothing else, into the cart of an account.

    Raises:
        PreconditionFailed: the cart is not in a state that `if_match` names.
        Unprocessable: a sku is not sold.
        Unavailable: the database is away.
    """

    def work(connection: Connection) -> Kept:
        merged = [Line(sku=sku, quantity=pieces) for sku, pieces in baskets.merge(lines).items()]
        version = _compare_and_set(connection, account_id, merged, if_match)
        cart = _priced(connection, merged)
        baskets.refuse_unknown(lines, [item.sku for item in cart.items])  # and with it the change
        return Kept(cart=cart, version=version)

    return database.run(database.engine(settings.current()), work)


def _compare_and_set(connection: Connection, account_id: str, lines: Sequence[Line], if_match: str) -> int:
    values = {"account_id": account_id, "items": msgspec.json.encode(lines).decode()}
    if if_match == "*":
        return int(connection.execute(OVERWRITE, values).scalar_one())
    versions = _versions(if_match)
    version = connection.execute(UPDATE, values | {"versions": versions}).scalar_one_or_none()
    if version is None and NEVER_KEPT in versions:
        version = connection.execute(INSERT, values).scalar_one_or_none()
    if version is None:
        raise PreconditionFailed
    return int(version)


def _versions(if_match: str) -> list[int]:
    """The versions in a list of ETags. What we never gave out, a weak one too, is none (RFC 9110 13.1.1)."""
    tags = [tag.strip().removeprefix('"').removesuffix('"') for tag in if_match.split(",") if '"' in tag]
    return [int(tag) for tag in tags if tag.isascii() and tag.isdecimal() and len(tag) <= 18]  # it fits a bigint


def _priced(connection: Connection, lines: Sequence[Line]) -> Cart:
    rows = {row.sku: row for row in connection.execute(PRODUCTS, {"skus": [line.sku for line in lines]})}
    items = []
    for line in lines:
        if row := rows.get(line.sku):
            price, pieces = Money(amount=row.price_minor, currency=row.currency), line.quantity
            items.append(
                OrderLine(sku=row.sku, name=row.name, quantity=pieces, unit_price=price, line_total=price * pieces)
            )
    withdrawn = [line.sku for line in lines if line.sku not in rows]
    return Cart(items=items, total=money.total(item.line_total for item in items), withdrawn=withdrawn)
