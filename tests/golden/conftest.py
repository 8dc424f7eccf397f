"""`--rewrite-golden` writes what the golden tests expect anew; `make golden` runs it."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--rewrite-golden", action="store_true", help="write the expected files anew; then read the diff")


@pytest.fixture
def rewriting(request: pytest.FixtureRequest) -> bool:
    """False also in a run of more than the golden tests, where the option does not exist."""
    return bool(request.config.getoption("--rewrite-golden", default=False))
