"""The storefront's own checks, by its own tools: `make test` is one command for both languages."""

import sys

import pytest

from tests.frontend import node

pytestmark = pytest.mark.usefixtures("modules")


@pytest.mark.parametrize(
    "script",
    [
        pytest.param("lint", id="nothing is wrong with its style, nor with who imports whom"),
        pytest.param("types:check", id="its types are those that the functions declare"),
        pytest.param("test", id="its own tests pass"),
    ],
)
def test_the_storefront_passes(script: str) -> None:
    node.run("run", "--silent", script, PYTHON=sys.executable)


def test_it_builds_and_the_first_page_is_within_its_budget() -> None:
    node.run("run", "--silent", "build")
    assert "First page:" in node.run("run", "--silent", "size")
