"""The release that is kept built is what the sources give, and nothing else."""

from pathlib import Path

import pytest

from frontend.publishing import kept, release
from tests.frontend.conftest import modules

__all__ = ["modules"]


def test_it_was_built_from_the_sources_as_they_are() -> None:
    again = "frontend/ has changed: `make storefront` builds it anew, and both are committed"
    assert kept.digest_file().read_text().strip() == kept.digest(), again


@pytest.mark.usefixtures("modules")
@pytest.mark.timeout(400)
def test_the_sources_give_it_byte_for_byte(tmp_path: Path) -> None:
    kept.build(tmp_path / "dist")
    assert release.read(tmp_path / "dist").files == release.read(kept.folder()).files


def test_a_change_of_a_source_shows_and_one_of_a_test_does_not(tmp_path: Path) -> None:
    for name in ("index.html", "package-lock.json", "package.json", "tsconfig.json", "vite.config.ts", "first-page.ts"):
        (tmp_path / name).write_text("")
    for name in ("src", "public"):
        (tmp_path / name).mkdir()
    before = kept.digest(tmp_path)
    (tmp_path / "src" / "main.test.ts").write_text("test")
    assert kept.digest(tmp_path) == before
    (tmp_path / "src" / "main.ts").write_text("code")
    assert kept.digest(tmp_path) != before
