"""The stock: pieces that an order takes, and that come back when it is cancelled.

Goods are locked in the order of their skus, in every transaction: two orders of the same goods wait, and never for each
other.
"""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, Row, text

from shared import baskets
from shared.baskets import Line
from shared.errors import OutOfStock

READ = text("""
    SELECT sku, name, price_minor, currency, available FROM catalog.products WHERE sku = ANY(CAST(:skus AS text[]))
""")
LOCKING = """
    SELECT sku, name, price_minor, currency, available FROM catalog.products
    WHERE sku = ANY(CAST(:skus AS text[])) ORDER BY sku FOR NO KEY UPDATE
"""
TAKING = """
    UPDATE catalog.products SET available = available - wanted.pieces, updated_at = now()
    FROM {cause}, unnest(CAST(:skus AS text[]), CAST(:pieces AS int[])) AS wanted(sku, pieces)
    WHERE products.sku = wanted.sku
"""
"""A part of a larger statement: where `cause` has its row, goods are taken that are locked, and of which is enough."""

LOCK = text(LOCKING)
GIVE_BACK = text("""
    UPDATE catalog.products SET available = available + returned.pieces, updated_at = now()
    FROM unnest(CAST(:skus AS text[]), CAST(:pieces AS int[])) AS returned(sku, pieces)
    WHERE products.sku = returned.sku
""")

Product = Row[tuple[object, ...]]


def find(connection: Connection, lines: Sequence[Line]) -> list[tuple[Product, int]]:
    """The goods of some lines as they are at this moment, and how many are wanted. Lines of one sku are one.

    Nothing is locked: in the next moment the goods may be others.

    Raises:
        OutOfStock: with every sku of which there is too little.
        Unprocessable: a sku is unknown, or too many pieces of one are wanted.
    """
    pieces = baskets.merge(lines)
    products = {row.sku: row for row in connection.execute(READ, {"skus": list(pieces)})}
    baskets.refuse_unknown(lines, products)
    short = [sku for sku, wanted in pieces.items() if products[sku].available < wanted]
    if short:
        raise OutOfStock(short)
    return [(products[sku], wanted) for sku, wanted in pieces.items()]


def give_back(connection: Connection, pieces: Mapping[str, int]) -> None:
    """Put pieces back, of those skus that are still sold."""
    connection.execute(LOCK, {"skus": list(pieces)})
    connection.execute(GIVE_BACK, _values(pieces))


def _values(pieces: Mapping[str, int]) -> dict[str, object]:
    return {"skus": list(pieces), "pieces": list(pieces.values())}
