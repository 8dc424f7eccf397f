"""Reading a retailer's file: what is readable is read as it is, what is not is refused with its line."""

import gzip
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from knative.local.retail.dataset import DataError, read_goods, read_sales

WriteCsv = Callable[..., Path]
GOOD_LINE = "536365,85123A,WHITE HANGING HEART,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom"


def test_the_week_is_read_whole(week: Path) -> None:
    rows = list(read_sales(week))
    assert len(rows) == 16_985
    assert len({row.invoice for row in rows}) == 757
    assert len({row.customer for row in rows if row.customer}) == 452
    assert sum(1 for _ in read_goods(week)) == 16_985


def test_a_line_is_read_with_its_types(csv_file: WriteCsv) -> None:
    [row] = read_sales(csv_file(GOOD_LINE))
    assert (row.invoice, row.stock_code, row.quantity, row.price_minor) == ("536365", "85123A", 6, 255)
    assert (row.customer, row.invoiced_at) == ("17850", datetime(2010, 12, 1, 8, 26))


def test_times_as_the_set_was_published_with_are_read_too(csv_file: WriteCsv) -> None:
    [row] = read_sales(csv_file("1,A1,MUG,6,12/1/2010 8:26,2.55,,UK"))
    assert (row.invoiced_at, row.customer) == (datetime(2010, 12, 1, 8, 26), "")


def test_three_columns_are_enough_for_goods_whatever_their_order(csv_file: WriteCsv) -> None:
    [row] = read_goods(csv_file("2.5,A1,  RED   MUG ", header="UnitPrice,StockCode,Description"))
    assert (row.stock_code, row.description, row.price_minor, row.quantity) == ("A1", "RED MUG", 250, 0)


def test_a_gzipped_file_is_read_whatever_its_name(csv_file: WriteCsv, tmp_path: Path) -> None:
    packed = tmp_path / "packed.csv"
    packed.write_bytes(gzip.compress(csv_file(GOOD_LINE).read_bytes()))
    assert len(list(read_goods(packed))) == 1


def test_a_comma_and_a_line_break_inside_a_description_belong_to_it(csv_file: WriteCsv) -> None:
    [row] = read_goods(csv_file('A1,"MUG, RED\nAND BIG",1', header="StockCode,Description,UnitPrice"))
    assert row.description == "MUG, RED AND BIG"


@pytest.mark.parametrize(
    ("cells", "rule"),
    [
        ("1,A1,MUG,six,2010-12-01,2.55,,UK", 'Quantity is "six", it must be a whole number such as 6'),
        ("1,A1,MUG,6,2010-12-01,dear,,UK", 'UnitPrice is "dear", it must be a number such as 2.55'),
        ("1,A1,MUG,6,2010-12-01,NaN,,UK", 'UnitPrice is "NaN", it must be a number such as 2.55'),
        ("1,A1,MUG,6,2010-12-01,Infinity,,UK", 'UnitPrice is "Infinity", it must be a number such as 2.55'),
        ("1,A1,MUG,6,2010-12-01,30000000,,UK", "UnitPrice is 30000000, the largest is 21474836.47"),
        ("1,A1,MUG,6,soon,2.55,,UK", 'InvoiceDate is "soon", it must be a time such as 2010-12-01 08:26:00'),
        ("1,A1,MUG", "has 3 cells, its first line names 8 columns"),
    ],
)
def test_a_wrong_cell_is_named_with_its_line(csv_file: WriteCsv, cells: str, rule: str) -> None:
    file = csv_file(GOOD_LINE, cells)
    with pytest.raises(DataError) as raised:
        list(read_sales(file))
    assert (raised.value.line, raised.value.rule) == (3, rule)
    assert str(raised.value) == f"{file}:3: {rule}"


def test_a_missing_column_is_named_with_those_that_are_there(csv_file: WriteCsv) -> None:
    with pytest.raises(DataError, match="has no column Description, UnitPrice; it has StockCode, Price"):
        list(read_goods(csv_file("A1,2", header="StockCode,Price")))


def test_a_file_that_is_none_is_refused_with_what_it_is(tmp_path: Path) -> None:
    def refusal(content: bytes, name: str = "file.csv") -> str:
        file = tmp_path / name
        file.write_bytes(content)
        with pytest.raises(DataError) as raised:
            list(read_goods(file))
        return raised.value.rule

    packed = gzip.compress(b"StockCode,Description,UnitPrice\n" + b"A1,MUG,1\n" * 5000)
    assert "is empty" in refusal(b"")
    assert "is empty" in refusal(b"\n\n")
    assert "is not gzip" in refusal(b"StockCode,Description,UnitPrice\n", "file.csv.gz")
    assert "is damaged" in refusal(packed[: len(packed) // 2], "cut.csv.gz")
    assert "is damaged" in refusal(packed[:20] + b"\x00" * 20, "broken.csv.gz")
    assert "is not UTF-8" in refusal(b"StockCode,Description,UnitPrice\nA1,\xa3 MUG,1\n")
    with pytest.raises(DataError, match="there is no such file"):
        list(read_goods(tmp_path / "none.csv"))
    with pytest.raises(DataError, match="cannot be read: Is a directory"):
        list(read_goods(tmp_path))
