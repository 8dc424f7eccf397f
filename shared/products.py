"""The product, as everyone outside sees it; several functions answer with it.

`from_row` is the one place where a row of `catalog.products` becomes a product.
"""

from typing import Annotated

import msgspec
from msgspec import Meta
from sqlalchemy import Row

from shared.money import Money

# A product is shown as it was at most so long ago; while the database is away, so long beyond that.
FRESH_S = 1.0
STALE_S = 24 * 3600.0


class Product(msgspec.Struct, frozen=True, kw_only=True):
    sku: str
    name: str
    description: str
    category: str
    price: Money
    available: Annotated[int, Meta(ge=0, description="Pieces that can be ordered now")]
    image_url: str


def from_row(row: Row[tuple[object, ...]]) -> Product:
    """The product of a row with the columns of `catalog.products`."""
    return Product(
        sku=row.sku,
        name=row.name,
        description=row.description,
        category=row.category,
        price=Money(amount=row.price_minor, currency=row.currency),
        available=row.available,
        image_url=row.image_url,
    )
