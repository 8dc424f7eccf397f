"""Finds a page of goods in Postgres, and keeps whole pages in the cache."""

import hashlib
import re
from typing import Annotated

import msgspec
from msgspec import Meta
from sqlalchemy import Connection, text

from shared import cached_answers, cursors, products
from shared.bodies import NO_NUL
from shared.cache import CacheAnswer
from shared.products import FRESH_S, Product

# Searches are as many as people's ideas, so what nobody asks again leaves the cache soon.
STALE_S = 3600.0
STALE_SEARCH_S = 120.0

# A word that somebody may still be typing: not quoted, not excluded by a minus, not the word `or`.
UNFINISHED_WORD = re.compile(r"(?:^|\s)(?!or$)(\w+)$", re.IGNORECASE)

# `websearch_to_tsquery` takes whatever a person types. Found is what matches it, or what matches it with the last
# word as the beginning of one.
BY_RANK = text("""
    SELECT sku, name, description, category, price_minor, currency, available, image_url, rank FROM (
        SELECT *, ts_rank(search, query)::float8 AS rank
        FROM catalog.products, (SELECT websearch_to_tsquery('english', :words) || CASE
            WHEN :head = '' THEN to_tsquery('english', :prefix)
            ELSE websearch_to_tsquery('english', :head) && to_tsquery('english', :prefix) END AS query) AS typed
        WHERE search @@ query AND (:category = '' OR category = :category)
    ) AS found
    WHERE rank < :after_rank OR (rank = :after_rank AND sku > :after_sku)
    ORDER BY rank DESC, sku LIMIT :count
""")
BY_SKU = text("""
    SELECT sku, name, description, category, price_minor, currency, available, image_url FROM catalog.products
    WHERE sku > :after_sku AND (:category = '' OR category = :category)
    ORDER BY sku LIMIT :count
""")


Text = Annotated[str, Meta(max_length=200, pattern=NO_NUL)]


class Search(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    q: Annotated[Text, Meta(description="Words to find; the last one may be unfinished")] = ""
    category: Annotated[Text, Meta(description="Only goods of this category")] = ""
    limit: Annotated[int, Meta(ge=1, le=100)] = 20
    cursor: Annotated[str, Meta(max_length=600, description="The next_cursor of the page before")] | None = None


class Products(msgspec.Struct, frozen=True, kw_only=True):
    items: list[Product]
    next_cursor: str | None


class Position(msgspec.Struct, frozen=True, array_like=True):
    """The sort key of the last item shown."""

    sku: str = ""
    rank: float = float("inf")


def read_page(search: Search) -> CacheAnswer:
    """One page, packed. Raises Unprocessable where the cursor is none of this search, and Unavailable."""
    key = hashlib.blake2b(msgspec.msgpack.encode(search), digest_size=16).hexdigest()
    stale_s = STALE_SEARCH_S if search.q else STALE_S
    return cached_answers.read(f"products:{key}", lambda c: find_page(c, search), fresh_s=FRESH_S, stale_s=stale_s)


def find_page(connection: Connection, search: Search) -> Products:
    words = search.q.strip()
    listing = f"{search.category}\n{words}"
    after = cursors.decode(listing, search.cursor, Position) if search.cursor is not None else Position()
    head, prefix = _split(words)
    values = {
        "words": words, "head": head, "prefix": prefix, "category": search.category,
        "after_sku": after.sku, "after_rank": after.rank,
        "count": search.limit + 1,  # one more than the page: is there a next one?
    }  # fmt: skip
    rows = connection.execute(BY_RANK if words else BY_SKU, values).all()
    items = [products.from_row(row) for row in rows[: search.limit]]
    if len(rows) <= search.limit:
        return Products(items=items, next_cursor=None)
    last = rows[search.limit - 1]
    position = Position(sku=last.sku, rank=last.rank if words else 0.0)
    return Products(items=items, next_cursor=cursors.encode(listing, position))


def _split(words: str) -> tuple[str, str]:
    """All but the last word, and the last word as a prefix for `to_tsquery`; the prefix is empty if it is none."""
    unfinished = UNFINISHED_WORD.search(words) if words.count('"') % 2 == 0 else None
    return (words[: unfinished.start(1)].strip(), f"{unfinished[1]}:*") if unfinished else (words, "")
