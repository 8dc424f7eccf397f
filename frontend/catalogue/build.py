"""Makes products.csv from an "Online Retail" file: `python -m frontend.catalogue.build FILE.csv[.gz]`.

The most sold goods of every shelf: a shelf's share of the catalogue follows its share of the
goods, with a floor, so that a small shelf is worth a visit. Cleaning is the same as in
`zerocart seed`, so a seed of the same file finds its products there already.
"""

import argparse
import csv
import sys
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

from knative.local.retail.dataset import read_goods
from knative.local.retail.goods import normalise
from knative.local.retail.products import Product, collect
from knative.local.retail.shipped import COLUMNS, PRODUCTS_CSV
from shared.errors import ZerocartError

GOODS_COUNT = 500
_LEAST_ON_A_SHELF = 20


def choose(products: Sequence[Product], units: Mapping[str, int], count: int) -> list[Product]:
    """Choose the most sold goods, at least some of every shelf; no name twice."""
    by_name: dict[str, Product] = {}
    for product in sorted(products, key=lambda one: (-units[one.sku], one.sku)):
        by_name.setdefault(product.name, product)
    shelves: defaultdict[str, list[Product]] = defaultdict(list)
    for product in by_name.values():
        shelves[product.category].append(product)
    chosen = [product for shelf in shelves.values() for product in shelf[:_LEAST_ON_A_SHELF]]
    already = {product.sku for product in chosen}
    rest = [product for product in by_name.values() if product.sku not in already]
    return sorted([*chosen, *rest[: count - len(chosen)]], key=lambda one: one.sku)


def main(arguments: Sequence[str]) -> int:
    """Write products.csv; 0 when done, 1 when the file cannot be read."""
    parser = argparse.ArgumentParser(prog="python -m frontend.catalogue.build", description=__doc__)
    parser.add_argument("file", type=Path, help='an "Online Retail" CSV, gzipped or not')
    file: Path = parser.parse_args(arguments).file
    try:
        rows = list(read_goods(file))
    except ZerocartError as error:
        sys.stderr.write(f"error: {error}\n")
        return 1
    units = Counter[str]()
    for row in rows:
        if row.price_minor > 0 and row.quantity > 0:
            units[normalise(row.stock_code)] += row.quantity
    chosen = choose(collect(rows).products, units, GOODS_COUNT)
    with PRODUCTS_CSV.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows([getattr(product, column) for column in COLUMNS] for product in chosen)
    sys.stderr.write(f"Wrote {len(chosen)} goods on {len({one.category for one in chosen})} shelves\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
