"""Finds a page of goods in Postgres, and keeps whole pages in the cache."""

import hashlib
from typing import Annotated

import msgspec
from msgspec import Meta
from sqlalchemy import Connection, TextClause, text

from shared import cached_answers, cursors, products, search_words
from shared.bodies import NO_NUL
from shared.cache import CacheAnswer
from shared.products import FRESH_S, Product

# Searches are as many as people's ideas, so what nobody asks again leaves the cache soon.
STALE_S = 3600.0
STALE_SEARCH_S = 120.0

# To rank is to look at every match. So many are ranked; of more, a visitor sees the first by sku, and says more words.
MOST_RANKED = 500

# `websearch_to_tsquery` takes whatever a person types. Found is what matches it, or what matches it with the last
# word as the beginning of one.
MATCHING = """
    catalog.products, (SELECT websearch_to_tsquery('english', :words) || CASE
        WHEN :head = '' THEN to_tsquery('english', :prefix)
        ELSE websearch_to_tsquery('english', :head) && to_tsquery('english', :prefix) END AS query) AS typed
    WHERE search @@ query AND (:category = '' OR category = :category)
"""
COUNT = text(f"SELECT count(*) FROM (SELECT FROM {MATCHING} LIMIT {MOST_RANKED + 1}) AS found")  # noqa: S608 - ours
BY_RANK = text(f"""
    SELECT sku, name, description, category, price_minor, currency, available, image_url, rank FROM (
        SELECT *, ts_rank(search, query)::float8 AS rank FROM {MATCHING}
    ) AS found
    WHERE rank < :after_rank OR (rank = :after_rank AND sku > :after_sku)
    ORDER BY rank DESC, sku LIMIT :count
""")  # noqa: S608 - ours
UNRANKED = text(f"""
    SELECT sku, name, description, category, price_minor, currency, available, image_url FROM {MATCHING}
    AND sku > :after_sku ORDER BY sku LIMIT :count
""")  # noqa: S608 - ours
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
    cursor: Annotated[str, Meta(max_length=3000, description="The next_cursor of the page before")] | None = None


class Products(msgspec.Struct, frozen=True, kw_only=True):
    items: list[Product]
    next_cursor: str | None


class Position(msgspec.Struct, frozen=True, array_like=True):
    """The sort key of the last item shown."""

    sku: str = ""
    rank: float = float("inf")
    words: str = ""  # what was looked for, slips corrected: the next page is of the same search
    ranked: bool = False


def read_page(search: Search) -> CacheAnswer:
    """One page, packed. Raises Unprocessable where the cursor is none of this search, and Unavailable."""
    key = hashlib.blake2b(msgspec.msgpack.encode(search), digest_size=16).hexdigest()
    stale_s = STALE_SEARCH_S if search.q else STALE_S
    return cached_answers.read(f"products:{key}", lambda c: find_page(c, search), fresh_s=FRESH_S, stale_s=stale_s)


def find_page(connection: Connection, search: Search) -> Products:
    words = search.q.strip()
    listing = f"{search.category}\n{words}"
    if search.cursor is not None:
        after = cursors.decode(listing, search.cursor, Position)
    else:
        after = _start(connection, search, words) if words else Position()
    rows = connection.execute(_statement(after), _values(search, after)).all()
    items = [products.from_row(row) for row in rows[: search.limit]]
    if len(rows) <= search.limit:
        return Products(items=items, next_cursor=None)
    last = rows[search.limit - 1]
    position = msgspec.structs.replace(after, sku=last.sku, rank=last.rank if after.ranked else 0.0)
    return Products(items=items, next_cursor=cursors.encode(listing, position))


def _start(connection: Connection, search: Search, words: str) -> Position:
    """Before the first match of the words, or, where they match nothing, of what they are likely to mean."""
    after = Position(words=search_words.plain(connection, words))
    matches = connection.execute(COUNT, _values(search, after)).scalar_one()
    if matches == 0:
        after = Position(words=search_words.corrected(connection, after.words))
        matches = connection.execute(COUNT, _values(search, after)).scalar_one()
    return msgspec.structs.replace(after, ranked=matches <= MOST_RANKED)


def _statement(after: Position) -> TextClause:
    if not after.words:
        return BY_SKU
    return BY_RANK if after.ranked else UNRANKED


def _values(search: Search, after: Position) -> dict[str, object]:
    head, prefix = search_words.split(after.words)
    return {
        "words": after.words, "head": head, "prefix": prefix, "category": search.category,
        "after_sku": after.sku, "after_rank": after.rank,
        "count": search.limit + 1,  # one more than the page: is there a next one?
    }  # fmt: skip
