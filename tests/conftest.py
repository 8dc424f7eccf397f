"""Fixtures that every test may ask for. Asking starts things; what no test asks for is never started."""

import hypothesis
import pytest

from tests.servers import database_url, own_postgres, own_valkey, postgres, redis_url, valkey
from tests.stack import own_stack, stack

__all__ = ["database_url", "own_postgres", "own_stack", "own_valkey", "postgres", "redis_url", "stack", "valkey"]

# How long an example takes says more of the machine than of the code.
hypothesis.settings.register_profile("zerocart", deadline=None)
hypothesis.settings.load_profile("zerocart")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests on a whole stack run on one worker, one after another: one that only call it, one that break theirs."""
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        if {"stack", "base_url"} & fixtures:
            item.add_marker(pytest.mark.xdist_group("stack"))
        elif "own_stack" in fixtures:
            item.add_marker(pytest.mark.xdist_group("own_stack"))
