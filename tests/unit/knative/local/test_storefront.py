"""The storefront of a stack: published once, rolled back, and away for a while."""

import os
import re
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from frontend.publishing import kept, release
from tests.stack import Stack
from tests.waiting import wait_until

NAVIGATION = {"accept": "text/html"}


def page(stack: Stack, path: str = "/") -> tuple[int, bytes]:
    answer = stack.call("GET", path, headers=NAVIGATION)
    return answer.status, answer.data


def serving(stack: Stack) -> str:
    lines = stack.run("publish", "--releases").splitlines()
    (name,) = [line.split()[0] for line in lines if line.endswith("serves")]
    return name


@pytest.fixture
def other_release(stack: Stack, tmp_path: Path) -> Iterator[Path]:
    """A build with a script of its own; what the stack came with serves again afterwards."""
    folder = tmp_path / "dist"
    shutil.copytree(kept.folder(), folder)
    index = folder / "index.html"
    (script,) = re.findall(r"assets/first-[^\"]+\.js", index.read_text())
    shutil.move(folder / script, folder / "assets" / "first-OtherOne.js")
    index.write_text(index.read_text().replace(script, "assets/first-OtherOne.js"))
    yield folder
    stack.run("publish", str(kept.folder()))


def test_up_has_published_the_release_that_is_kept_and_says_where_it_is(stack: Stack) -> None:
    assert serving(stack) == release.read(kept.folder()).name
    done = stack.zerocart("up")
    assert f"Storefront   http://localhost:{stack.port}/\n" in done.output
    assert "ublished" not in done.errors, "a second one publishes nothing"
    assert stack.status()["origin"]["ready"]


def test_a_switch_serves_the_new_page_and_the_old_one_goes_on_and_a_rollback_outlives_up(
    stack: Stack, other_release: Path
) -> None:
    before = page(stack)
    old_scripts = re.findall(r'src="([^"]+\.js)"', before[1].decode())
    assert stack.run("publish", str(other_release)).startswith("Published release")
    assert b"first-OtherOne.js" in page(stack)[1]
    assert {stack.call("GET", path).status for path in old_scripts} == {200}, "for who has the old page open"
    assert stack.run("publish", "--rollback").startswith("Rolled back to release")
    assert page(stack) == before
    assert stack.call("GET", "/assets/first-OtherOne.js").status == 200

    stack.run("publish", "--rollback")
    stack.run("up")
    assert b"first-OtherOne.js" in page(stack)[1], "what a person did by hand stays"


def test_a_refused_release_is_said_in_words_and_the_old_one_serves(stack: Stack, tmp_path: Path) -> None:
    before = page(stack)
    done = stack.zerocart("publish", str(tmp_path))
    assert done.code == 1
    assert done.errors.startswith(f"\nerror: {tmp_path}: has no index.html, must be a whole build\n\nhint: ")
    assert stack.zerocart("publish").code == 2
    assert page(stack) == before


def test_without_the_origin_a_page_is_503_the_api_goes_on_and_the_pages_come_back(stack: Stack) -> None:
    before = page(stack)
    os.kill(stack.status()["origin"]["pid"], signal.SIGKILL)
    wait_until(lambda: page(stack)[0] == 503, 5, "a page that is away")
    answer = stack.call("GET", "/cart", headers=NAVIGATION)
    if answer.status == 503:  # it may be back by now
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["retry-after"]
    assert stack.call("GET", "/api/products?limit=1").status == 200
    wait_until(lambda: page(stack) == before, 30, "the pages, with what was published")
