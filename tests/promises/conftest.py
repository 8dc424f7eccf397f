"""A stack for each module that breaks it, and its goods."""

import pytest

from tests.promises import faults
from tests.stack import Stack, own_stack

__all__ = ["own_stack", "skus"]


@pytest.fixture(scope="module")
def skus(own_stack: Stack) -> list[str]:
    """Goods of which there is plenty."""
    found = faults.rows(own_stack, "SELECT sku FROM catalog.products WHERE available >= 100 ORDER BY sku LIMIT 20")
    return [str(sku) for (sku,) in found]
