"""Every line of the production checklist names what holds it, and that exists; or says that nothing does."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "production-checklist.md"
LINE = re.compile(r"^\| (?!asked |---)(?P<asked>.+?) \| (?P<held>.+) \|$", re.M)
OBJECT = re.compile(r"`(?P<kind>[A-Z]\w+)` in `(?P<file>[^`]+)`")
TEST = re.compile(r"`(?P<file>tests/[\w/]+\.py)::(?P<name>test_\w+)`")
FILE = re.compile(r"`(?P<file>[\w./-]+/[\w./-]+|\.\w+)`")

LINES = [(found["asked"], found["held"]) for found in LINE.finditer(PAGE.read_text(encoding="utf-8"))]


@cache
def named_in(file: Path) -> frozenset[str]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def missing(held: str) -> list[str]:
    """What the right side of a line names and is not there."""
    wrong = []
    for found in OBJECT.finditer(held):
        file = ROOT / found["file"]
        kind = re.compile(rf"^\s*kind: {found['kind']}$", re.M)
        if not file.is_file() or not kind.search(file.read_text(encoding="utf-8")):
            wrong.append(found[0])
    for found in TEST.finditer(held):
        file = ROOT / found["file"]
        if not file.is_file() or found["name"] not in named_in(file):
            wrong.append(found[0])
    wrong += [found[0] for found in FILE.finditer(held) if not (ROOT / found["file"]).exists()]
    return wrong


def names_something(held: str) -> bool:
    return any(pattern.search(held) for pattern in (OBJECT, TEST, FILE))


@pytest.mark.parametrize(("asked", "held"), LINES, ids=[asked for asked, _ in LINES])
def test_what_holds_a_line_exists_or_the_line_says_that_nothing_does(asked: str, held: str) -> None:
    assert missing(held) == []
    assert names_something(held) or held.startswith("**not held**")


def test_a_line_that_names_what_is_not_there_would_be_noticed() -> None:
    assert missing("`Cluster` in `knative/chart/templates/settings.yaml`")
    assert missing("`tests/docs/test_tour.py::test_that_is_none`")
    assert missing("`shared/none.py`")
    assert not names_something("a good will")


def test_no_line_escapes() -> None:
    rows = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    headings = [row for row in rows if row.startswith("| asked |")]
    assert len(LINES) == len(rows) - len(headings)
    assert len(LINES) > 60
