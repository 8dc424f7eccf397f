"""What the storefront's checks need of the machine, once."""

import pytest

from tests.frontend import node


@pytest.fixture(scope="session")
def modules() -> None:
    """Node's packages, as the lock file has them."""
    node.installed()


@pytest.fixture(scope="session")
def browser(modules: None) -> str:
    """A Chromium of the machine's."""
    found = node.chromium()
    if found is None:
        pytest.skip("there is no Chromium here: name one in CHROMIUM")
    return found
