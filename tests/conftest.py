"""Fixtures that every test may ask for. Asking starts things; what no test asks for is never started."""

from pathlib import Path

import hypothesis
import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from tests.payment_provider import payment_provider, payment_provider_process
from tests.servers import database_url, origin, own_postgres, own_valkey, postgres, redis_url, valkey
from tests.stack import own_stack, stack
from tests.watched_valkey import watched_valkey

__all__ = [
    "database_url", "origin", "own_postgres", "own_stack", "own_valkey", "payment_provider", "payment_provider_process",
    "postgres", "redis_url", "stack", "valkey", "watched_valkey",
]  # fmt: skip

# How long an example takes says more of the machine than of the code.
hypothesis.settings.register_profile("zerocart", deadline=None)
hypothesis.settings.load_profile("zerocart")


# These run on one worker, one after another: what calls the shared stack, and what breaks stacks of its own. A file's
# tests stay together anyway, for the servers that it started. (The marks of xdist's loadgroup are lost: version 3.8
# adds them to the test's name in a way that pytest 9.2 does not see.)
TOGETHER = {
    "tests/clients": "clients",
    "tests/conformance": "stack",
    "tests/contract": "stack",
    "tests/docs": "stack",
    "tests/frontend": "frontend",
    "tests/unit/knative/local/test_cli.py": "stack",
    "tests/unit/knative/local/test_seeing.py": "stack",
    "tests/unit/knative/local/test_storefront.py": "stack",
    "tests/promises": "promises",
    "tests/unit/knative/local/test_inner_loop.py": "promises",
    "tests/unit/knative/local/data/test_on_a_stack.py": "promises",
    "tests/unit/knative/local/eventing/test_on_a_stack.py": "promises",
}


class ByPlace(LoadScopeScheduling):
    """Distributes the tests over the workers by where they lie."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return next((group for place, group in TOGETHER.items() if Path(file).is_relative_to(place)), file)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByPlace:
    return ByPlace(config, log)
