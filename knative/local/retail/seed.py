"""Puts goods into the shop's catalogue: a retailer's file, or the goods the repository ships.

One transaction, so the catalogue has all of a file or nothing of it. A seed says what goods
are; how many are left is the shop's own business from the moment a product exists.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import psycopg
from sqlalchemy import Connection, Engine, text

from knative.local.retail.dataset import DataError, read_goods
from knative.local.retail.products import Collected, LeftOut, Product, collect
from knative.local.retail.shipped import PRODUCTS_CSV, read_shipped
from shared import database

Progress = Callable[[str], None]

_COLUMNS = ("sku", "name", "description", "category", "price_minor", "currency", "available", "image_url")

_WITHIN_S = 120.0  # a function must answer in two seconds; a seed may take its time
_PATIENCE = "SET LOCAL lock_timeout = '30s'"
_STAGE = "CREATE TEMPORARY TABLE staged_products (LIKE catalog.products INCLUDING DEFAULTS) ON COMMIT DROP"
_UNGENERATED = "ALTER TABLE staged_products DROP COLUMN search"
_COPY = f"COPY staged_products ({', '.join(_COLUMNS)}) FROM STDIN"

# In the order of the skus, as placing an order locks them: so the two never wait for each other.
_INSERT = f"""
    INSERT INTO catalog.products ({", ".join(_COLUMNS)})
    SELECT {", ".join(_COLUMNS)} FROM staged_products ORDER BY sku
    ON CONFLICT (sku)
"""  # noqa: S608 - our own column names
_KEEP = f"{_INSERT} DO NOTHING RETURNING true AS inserted"
# All but `available`: the stock of a product that exists is never reset.
_REFRESH = f"""{_INSERT} DO UPDATE SET
        name = excluded.name, description = excluded.description, category = excluded.category,
        price_minor = excluded.price_minor, currency = excluded.currency, image_url = excluded.image_url,
        updated_at = now()
    WHERE (products.name, products.description, products.category, products.price_minor, products.currency,
           products.image_url)
        IS DISTINCT FROM (excluded.name, excluded.description, excluded.category, excluded.price_minor,
           excluded.currency, excluded.image_url)
    RETURNING xmax = 0 AS inserted
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedReport:
    """What a seed did. The four product counts speak of products, `left_out` of what became none."""

    source: str
    line_count: int
    product_count: int
    added_count: int
    changed_count: int
    left_out: tuple[LeftOut, ...]

    @property
    def unchanged_count(self) -> int:
        return self.product_count - self.added_count - self.changed_count

    def as_json(self) -> dict[str, object]:
        """Give the report as a script reads it."""
        return {
            "source": self.source,
            "lines": self.line_count,
            "products": self.product_count,
            "added": self.added_count,
            "changed": self.changed_count,
            "unchanged": self.unchanged_count,
            "left_out": [
                {"reason": group.reason, "stock_codes": list(group.stock_codes), "lines": group.line_count}
                for group in self.left_out
            ],
        }

    def as_text(self) -> str:
        """Give the report as a person reads it."""
        lines = [
            f"Seeded {_count(self.product_count, 'product')} from {_count(self.line_count, 'line')} of {self.source}: "
            f"{self.added_count:,} added, {self.changed_count:,} changed, {self.unchanged_count:,} as they were"
        ]
        if self.left_out:
            left_out_count = sum(len(group.stock_codes) for group in self.left_out)
            lines.append(f"Left out {_count(left_out_count, 'StockCode')}:")
            lines += [
                f"  {len(group.stock_codes):>5,}  {group.reason} ({_named(group.stock_codes)}; "
                f"{_count(group.line_count, 'line')})"
                for group in self.left_out
            ]
        return "\n".join(lines)


def seed(file: Path, engine: Engine, progress: Progress | None = None) -> SeedReport:
    """Make the goods of an "Online Retail" file products of the shop.

    Running it again changes nothing. A product that exists takes the file's name, category and
    price, and keeps its stock.

    Args:
        file: CSV with the columns StockCode, Description and UnitPrice, gzipped or not.
        engine: the shop's database.
        progress: is told each step as it is done.

    Raises:
        DataError: the file is not what it must be; nothing was written.
        Unavailable: the database is away; nothing was written.
    """
    say = progress or _silent
    collected = collect(read_goods(file))
    say(f"Read {_count(collected.line_count, 'line')} of {file.name}")
    if not collected.products:
        raise DataError(
            file, "has no goods to sell", hint="a good has a StockCode, a Description and a UnitPrice above 0"
        )
    report = _store(engine, str(file), collected, _REFRESH)
    say(f"Stored {_count(report.product_count, 'product')}")
    return report


def load_catalogue(engine: Engine, file: Path = PRODUCTS_CSV) -> SeedReport:
    """Add the shipped goods that the shop does not have yet; what it has stays as it is.

    Raises:
        DataError: the shipped file is damaged; nothing was written.
        Unavailable: the database is away; nothing was written.
    """
    products = read_shipped(file)
    return _store(engine, file.name, Collected(line_count=len(products), products=products, left_out=()), _KEEP)


def _store(engine: Engine, source: str, collected: Collected, statement: str) -> SeedReport:
    inserted = database.run(
        engine, lambda connection: _write(connection, collected.products, statement), within_s=_WITHIN_S
    )
    return SeedReport(
        source=source,
        line_count=collected.line_count,
        product_count=len(collected.products),
        added_count=sum(inserted),
        changed_count=len(inserted) - sum(inserted),
        left_out=collected.left_out,
    )


def _write(connection: Connection, products: Iterable[Product], statement: str) -> list[bool]:
    """Write products; give one truth for each row touched: whether it is new."""
    for order in (_PATIENCE, _STAGE, _UNGENERATED):
        connection.execute(text(order))
    driver = connection.connection.driver_connection
    if not isinstance(driver, psycopg.Connection):
        raise TypeError(f"the database's driver is {type(driver).__name__}, it must be psycopg")
    with driver.cursor() as cursor, cursor.copy(_COPY) as copy:
        for product in products:
            copy.write_row([getattr(product, column) for column in _COLUMNS])
    return [bool(row.inserted) for row in connection.execute(text(statement))]


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _named(stock_codes: tuple[str, ...], shown: int = 4) -> str:
    names = ", ".join(code or '""' for code in stock_codes[:shown])
    return names if len(stock_codes) <= shown else f"{names}, …"


def _silent(step: str) -> None:
    """Tell nobody."""
    del step
