"""How long a search takes on a large catalogue: `python -m tests.bench.search [--products N]`.

It makes a Postgres of its own with that many products, asks as a visitor would, each question many times with the
page's statements and no cache, and prints a table in Markdown with the plans below.
"""

import argparse
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path

import psycopg
from sqlalchemy import Engine, text

from functions.list_products.store import UNRANKED, Search, find_page
from shared import database, search_words
from shared.migrations import runner
from tests.bench import machine
from tests.servers import PostgresServer

ROUNDS = 100
COLOURS = (
    "red", "blue", "green", "pink", "white", "ivory", "black", "silver", "vintage", "retro",
    "красная", "赤い",
)  # fmt: skip
THINGS = (
    "candle", "plate", "teapot", "lantern", "cushion", "bag", "hook", "clock", "frame", "bunting",
    "mug", "tin", "doormat", "свеча", "蝋燭",
)  # fmt: skip
EXTRAS = (
    "heart", "star", "flower", "polka", "dot", "stripe", "rose", "gingham", "zinc", "paper",
    "wooden", "metal", "glass", "ceramic",
)  # fmt: skip
QUESTIONS = (
    "candle", "red candle", "cand", "lantern -blue", "свеча", "蝋燭", "word04711", "canlde",
    "vintgae teaopt",
)  # fmt: skip


def fill(url: str, count: int) -> None:
    """Generated products: some common words in each, and one of five thousand rare ones."""
    random.seed(7)
    with psycopg.connect(url) as connection:
        copy = "COPY catalog.products (sku, name, description, category, price_minor, currency, available, image_url)"
        with connection.cursor().copy(f"{copy} FROM STDIN") as rows:
            for number in range(count):
                name = " ".join(random.choice(words) for words in (COLOURS, EXTRAS, THINGS, EXTRAS))
                rare = f"word{random.randrange(5000):05}"
                rows.write_row((f"S{number:06}", f"{name} {rare}", f"A {name}", "things", 250, "GBP", 5, "/i.svg"))
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE catalog.products")
        connection.execute("VACUUM ANALYZE catalog.words")


def measure(engine: Engine, words: str) -> tuple[int, float, float]:
    """How many the first page has; median and 99th percentile in milliseconds."""
    took_ms, found = [], 0
    for _ in range(ROUNDS):
        began_s = time.perf_counter()
        found = len(database.run(engine, lambda connection: find_page(connection, Search(q=words))).items)
        took_ms.append((time.perf_counter() - began_s) * 1000)
    return found, statistics.median(took_ms), statistics.quantiles(took_ms, n=100)[98]


def plan(engine: Engine, words: str) -> str:
    """What Postgres does for the first page of very many matches."""
    head, prefix = search_words.split(words)
    values = {"words": words, "head": head, "prefix": prefix, "category": "", "after_sku": "", "count": 21}
    explained = text(f"EXPLAIN (ANALYZE, COSTS OFF, BUFFERS OFF) {UNRANKED.text}")
    return database.run(engine, lambda connection: "\n".join(connection.execute(explained, values).scalars()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--products", type=int, default=100_000)
    count = parser.parse_args().products
    server = PostgresServer(Path(tempfile.mkdtemp(prefix="zc-")), "bench")
    try:
        server.prepare()
        server.start()
        runner.upgrade(server.url())
        fill(server.url(), count)
        engine = database.make_engine(server.url(), pool_size=1, application_name="bench")
        lines = [f"- {name}: {fact}" for name, fact in machine.facts().items()]
        lines += [f"- {count} products; each question {ROUNDS} times", ""]
        lines += ["| words | on the page | p50 ms | p99 ms |", "|---|---|---|---|"]
        for words in QUESTIONS:
            found, p50_ms, p99_ms = measure(engine, words)
            lines.append(f"| {words} | {found} | {p50_ms:.1f} | {p99_ms:.1f} |")
        sys.stdout.write("\n".join([*lines, "", "```", plan(engine, "candle"), "```", ""]))
        engine.dispose()
    finally:
        server.stop()


if __name__ == "__main__":
    main()
