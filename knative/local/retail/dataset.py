"""Reads an "Online Retail" file, CSV or gzipped CSV, one typed row at a time.

The only place that knows the file's columns and how it spells numbers and times. What a row
means (a good or a charge, a sale or a cancellation) is decided elsewhere: here a file is
readable or it is refused, with its line, before anything has been written anywhere.
"""

import csv
import gzip
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from pathlib import Path
from typing import TextIO

from shared.errors import ZerocartError

_GZIP_MAGIC = b"\x1f\x8b"
_PRICE_LIMIT_MINOR = 2**31 - 1
_GOODS_COLUMNS = ("StockCode", "Description", "UnitPrice")
_SALES_COLUMNS = ("InvoiceNo", "StockCode", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID")
_PUBLISHED_TIME = "%m/%d/%Y %H:%M"  # as in the set's own CSV; ours is ISO 8601


class DataError(ZerocartError):
    """A file is not what it must be: where, what it is, what it must be.

    Args:
        file: the file as the caller named it.
        rule: what is wrong, and what it must be.
        line: the line of the file, counted from 1, or None where the whole file is meant.
        hint: what to do about it.
    """

    def __init__(self, file: Path, rule: str, *, line: int | None = None, hint: str | None = None) -> None:
        self.file = file
        self.line = line
        self.rule = rule
        where = f"{file}:{line}" if line else str(file)
        super().__init__(f"{where}: {rule}", hint)


@dataclass(frozen=True, slots=True, kw_only=True)
class GoodsRow:
    """What one line says about a good. `quantity` is 0 in a file that has no such column."""

    stock_code: str
    description: str
    price_minor: int
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SalesRow:
    """One line of an invoice. `customer` is the bare number, or "" where the file has none."""

    invoice: str
    stock_code: str
    quantity: int
    invoiced_at: datetime
    price_minor: int
    customer: str


def read_goods(file: Path) -> Iterator[GoodsRow]:
    """Give the file's lines as far as they speak of goods: three columns are enough."""
    with _table(file, _GOODS_COLUMNS) as table:
        code, description, price = (table.columns[name] for name in _GOODS_COLUMNS)
        quantity = table.columns.get("Quantity")
        for line, cells in table.rows:
            yield GoodsRow(
                stock_code=cells[code].strip(),
                description=" ".join(cells[description].split()),
                price_minor=table.price_minor(line, cells[price]),
                quantity=0 if quantity is None else table.whole(line, "Quantity", cells[quantity]),
            )


def read_sales(file: Path) -> Iterator[SalesRow]:
    """Give the file's lines as far as they speak of sales and cancellations."""
    with _table(file, _SALES_COLUMNS) as table:
        invoice, code, quantity, time, price, customer = (table.columns[name] for name in _SALES_COLUMNS)
        for line, cells in table.rows:
            yield SalesRow(
                invoice=cells[invoice].strip(),
                stock_code=cells[code].strip(),
                quantity=table.whole(line, "Quantity", cells[quantity]),
                invoiced_at=table.time(line, cells[time]),
                price_minor=table.price_minor(line, cells[price]),
                customer=cells[customer].strip().removesuffix(".0"),
            )


class _Table:
    """An open file: where its columns are, its rows, and how its cells are read."""

    def __init__(self, file: Path, text: TextIO, needed: Sequence[str]) -> None:
        self._file = file
        self._reader = csv.reader(text)
        self._prices: dict[str, int] = {}
        self._times: dict[str, datetime] = {}
        header = next(self._reader, None)
        if not header or not any(cell.strip() for cell in header):
            raise DataError(file, "is empty, it must be a CSV with a first line that names the columns")
        self.columns = {name.strip(): position for position, name in enumerate(header)}
        missing = [name for name in needed if name not in self.columns]
        if missing:
            raise DataError(
                file,
                f"has no column {', '.join(missing)}; it has {', '.join(self.columns)}",
                line=1,
                hint=f'an "Online Retail" file has {", ".join(needed)}; commas separate them',
            )
        self._width = len(header)

    @property
    def rows(self) -> Iterator[tuple[int, list[str]]]:
        for cells in self._reader:
            if not cells:
                continue
            if len(cells) != self._width:
                raise DataError(
                    self._file,
                    f"has {len(cells)} cells, its first line names {self._width} columns",
                    line=self._reader.line_num,
                    hint="a comma inside a description must stand between double quotes",
                )
            yield self._reader.line_num, cells

    def price_minor(self, line: int, text: str) -> int:
        known = self._prices.get(text)
        if known is not None:
            return known
        try:
            pounds = Decimal(text.strip())
            minor = int((pounds * 100).quantize(Decimal(1), ROUND_HALF_EVEN))
        except (InvalidOperation, ValueError, OverflowError):
            raise DataError(self._file, f'UnitPrice is "{text}", it must be a number such as 2.55', line=line) from None
        if abs(minor) > _PRICE_LIMIT_MINOR:
            raise DataError(
                self._file, f"UnitPrice is {text}, the largest is {_PRICE_LIMIT_MINOR / 100:.2f}", line=line
            )
        self._prices[text] = minor
        return minor

    def whole(self, line: int, column: str, text: str) -> int:
        try:
            return int(text)
        except ValueError:
            raise DataError(
                self._file, f'{column} is "{text}", it must be a whole number such as 6', line=line
            ) from None

    def time(self, line: int, text: str) -> datetime:
        known = self._times.get(text)
        if known is None:
            known = self._times[text] = self._parsed_time(line, text)
        return known

    def _parsed_time(self, line: int, text: str) -> datetime:
        for parse in (datetime.fromisoformat, lambda cell: datetime.strptime(cell, _PUBLISHED_TIME)):
            try:
                return parse(text.strip()).replace(tzinfo=None)
            except ValueError:
                continue
        raise DataError(
            self._file, f'InvoiceDate is "{text}", it must be a time such as 2010-12-01 08:26:00', line=line
        )


@contextmanager
def _table(file: Path, needed: Sequence[str]) -> Iterator[_Table]:
    try:
        packed = _is_gzip(file)
        if not packed and file.suffix == ".gz":
            raise DataError(file, "is not gzip, although its name ends in .gz", hint="name it .csv if it is plain text")
        with (
            gzip.open(file, "rt", encoding="utf-8-sig", newline="")
            if packed
            else file.open(encoding="utf-8-sig", newline="") as text
        ):
            yield _Table(file, text, needed)
    except FileNotFoundError:
        raise DataError(file, "there is no such file") from None
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise DataError(file, "is damaged: its gzip data ends too early or is wrong", hint="get it again") from None
    except UnicodeDecodeError:
        raise DataError(
            file, "is not UTF-8 text", hint="`iconv -f latin1 -t utf8` converts the set's first edition"
        ) from None
    except csv.Error as error:
        raise DataError(file, f"is not CSV: {error}") from None
    except OSError as error:
        raise DataError(file, f"cannot be read: {error.strerror}") from None


def _is_gzip(file: Path) -> bool:
    with file.open("rb") as raw:
        return raw.read(len(_GZIP_MAGIC)) == _GZIP_MAGIC
