"""A store of its own for each test."""

from pathlib import Path

import pytest

from knative.local.home import Home
from knative.local.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(Home(root=tmp_path, project=tmp_path, port=1))
