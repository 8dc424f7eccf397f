"""Who a load comes from: accounts that are logged in, and goods of which there is plenty."""

import secrets
from collections.abc import Iterator
from itertools import count, cycle

from tests.bench.bench import Bench
from tests.bench.connection import post
from tests.promises import faults
from tests.promises.customers import CARD, Customer, join

PLENTY = 10_000_000


def customers(bench: Bench, how_many: int) -> list[Customer]:
    """New accounts, each with a token."""
    return [join(bench.stack) for _ in range(how_many)]


def stock_up(bench: Bench, how_many: int) -> list[str]:
    """The skus of some goods that no load sells out."""
    query = """
        UPDATE catalog.products SET available = %s
        WHERE sku IN (SELECT sku FROM catalog.products ORDER BY sku LIMIT %s) RETURNING sku
    """
    return [str(sku) for (sku,) in faults.rows(bench.stack, query, PLENTY, how_many)]


def orders(bench: Bench, buyers: list[Customer], skus: list[str]) -> Iterator[bytes]:
    """Requests without end: each another order, of two goods."""
    run = secrets.token_hex(6)
    for number, buyer in zip(count(), cycle(buyers)):
        items = [{"sku": skus[(number + step) % len(skus)], "quantity": 1 + number % 3} for step in (0, 1)]
        content = {"items": items, "payment": {"card": CARD}}
        yield post("/api/orders", f"127.0.0.1:{bench.port}", content, buyer.headers(f"{run}-{number}"))


def batches(bench: Bench, size: int) -> Iterator[bytes]:
    """Requests without end: each another batch of CloudEvents."""
    run, numbers = secrets.token_hex(6), count()
    headers = {"Content-Type": "application/cloudevents-batch+json"}
    while True:
        events = [
            {
                "specversion": "1.0", "id": f"{run}-{next(numbers)}", "source": "/bench", "type": "bench.viewed",
                "subject": "85123A", "datacontenttype": "application/json", "data": {"page": "/products", "ms": 42},
            }
            for _ in range(size)
        ]  # fmt: skip
        yield post("/api/events", f"127.0.0.1:{bench.port}", events, headers)


def logins(bench: Bench, emails: list[str], password: str) -> Iterator[bytes]:
    """Requests without end: one after the other logs in."""
    for email in cycle(emails):
        yield post("/api/auth/login", f"127.0.0.1:{bench.port}", {"email": email, "password": password}, {})
