"""The pipelines: nothing in them moves under us, and nothing in them may do more than it must."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[3]
FILES = sorted((ROOT / ".github" / "workflows").glob("*.y*ml"))
ACTIONLINT = ROOT / ".venv" / "bin" / "actionlint"

_PINNED = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40} +# v\d+(\.\d+){0,2}")
# What a step that runs words of ours must not put into them: whoever opens a change may choose these.
_STRANGERS = re.compile(r"\$\{\{\s*(github\.event\.|github\.head_ref|github\.ref_name|matrix\.|inputs\.)")


def jobs(file: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    yield from yaml.safe_load(file.read_text(encoding="utf-8"))["jobs"].items()


def steps(file: Path) -> Iterator[dict[str, Any]]:
    for _, job in jobs(file):
        yield from job["steps"]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_action_is_pinned_by_commit_with_its_version_beside_it(file: Path) -> None:
    used = re.findall(r"uses: *(.+)", file.read_text(encoding="utf-8"))
    assert used
    assert [each for each in used if not _PINNED.fullmatch(each.strip())] == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_nobody_may_do_anything_but_who_says_what_it_needs(file: Path) -> None:
    workflow = yaml.safe_load(file.read_text(encoding="utf-8"))
    assert workflow["permissions"] == {}
    for name, job in jobs(file):
        allowed = job["permissions"]
        assert isinstance(allowed, dict), f"{name} must name each permission"
        assert set(allowed) <= {"contents", "packages", "id-token"}
        assert allowed["contents"] == "read", name
        if {"packages", "id-token"} & set(allowed):
            assert file.name == "release.yaml", f"{name}: only a release writes and signs"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_job_ends_and_two_runs_do_not_get_in_each_others_way(file: Path) -> None:
    assert yaml.safe_load(file.read_text(encoding="utf-8"))["concurrency"]["group"]
    for name, job in jobs(file):
        assert 0 < job["timeout-minutes"] <= 90, name


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_checkout_leaves_no_token_behind_and_words_of_strangers_stay_out_of_scripts(file: Path) -> None:
    for step in steps(file):
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False
        assert not _STRANGERS.search(step.get("run", "")), step["run"]


def test_a_change_from_outside_meets_no_secret() -> None:
    for file in FILES:
        text = file.read_text(encoding="utf-8")
        assert "pull_request_target" not in text
        assert "secrets." not in text, "an identity (id-token) or the run's own token does"


def test_an_image_is_scanned_before_it_is_signed_and_signed_before_it_has_a_tag() -> None:
    steps = dict(jobs(ROOT / ".github" / "workflows" / "release.yaml"))["image"]["steps"]
    text = yaml.safe_dump(steps, sort_keys=False)
    order = ["push-by-digest=true", "anchore/scan-action", "cosign sign", "cosign attest", "imagetools create"]
    found = [text.index(word) for word in order]
    assert found == sorted(found)


def test_the_pipelines_run_what_a_person_runs() -> None:
    """Each target that they name is one of the Makefile's."""
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))
    named = {word for file in FILES for step in steps(file) for word in re.findall(r"^make (\S+)", step.get("run", ""))}
    assert {"check", "cluster", "install"} <= named <= targets


@pytest.mark.skipif(not ACTIONLINT.exists(), reason="`make tools` builds actionlint")
def test_actionlint_finds_nothing() -> None:
    done = subprocess.run([str(ACTIONLINT)], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
