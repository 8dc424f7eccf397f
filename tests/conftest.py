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
    """Say what must run on one worker, one after another.

    The tests that call a whole stack share one, those that break theirs take turns, and a file's tests stay
    together, for the servers that it started.
    """
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        if {"stack", "base_url"} & fixtures:
            group = "stack"
        elif "own_stack" in fixtures:
            group = "own_stack"
        else:
            group = str(item.path)
        item.add_marker(pytest.mark.xdist_group(group))
