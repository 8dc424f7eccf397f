"""Manifests in, Envoy's files out, and Envoy agrees to each.

A folder here is a case; nothing lists them. `make golden` writes what is expected anew and removes what belongs to no
case; the diff is then for a reviewer to read.
"""

from pathlib import Path

import pytest

from gateway.envoy import check, find_binary
from tests.golden.gateway.golden_case import case_folders, expected_texts, outputs, read_case

cases = pytest.mark.parametrize("case", case_folders(), ids=lambda path: path.name)


@cases
def test_the_manifests_give_the_expected_files(case: Path, rewriting: bool) -> None:
    texts = expected_texts(read_case(case).translate())
    for name, text in texts.items():
        if rewriting:
            (case / name).write_text(text)
        assert (case / name).is_file(), f"{name} is missing: run `make golden`"
        assert (case / name).read_text() == text, f"{name} has changed: run `make golden` and read the diff"


@cases
def test_a_case_has_no_file_that_nothing_reads(case: Path, rewriting: bool) -> None:
    known = {"case.yaml", *outputs}
    if "manifests:" not in (case / "case.yaml").read_text():
        known.add("in.yaml")
    orphans = sorted(path for path in case.iterdir() if path.name not in known)
    if rewriting:
        for path in orphans:
            path.unlink()
        orphans = []
    assert orphans == []


@cases
def test_envoy_takes_the_expected_files(case: Path) -> None:
    assert check(read_case(case).translate(), find_binary()) is None
