"""Finds a product in Postgres, and keeps it in the cache."""

from sqlalchemy import Connection, text

from shared import cached_answers, products
from shared.cache import CacheAnswer
from shared.errors import NotFound
from shared.products import FRESH_S, STALE_S, Product

FIND = text("""
    SELECT sku, name, description, category, price_minor, currency, available, image_url
    FROM catalog.products WHERE sku = :sku
""")


def read_product(sku: str) -> CacheAnswer:
    """The product, packed. Raises NotFound, and Unavailable."""

    def find(connection: Connection) -> Product:
        row = connection.execute(FIND, {"sku": sku}).one_or_none()
        if row is None:
            raise NotFound("No product has this sku")
        return products.from_row(row)

    return cached_answers.read(f"product:{sku}", find, fresh_s=FRESH_S, stale_s=STALE_S)
