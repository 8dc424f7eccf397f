"""What the documents say of the code is there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENTS = [ROOT / name for name in ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "docs/a-request.md")]
FILE = re.compile(r"`((?:functions|shared|gateway|knative|tests|frontend|docs)/[\w./-]*[\w/])`")
NAMED = re.compile(r"`([\w/]+\.py)`\s+\((`\w+`(?:,\s`\w+`)*)\)")
LINK = re.compile(r"\]\(([\w./-]+)\)")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_file_that_a_document_names_exists(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    names = {name for name in FILE.findall(text) if "<" not in name and "get_greeting" not in name}
    assert [name for name in sorted(names) if not (ROOT / name).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_leads_somewhere(document: Path) -> None:
    links = LINK.findall(document.read_text(encoding="utf-8"))
    assert [link for link in links if not (document.parent / link).exists()] == []


def test_a_request_names_what_the_code_has() -> None:
    text = (ROOT / "docs/a-request.md").read_text(encoding="utf-8")
    found = NAMED.findall(text)
    assert len(found) > 15
    missing = []
    for file, names in found:
        code = (ROOT / file).read_text(encoding="utf-8")
        missing += [
            (file, name)
            for name in re.findall(r"\w+", names)
            if not re.search(rf"^\s*(?:async )?(?:def|class) {name}\b", code, re.MULTILINE)
        ]
    assert missing == []
