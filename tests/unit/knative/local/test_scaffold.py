"""`make function`: what it writes passes every check and answers; what it refuses leaves the tree as it was."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from knative.local import scaffold
from shared.errors import ZerocartError

ROOT = Path(__file__).parents[4]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of what a new function touches, and of what checks it."""
    ignored = shutil.ignore_patterns("__pycache__", "node_modules", ".*")
    for folder in ("functions", "shared", "gateway", "knative", "tests/unit/functions"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=ignored)
    for file in ("pyproject.toml", *(str(path.relative_to(ROOT)) for path in (ROOT / "tests").glob("*.py"))):
        shutil.copy(ROOT / file, tmp_path / file)
    shutil.copy(ROOT / "tests/unit/__init__.py", tmp_path / "tests/unit/__init__.py")
    return tmp_path


def contents(tree: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in tree.rglob("*") if path.is_file()}


def run(tree: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        [sys.executable, "-m", *words],
        check=False,
        cwd=tree,
        env=environment,
        capture_output=True,
        text=True,
        timeout=100,
    )


def test_a_new_function_is_routed_answers_and_passes_every_check(tree: Path) -> None:
    before = contents(tree)
    written = scaffold.scaffold(tree, "get_invoice")
    changed = {path.relative_to(tree) for path, content in contents(tree).items() if before.get(path) != content}
    assert changed == set(written)
    assert {str(file) for file in written} == {
        "functions/get_invoice/__init__.py",
        "functions/get_invoice/main.py",
        "functions/get_invoice/service.yaml",
        "tests/unit/functions/get_invoice/__init__.py",
        "tests/unit/functions/get_invoice/test_answers.py",
        "gateway/manifests/routes.yaml",
    }
    mine = ["functions/get_invoice", "tests/unit/functions/get_invoice"]
    for words in (
        ["ruff", "check", *mine],
        ["ruff", "format", "--check", *mine],
        ["pytest", "-q", "-p", "no:cacheprovider", "-k", "get_invoice", "tests/unit/functions"],
    ):
        result = run(tree, *words)
        assert result.returncode == 0, result.stdout + result.stderr


def test_its_route_is_one_block_and_no_other_line_changes(tree: Path) -> None:
    routes = tree / scaffold.ROUTES
    before = routes.read_text().splitlines()
    scaffold.scaffold(tree, "get_invoice")
    after = routes.read_text().splitlines()
    added = [line for line in after if line not in before]
    assert "    - name: get-invoice" in added
    assert [line for line in after if line in before and before.count(line) == 1] == [
        line for line in before if before.count(line) == 1
    ]


@pytest.mark.parametrize(
    "name", ["", "GetInvoice", "get-invoice", "1st", "get invoice", "../x", "_x", "x_", "a__b", "class", "é", "x" * 58]
)
def test_a_name_that_cannot_be_is_refused(tree: Path, name: str) -> None:
    before = contents(tree)
    with pytest.raises(ZerocartError) as error:
        scaffold.scaffold(tree, name)
    assert error.value.hint
    assert contents(tree) == before


def test_a_name_that_is_taken_is_refused(tree: Path) -> None:
    scaffold.scaffold(tree, "get_invoice")
    before = contents(tree)
    for name in ("get_invoice", "list_products"):
        with pytest.raises(ZerocartError, match="is there already"):
            scaffold.scaffold(tree, name)
    shutil.rmtree(tree / "functions/get_invoice")
    shutil.rmtree(tree / "tests/unit/functions/get_invoice")
    with pytest.raises(ZerocartError, match="has a route already"):
        scaffold.scaffold(tree, "get_invoice")
    assert not (tree / "functions/get_invoice").exists()
    assert contents(tree).items() <= before.items()


def test_without_room_to_write_nothing_is_left(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = contents(tree)

    def no_room(file: Path, content: str) -> None:
        if file.name == "service.yaml":
            raise OSError(28, "No space left on device")
        file.write_text(content)

    monkeypatch.setattr(scaffold, "_write", no_room)
    with pytest.raises(ZerocartError, match="No space left"):
        scaffold.scaffold(tree, "get_invoice")
    assert contents(tree) == before


def test_the_command_says_what_it_wrote_and_what_comes_next(tree: Path) -> None:
    done = run(tree, "knative.local.scaffold", "get_invoice")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[0] == "Wrote functions/get_invoice/main.py"
    assert "Next: " in done.stdout
    again = run(tree, "knative.local.scaffold", "get_invoice")
    assert again.returncode == 1
    assert again.stderr.startswith("error: functions/get_invoice is there already\n\nhint: ")
    assert run(tree, "knative.local.scaffold").returncode == 2
