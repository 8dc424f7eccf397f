"""The threat model names what is there: mechanisms that exist, and tests that are collected."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs/threat-model.md").read_text(encoding="utf-8")
FILE = re.compile(r"`([\w./-]+\.(?:py|yaml|lock))`")
TEST = re.compile(r"`([\w./-]+\.py)::(\w+)`")
CATEGORIES = "STRIDE"


def rows() -> list[list[str]]:
    """The cells of each threat: what it is, what stops it, what tests it, what is left."""
    tables = [line for line in TEXT.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in tables]
    return [row for row in cells if row[0] != "threat" and not row[0].startswith("---")]


def collected_from(file: Path) -> set[str]:
    """The tests that pytest collects of a file: functions of the module and methods of its classes."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    scopes: list[ast.Module | ast.ClassDef] = [tree, *(node for node in tree.body if isinstance(node, ast.ClassDef))]
    return {node.name for scope in scopes for node in scope.body if isinstance(node, ast.FunctionDef)}


def test_each_category_has_threats_and_each_threat_four_answers() -> None:
    assert "".join(re.findall(r"^## (\w): ", TEXT, re.MULTILINE)) == CATEGORIES
    assert len(rows()) > 40
    assert [row for row in rows() if len(row) != 4 or not all(row[:3])] == []


@pytest.mark.parametrize("row", rows(), ids=lambda row: row[0][:60])
def test_a_threat_names_a_mechanism_that_exists_and_a_test_that_is_collected(row: list[str]) -> None:
    _, mechanism, test, _ = row
    files, tests = FILE.findall(mechanism), TEST.findall(test)
    assert files
    assert tests
    assert [name for name in files if not (ROOT / name).is_file()] == []
    assert TEST.sub("", test).strip() == "", "only tests stand there"
    for file, name in tests:
        assert Path(file).name.startswith("test_")
        assert name.startswith("test_")
        assert name in collected_from(ROOT / file), f"{file} has no {name}"


def test_a_test_that_is_none_would_be_noticed() -> None:
    here = Path(__file__)
    assert test_a_test_that_is_none_would_be_noticed.__name__ in collected_from(here)
    assert "test_of_nothing" not in collected_from(here)


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_every_dependency_is_pinned_by_its_hash(lock: str) -> None:
    """What pip is given to install: a version and at least one hash each, from nowhere but the index."""
    text = (ROOT / lock).read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    assert len(lines) > 20
    wrong = [
        line.split()[0]
        for line in lines
        if not re.match(r"[\w.\[\]-]+==[\w.+!]+\s", line) or "--hash=sha256:" not in line or "://" in line
    ]
    assert wrong == []
