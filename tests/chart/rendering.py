"""Helm, as the tests of the chart call it. Without it they are skipped: `make tools` builds it, which takes Go."""

import functools
import json
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.stack import PROJECT

CHART = PROJECT / "knative" / "chart"
ENVIRONMENTS = PROJECT / "knative" / "environments"
# In each: what is told on standard error of links that are followed is no warning.
_FOLLOWED = "found symbolic link in path"

Object = dict[str, Any]
loader: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml's, some ten times as fast


class HelmError(Exception):
    """What Helm said when it refused."""


def tool(name: str) -> str:
    """A program of `make tools`, beside Python or on the PATH; the test is skipped where it is in neither."""
    beside = Path(sys.executable).with_name(name)
    found = str(beside) if beside.is_file() else shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not here: `make tools` builds it, which takes Go")
    return found


def helm(*arguments: str) -> str:
    """What Helm prints. Raises HelmError where it refuses."""
    done = subprocess.run([tool("helm"), *arguments], capture_output=True, text=True, check=False, timeout=100)
    if done.returncode != 0:
        lines = [line for line in (done.stderr + done.stdout).splitlines() if _FOLLOWED not in line]
        raise HelmError("\n".join(lines))
    return done.stdout


def render_text(*values: Path | Mapping[str, object], chart: Path = CHART) -> str:
    """The chart's objects with some values, files or given here; the last one wins."""
    files = [str(each) for each in values if isinstance(each, Path)]
    given = [json.dumps(each) for each in values if not isinstance(each, Path)]
    return _render(tuple(files), tuple(given), str(chart))


def render(*values: Path | Mapping[str, object], chart: Path = CHART) -> list[Object]:
    """The same, read."""
    found = yaml.load_all(render_text(*values, chart=chart), Loader=loader)
    return [each for each in found if each]


@functools.lru_cache(maxsize=32)
def _render(files: tuple[str, ...], given: tuple[str, ...], chart: str) -> str:
    arguments = ["template", "shop", chart]
    for file in files:
        arguments += ["--values", file]
    for text in given:
        for key, value in json.loads(text).items():
            arguments += ["--set-json", f"{key}={json.dumps(value)}"]
    return helm(*arguments)


def of_kind(objects: list[Object], kind: str, name: str | None = None) -> list[Object]:
    """Those of a kind, and of a name where one is given."""
    return [each for each in objects if each["kind"] == kind and name in {None, each["metadata"]["name"]}]


def one(objects: list[Object], kind: str, name: str) -> Object:
    """The one of a kind and a name."""
    (found,) = of_kind(objects, kind, name)
    return found


def functions(objects: list[Object]) -> dict[str, Object]:
    """The Knative Services by name."""
    return {
        each["metadata"]["name"]: each for each in of_kind(objects, "Service")
        if each["apiVersion"].startswith("serving.knative.dev/")
    }  # fmt: skip
