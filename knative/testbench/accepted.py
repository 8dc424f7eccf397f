"""Asks the bench's API server, with its CRDs and webhooks, whether it takes every object that this project renders.

Nothing is changed: each is applied as a dry run (`kubectl apply --dry-run=server`), which runs every check of a real
one. Of operators that do not run here the CRDs are there, so a schema decides, and no webhook.

    in.sh python -m knative.testbench.accepted [--analyze]
"""

import argparse
import json
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

PROJECT = Path(__file__).parents[2]
CHART = PROJECT / "knative" / "chart"
HERE = Path(__file__).parent
TAKEN = re.compile(r"^(\S+) (?:created|configured|unchanged|serverside-applied)\b.*dry run", re.MULTILINE)

Object = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of the objects of one rendering."""

    name: str
    count: int
    refused: tuple[str, ...]


def renderings() -> Iterator[tuple[str, list[Object]]]:
    """Every set of objects by a name: the chart with each file of values that there is, and plain manifests."""
    environments = PROJECT / "knative" / "environments"
    sets = [[HERE / "values.yaml"]]
    for values in sorted(environments.glob("*/values.yaml")):
        sets.append([values, *sorted(set(values.parent.glob("*.yaml")) - {values})])
    production = next((each for each in sets if each[0].parent.name == "production"), [])
    sets += [[*production, variant] for variant in sorted(environments.glob("variants/*.yaml"))]
    for files in sets:
        yield " + ".join(str(file.relative_to(PROJECT)) for file in files), _chart(files)
    for folder in ("knative/argocd",):
        plain = sorted((PROJECT / folder).rglob("*.yaml"))
        if plain:
            yield folder, [each for file in plain for each in _objects(file.read_text(encoding="utf-8"))]


def _chart(files: list[Path]) -> list[Object]:
    command = ["helm", "template", "shop", str(CHART), *(word for file in files for word in ("-f", str(file)))]
    return _objects(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)  # noqa: S603


def _objects(text: str) -> list[Object]:
    return [each for each in yaml.safe_load_all(text) if isinstance(each, dict) and "kind" in each]


def ask(name: str, objects: list[Object]) -> Outcome:
    """Have the API server check some objects."""
    for namespace in sorted({each["metadata"].get("namespace", "default") for each in objects}):
        _have_namespace(namespace)
    text = yaml.safe_dump_all(_new_names(objects))
    command = ["kubectl", "apply", "--dry-run=server", "-f", "-"]
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)  # noqa: S603
    taken = len(TAKEN.findall(done.stdout))
    refused = [line for line in done.stderr.splitlines() if line and not line.startswith("Warning:")]
    if taken + len(refused) < len(objects):
        refused.append(f"{len(objects) - taken - len(refused)} of which nothing was said")
    return Outcome(name=name, count=len(objects), refused=tuple(refused) if taken < len(objects) else ())


def _new_names(objects: Iterable[Object]) -> list[Object]:
    """A Job that is there cannot be changed: what is asked is whether a new one would be taken."""
    return [
        {**each, "metadata": {**each["metadata"], "name": f"{each['metadata']['name']}-asked"}}
        if each["kind"] == "Job"
        else each
        for each in objects
    ]


def _have_namespace(name: str) -> None:
    """Objects are refused where their namespace is not; an empty one is all that this leaves behind."""
    made = json.dumps({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    found = subprocess.run(["kubectl", "get", "namespace", name], capture_output=True, check=False)  # noqa: S603, S607
    if found.returncode != 0:
        subprocess.run(["kubectl", "create", "-f", "-"], input=made, text=True, check=True, capture_output=True)  # noqa: S607


def analyze() -> int:
    """What Istio's own analysis says of what is installed."""
    command = ["istioctl", "analyze", "--all-namespaces", "--failure-threshold", "Error"]
    return subprocess.run(command, check=False).returncode  # noqa: S603


def main(arguments: list[str]) -> int:
    """0: everything is accepted; 1: something is not."""
    parser = argparse.ArgumentParser(
        prog="python -m knative.testbench.accepted", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--analyze", action="store_true", help="`istioctl analyze` on what is installed, too")
    options = parser.parse_args(arguments)
    outcomes = [ask(name, objects) for name, objects in renderings()]
    for outcome in outcomes:
        sys.stdout.write(f"{outcome.name}: {outcome.count} objects, {len(outcome.refused) or 'none'} refused\n")
        sys.stdout.writelines(f"  {line}\n" for line in outcome.refused)
    sys.stdout.write(f"all: {sum(each.count for each in outcomes)} objects\n")
    analysis = analyze() if options.analyze else 0
    return int(any(outcome.refused for outcome in outcomes) or analysis != 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
