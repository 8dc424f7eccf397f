"""Manifests in, Envoy's files out, and Envoy agrees to each.

A folder here is a case; nothing lists them. `make golden` writes what is expected anew and removes what belongs to no
case; the diff is then for a reviewer to read.
"""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from gateway.envoy import find_binary
from tests.golden.gateway.golden_case import case_folders, expected_texts, outputs, read_case, run_folder

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
def test_envoy_takes_the_expected_files(case: Path, tmp_path: Path) -> None:
    """As one static configuration: Envoy's validation does not follow the files that it would watch."""
    files = read_case(case).translate()
    routes = {item["name"]: item for item in files.front_routes["resources"] + files.mesh_routes["resources"]}
    listeners = [_with_routes(listener, routes) for listener in files.listeners["resources"]]
    clusters = [*files.bootstrap["static_resources"]["clusters"], *map(_untyped, files.clusters["resources"])]
    whole = files.bootstrap | {"static_resources": {"listeners": listeners, "clusters": clusters}}
    del whole["dynamic_resources"]
    config = tmp_path / "envoy.json"
    config.write_text(json.dumps(whole).replace(str(run_folder), str(tmp_path)))
    run = subprocess.run(
        [find_binary(), "--mode", "validate", "-c", config, "-l", "warn"],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    assert "Deprecated field" not in run.stderr


def _with_routes(listener: dict[str, Any], routes: dict[str, Any]) -> dict[str, Any]:
    """The listener with its routes inside, where `rds` named a file."""
    manager = listener["filter_chains"][0]["filters"][0]["typed_config"]
    inline = {key: value for key, value in manager.items() if key != "rds"}
    name = manager["rds"]["route_config_name"]
    inline["route_config"] = _untyped(routes[name])
    filters = [{**listener["filter_chains"][0]["filters"][0], "typed_config": inline}]
    return _untyped(listener) | {"filter_chains": [{"filters": filters}]}


def _untyped(resource: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in resource.items() if key != "@type"}
