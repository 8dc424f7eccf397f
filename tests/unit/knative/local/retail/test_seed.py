"""Seeding the shop: whole or not at all, the same again changes nothing, and stock is never reset."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from knative.local.retail.dataset import DataError
from knative.local.retail.seed import load_catalogue, seed
from knative.local.retail.shipped import read_shipped

WriteCsv = Callable[..., Path]
HEADER = "StockCode,Description,UnitPrice"


@pytest.fixture(autouse=True)
def empty_shop(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("TRUNCATE catalog.products"))


def rows(engine: Engine, columns: str = "*") -> list[tuple[object, ...]]:
    with engine.connect() as connection:
        found = connection.execute(text(f"SELECT {columns} FROM catalog.products ORDER BY sku"))
        return [tuple(row) for row in found]


def test_the_week_is_seeded_and_a_second_time_changes_nothing(engine: Engine, week: Path) -> None:
    steps: list[str] = []
    report = seed(week, engine, steps.append)
    assert (report.added_count, report.changed_count, report.unchanged_count) == (2_269, 0, 0)
    assert len(steps) == 2
    before = rows(engine)
    again = seed(week, engine)
    assert (again.added_count, again.changed_count, again.unchanged_count) == (0, 0, 2_269)
    assert rows(engine) == before


def test_a_product_that_exists_takes_name_and_price_and_keeps_its_stock(engine: Engine, csv_file: WriteCsv) -> None:
    seed(csv_file("A1,RED MUG,2.50", "B2,TEA POT,5", header=HEADER), engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE catalog.products SET available = 3 WHERE sku = 'A1'"))
    report = seed(csv_file("A1,BLUE MUG,2.60", "B2,TEA POT,5", header=HEADER), engine)
    assert (report.added_count, report.changed_count, report.unchanged_count) == (0, 1, 1)
    assert rows(engine, "sku, name, price_minor, available") == [
        ("A1", "Blue Mug", 260, 3), ("B2", "Tea Pot", 500, 10_000),
    ]  # fmt: skip


def test_a_wrong_line_leaves_the_shop_as_it_was(engine: Engine, csv_file: WriteCsv) -> None:
    with pytest.raises(DataError):
        seed(csv_file("A1,RED MUG,2.50", "B2,TEA POT,much", header=HEADER), engine)
    assert rows(engine) == []


def test_a_file_without_goods_is_refused(engine: Engine, csv_file: WriteCsv) -> None:
    with pytest.raises(DataError, match="has no goods to sell"):
        seed(csv_file("POST,POSTAGE,2.50", header=HEADER), engine)


def test_the_shipped_goods_are_added_once_and_change_nothing_that_is_there(engine: Engine) -> None:
    shipped = read_shipped()
    assert load_catalogue(engine).added_count == len(shipped) == 500
    with engine.begin() as connection:
        connection.execute(text("UPDATE catalog.products SET available = 1, name = 'Ours' WHERE sku = '85123A'"))
    before = rows(engine)
    assert load_catalogue(engine).added_count == 0
    assert rows(engine) == before


def test_a_seed_says_what_it_left_out_and_why(engine: Engine, csv_file: WriteCsv) -> None:
    file = csv_file("A1,RED MUG,2.50", "POST,POSTAGE,18", "DOT,POSTAGE,18", "DOT,POSTAGE,18", header=HEADER)
    report = seed(file, engine)
    assert report.as_text() == (
        f"Seeded 1 product from 4 lines of {file}: 1 added, 0 changed, 0 as they were\n"
        "Left out 2 StockCodes:\n"
        "      2  postage is a charge (DOT, POST; 3 lines)"
    )
    assert report.as_json() == {
        "source": str(file), "lines": 4, "products": 1, "added": 1, "changed": 0, "unchanged": 0,
        "left_out": [{"reason": "postage is a charge", "stock_codes": ["DOT", "POST"], "lines": 3}],
    }  # fmt: skip
