"""A build is whole, or it is refused before anything is sent."""

from pathlib import Path

import pytest

from frontend.publishing import release
from frontend.publishing.release import ReleaseError
from tests.unit.frontend.publishing.builds import FONT, SCRIPT, STYLE, build, files


def written(folder: Path, content: dict[str, bytes]) -> Path:
    for path, text in content.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(text)
    return folder


def test_a_build_is_read_without_the_notes_of_its_tools(tmp_path: Path) -> None:
    built = {**files(), "robots.txt": b""}
    read = release.read(written(tmp_path, {**built, ".vite/manifest.json": b"{}"}))
    assert read.files == built
    assert read.assets == (SCRIPT, STYLE, FONT)
    assert read.pages == ("favicon.svg", "robots.txt", "index.html"), "the index is the last"


def test_the_same_content_is_the_same_release_and_any_other_is_another() -> None:
    assert build().name == build().name
    assert build("two").name != build().name
    assert release.Release(files={**files(), "robots.txt": b""}).name != build().name


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({}, "has no index.html, must be a whole build"),
        ({name: text for name, text in files().items() if name != SCRIPT}, f"asks for {SCRIPT}, which is not in the"),
        ({**files(), "assets/logo.svg": b""}, "assets/logo.svg: has no hash in its name"),
        ({**files(), "notes.doc": b""}, "notes.doc: nothing says how a browser is served this"),
        ({"index.html": b"<p>hello"}, "asks for nothing in assets/"),
    ],
    ids=["an empty folder", "an asset is missing", "an asset without a hash", "an unknown type", "no storefront"],
)
def test_what_is_not_whole_is_refused(tmp_path: Path, wrong: dict[str, bytes], words: str) -> None:
    with pytest.raises(ReleaseError) as refusal:
        release.read(written(tmp_path, wrong))
    assert words in refusal.value.message
    assert str(tmp_path) in refusal.value.message
    assert refusal.value.hint


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ReleaseError, match="there is no such folder"):
        release.read(tmp_path / "dist")


def test_what_a_page_asks_for_is_found_wherever_it_is_served_from() -> None:
    assert release.addresses(b'<script src="https://cdn.example/assets/a-1.js">') == ("assets/a-1.js",)
    assert release.addresses(b'<a href="/about"><link href="/assets/b-2.css?x">') == ("assets/b-2.css",)
