"""What the engine knows of a Service in, the objects that a client sees out. `make golden` writes them anew."""

from pathlib import Path

import pytest
import yaml

from tests.golden.objects.objects_case import OUT, case_folders, objects

cases = pytest.mark.parametrize("case", case_folders(), ids=lambda path: path.name)


@cases
def test_the_facts_give_the_expected_objects(case: Path, rewriting: bool) -> None:
    text = yaml.safe_dump_all(objects(case), sort_keys=True, width=120)
    if rewriting:
        (case / OUT).write_text(text)
    assert (case / OUT).is_file(), f"{OUT} is missing: run `make golden`"
    assert (case / OUT).read_text() == text, f"{OUT} has changed: run `make golden` and read the diff"


@cases
def test_a_case_has_no_file_that_nothing_reads(case: Path) -> None:
    assert {path.name for path in case.iterdir()} == {"case.yaml", OUT}
