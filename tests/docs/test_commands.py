"""The commands that the documents name exist: those of the tour are run by `test_tour`, the others are looked up."""

import re
from pathlib import Path

import click
import pytest

from knative.local.cli import zerocart

ROOT = Path(__file__).parents[2]
DOCUMENTS = [
    *(ROOT / name for name in ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
]
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_target_of_make_that_a_document_names_exists(document: Path) -> None:
    named = re.findall(r"(?:^|`)make ([a-z-]+(?: [a-z-]+)*)", document.read_text(encoding="utf-8"), re.MULTILINE)
    words = {word for words in named for word in words.split()}
    assert words <= TARGETS


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_command_of_zerocart_that_a_document_names_exists(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    named = set(re.findall(r"(?:^|`|/)zerocart ([a-z-]+)", text, re.MULTILINE))
    assert named <= set(zerocart.list_commands(click.Context(zerocart)))


def test_make_alone_lists_every_target_that_a_person_calls() -> None:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    called = set(re.findall(r"^\.PHONY: (.*)$", text, re.MULTILINE))
    targets = {target for line in called for target in line.split()} - {"help"}
    explained = set(re.findall(r"^([a-z-]+):.*## ", text, re.MULTILINE))
    assert targets == explained
