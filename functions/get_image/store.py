"""Finds what a picture is drawn from in Postgres, and keeps it in the cache."""

import msgspec
from sqlalchemy import Connection, text

from shared import cached_answers
from shared.errors import NotFound

# A name hardly ever changes, and a picture that is an hour behind it misleads nobody.
FRESH_S = 3600.0
STALE_S = 7 * 24 * 3600.0

FIND = text("SELECT name, category FROM catalog.products WHERE sku = :sku")


class Good(msgspec.Struct, frozen=True, kw_only=True):
    """What a picture shows."""

    name: str
    category: str


def read_good(sku: str) -> Good:
    """The good with a sku. Raises NotFound, and Unavailable."""

    def find(connection: Connection) -> Good:
        row = connection.execute(FIND, {"sku": sku}).one_or_none()
        if row is None:
            raise NotFound("No product has this picture")
        return Good(name=row.name, category=row.category)

    cached = cached_answers.read(f"picture:{sku}", find, fresh_s=FRESH_S, stale_s=STALE_S)
    _, _, body = cached.value.partition(b"\n")
    return msgspec.json.decode(body, type=Good)
