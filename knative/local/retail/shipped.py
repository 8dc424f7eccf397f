"""The catalogue that the repository ships: where it lies and how it is read."""

import csv
from pathlib import Path

from knative.local.retail.dataset import DataError
from knative.local.retail.products import Product

PRODUCTS_CSV = Path(__file__).parents[3] / "frontend" / "catalogue" / "products.csv"
COLUMNS = ("sku", "name", "description", "category", "price_minor", "currency", "available")


def read_shipped(file: Path = PRODUCTS_CSV) -> tuple[Product, ...]:
    """Read the shipped goods; `python -m frontend.catalogue.build` wrote them."""
    try:
        with file.open(encoding="utf-8", newline="") as text:
            table = csv.DictReader(text)
            if tuple(table.fieldnames or ()) != COLUMNS:
                raise DataError(file, f"must have the columns {', '.join(COLUMNS)}", line=1)
            return tuple(_product(file, table.line_num, row) for row in table)
    except OSError as error:
        raise DataError(
            file, f"cannot be read: {error.strerror}", hint="the repository ships it: check it out"
        ) from None


def _product(file: Path, line: int, row: dict[str, str]) -> Product:
    try:
        return Product(
            sku=row["sku"],
            name=row["name"],
            description=row["description"],
            category=row["category"],
            price_minor=int(row["price_minor"]),
            currency=row["currency"],
            available=int(row["available"]),
        )
    except ValueError as error:
        raise DataError(file, f"is not a product: {error}", line=line) from None
