"""`make cluster` says where it cannot run and what to do, and with --dry-run what it would do."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
SCRIPT = ROOT / "knative" / "k3d" / "cluster.sh"
NEEDED = ("docker", "k3d", "kubectl", "helm")


def run(*words: str, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run it with the system's programs, and those of a folder before them."""
    path = f"{folder}:/usr/bin:/bin" if folder else "/usr/bin:/bin"
    return subprocess.run(
        ["bash", str(SCRIPT), *words], env={**os.environ, "PATH": path}, capture_output=True, text=True, check=False
    )


def program(folder: Path, name: str, exit_code: int) -> None:
    file = folder / name
    file.write_text(f"#!/bin/sh\nexit {exit_code}\n", encoding="utf-8")
    file.chmod(0o755)


def test_without_its_programs_it_says_which_and_names_the_test_bench(tmp_path: Path) -> None:
    program(tmp_path, "helm", 0)
    refused = run(folder=tmp_path)
    assert refused.returncode == 1
    assert "k3d" in refused.stderr
    assert "helm not found" not in refused.stderr
    assert "make testbench" in refused.stderr


def test_a_docker_that_does_not_answer_is_no_docker(tmp_path: Path) -> None:
    for name in NEEDED:
        program(tmp_path, name, 1 if name == "docker" else 0)
    refused = run(folder=tmp_path)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "Docker does not answer" in refused.stderr
    assert "make testbench" in refused.stderr


def test_a_word_that_it_does_not_know_is_wrong_usage() -> None:
    assert run("start").returncode == 2


def test_what_it_would_do_has_every_part_in_order_and_every_function() -> None:
    shown = run("--dry-run")
    assert shown.returncode == 0, shown.stderr
    parts = [
        "k3d cluster create", " istiod ", "serving-core.yaml", "net-istio.yaml", "mt-channel-broker.yaml", "cnpg-",
        "functions/Dockerfile --target operations", "k3d image import", "shop ", "condition=Ready", "tests/contract",
    ]  # fmt: skip
    found = [shown.stdout.index(part) for part in parts]
    assert found == sorted(found)
    for manifest in ROOT.glob("functions/*/service.yaml"):
        assert f"FUNCTION={manifest.parent.name} " in shown.stdout


def test_images_of_a_registry_are_not_built() -> None:
    shown = subprocess.run(
        ["bash", str(SCRIPT), "up", "--dry-run"], env={**os.environ, "REGISTRY": "registry.example/shop", "TAG": "v1"},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "docker build" not in shown.stdout
    assert "images.registry=registry.example/shop" in shown.stdout


@pytest.mark.skipif(shutil.which("shellcheck") is None, reason="there is no shellcheck here")
def test_shellcheck_finds_nothing() -> None:
    subprocess.run(["shellcheck", str(SCRIPT)], check=True)
