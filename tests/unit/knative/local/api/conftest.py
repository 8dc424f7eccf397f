"""A stack for each test, within the test's own loop."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from tests.unit.knative.local.api.harness import Stack, run

Test = Callable[[Stack], Awaitable[None]]


@pytest.fixture
def on_stack(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Test], None]:
    """Runs a coroutine with a new stack. Its folder's path is short, for sockets have short names."""
    folder: Path = tmp_path_factory.mktemp("api")
    return lambda test: run(folder, test)
