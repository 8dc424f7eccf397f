"""From a file's lines to the products of a shop: one a StockCode, and a reason for what is none."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import quote

from knative.local.retail.categories import category
from knative.local.retail.dataset import GoodsRow
from knative.local.retail.goods import is_note, normalise, why_not_a_good
from knative.local.retail.naming import name
from knative.local.retail.wording import describe

CURRENCY = "GBP"
_STOCK_STEP = 10_000

_NO_PRICE = "no line has a price above zero"
_NO_NAME = "no line with a price names it"


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """One good as the shop offers it. `available` is its stock when it is first seen."""

    sku: str
    name: str
    description: str
    category: str
    price_minor: int
    currency: str
    available: int

    @property
    def image_url(self) -> str:
        return f"/images/{quote(self.sku)}.svg"


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """StockCodes that became no product, for one reason."""

    reason: str
    stock_codes: tuple[str, ...]
    line_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """What a file's lines come to: products by sku, and the rest by reason, the commonest first."""

    line_count: int
    products: tuple[Product, ...]
    left_out: tuple[LeftOut, ...]


@dataclass(slots=True)
class _Seen:
    lines: int = 0
    units: int = 0
    prices: Counter[int] = field(default_factory=Counter)
    descriptions: Counter[str] = field(default_factory=Counter)


def collect(rows: Iterable[GoodsRow]) -> Collected:
    """Make one product of each StockCode: the commonest description and price.

    Only lines with a price above zero have a say, for the others are corrections of the stock,
    and their descriptions are notes. Of equally common ones the first in the alphabet and the
    lowest price win, so the order of the lines decides nothing.
    """
    seen: defaultdict[str, _Seen] = defaultdict(_Seen)
    for row in rows:
        one = seen[normalise(row.stock_code)]
        one.lines += 1
        if row.price_minor > 0:
            one.prices[row.price_minor] += 1
            one.units += max(0, row.quantity)
            if not is_note(row.description):
                one.descriptions[row.description] += 1
    products = []
    refused: defaultdict[str, list[str]] = defaultdict(list)
    for sku, one in sorted(seen.items()):
        reason = why_not_a_good(sku) or (_NO_PRICE if not one.prices else _NO_NAME if not one.descriptions else None)
        if reason:
            refused[reason].append(sku)
        else:
            products.append(_product(sku, one))
    left_out = [
        LeftOut(reason=reason, stock_codes=tuple(skus), line_count=sum(seen[sku].lines for sku in skus))
        for reason, skus in refused.items()
    ]
    return Collected(
        line_count=sum(one.lines for one in seen.values()),
        products=tuple(products),
        left_out=tuple(sorted(left_out, key=lambda group: (-group.line_count, group.reason))),
    )


def first_stock(units_sold: int) -> int:
    """Give a new product's stock: more than the file sold, in steps, so that a replay of it finds enough."""
    return (units_sold // _STOCK_STEP + 1) * _STOCK_STEP


def _product(sku: str, seen: _Seen) -> Product:
    text = min(seen.descriptions, key=lambda description: (-seen.descriptions[description], description))
    price_minor = min(seen.prices, key=lambda price: (-seen.prices[price], price))
    title = name(text)
    shelf = category(title)
    return Product(
        sku=sku,
        name=title,
        description=describe(title, shelf),
        category=shelf,
        price_minor=price_minor,
        currency=CURRENCY,
        available=first_stock(seen.units),
    )
