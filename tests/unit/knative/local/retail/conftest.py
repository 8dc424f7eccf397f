"""What the tests of the retailer's data share: the week in tests/data, small files, and the functions' shop."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from shared import database
from tests.unit.functions.conftest import keys, paying_shop, shop

__all__ = ["keys", "paying_shop", "shop"]

HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country"


@pytest.fixture(scope="session")
def week() -> Path:
    """A week of the real data set."""
    return Path(__file__).parents[4] / "data" / "online-retail-2010-12-01-to-07.csv.gz"


@pytest.fixture
def csv_file(tmp_path: Path) -> Callable[..., Path]:
    """Write lines under the data set's header, or another one, to a file."""

    def write(*lines: str, header: str = HEADER) -> Path:
        file = tmp_path / "retail.csv"
        file.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
        return file

    return write


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """The engine of a command line: two connections."""
    engine = database.make_engine(database_url, pool_size=2, application_name="test")
    yield engine
    engine.dispose()
