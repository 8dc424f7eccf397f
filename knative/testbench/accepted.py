"""Asks the bench's API server, with its CRDs and webhooks, whether it takes every object that this project renders.

Nothing stays: each is applied as a dry run (`kubectl apply --dry-run=server`), which runs every check of a real
one. Of operators that do not run here the CRDs are there, so a schema decides, and no webhook.

    in.sh python -m knative.testbench.accepted [--analyze]
"""

import argparse
import json
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from knative.testbench.kubectl import attempt, namespace

PROJECT = Path(__file__).parents[2]
CHART = PROJECT / "knative" / "chart"
HERE = Path(__file__).parent
TAKEN = re.compile(r"^(\S+) (?:created|configured|unchanged|serverside-applied)\b.*dry run", re.MULTILINE)

WHY = re.compile(r"^(?!.*when applying patch:)(Error|error:|The )|^for: |denied the request|is invalid")

# What no environment here chooses.
CHOICES = (
    "state.postgres.mode=cloudnativepg",
    "state.postgres.mode=patroni",
    "state.valkey.mode=sentinel",
    "eventing.mode=cronjob",
    "isolation.mesh.enabled=true",
    "monitoring.enabled=true",
)

Object = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of the objects of one rendering."""

    name: str
    count: int
    refused_count: int
    whys: tuple[str, ...]


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
    for choice in CHOICES:
        yield f"{sets[0][0].relative_to(PROJECT)} with {choice}", _chart(sets[0], choice)
    plain = sorted((PROJECT / "knative" / "argocd").glob("*.yaml"))
    yield "knative/argocd", [each for file in plain for each in _objects(file.read_text(encoding="utf-8"))]


def _chart(files: list[Path], choice: str = "") -> list[Object]:
    # Which digests a release has is not this question's.
    command = ["helm", "template", "shop", str(CHART), "--set", "images.digestsRequired=false"]
    command += [word for file in files for word in ("-f", str(file))]
    command += ["--set", choice] if choice else []
    done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603
    return _objects(done.stdout)


def _objects(text: str) -> list[Object]:
    return [each for each in yaml.safe_load_all(text) if isinstance(each, dict) and "kind" in each]


def ask(name: str, objects: list[Object]) -> Outcome:
    """Have the API server check some objects."""
    with _what_they_need(objects):
        done = attempt("apply", "--dry-run=server", "-f", "-", given=yaml.safe_dump_all(_new_names(objects)))
    refused_count = len(objects) - len(TAKEN.findall(done.stdout))
    # Of a refused change kubectl shows the whole object, line after line; the last line says why.
    whys = [line for line in done.stderr.splitlines() if WHY.search(line)]
    return Outcome(
        name=name,
        count=len(objects),
        refused_count=refused_count,
        whys=tuple(dict.fromkeys(whys)) if refused_count else (),
    )


def _new_names(objects: Iterable[Object]) -> list[Object]:
    """A Job that is there cannot be changed: what is asked is whether a new one would be taken."""
    return [
        {**each, "metadata": {**each["metadata"], "name": f"{each['metadata']['name']}-asked"}}
        if each["kind"] == "Job"
        else each
        for each in objects
    ]


@contextmanager
def _what_they_need(objects: Iterable[Object]) -> Iterator[None]:
    """Their namespaces and PriorityClasses, for a while: without, others are refused, and a dry run leaves none."""
    needed: dict[tuple[str, str], Object] = {}
    for each in objects:
        name = each["metadata"].get("namespace", "default")
        needed["namespace", name] = dict(namespace(name))
        if each["kind"] == "PriorityClass":
            needed["priorityclass", each["metadata"]["name"]] = each
    made = [
        what for what, each in needed.items() if attempt("create", "-f", "-", given=json.dumps(each)).returncode == 0
    ]
    try:
        yield
    finally:
        for kind, name in made:
            attempt("delete", kind, name, "--wait=false")


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
    outcomes = []
    for name, objects in renderings():
        outcome = ask(name, objects)
        outcomes.append(outcome)
        sys.stdout.write(f"{outcome.name}: {outcome.count} objects, {outcome.refused_count or 'none'} refused\n")
        sys.stdout.writelines(f"  {line.strip()}\n" for line in outcome.whys)
        sys.stdout.flush()
    refused_count = sum(each.refused_count for each in outcomes)
    sys.stdout.write(f"all: {sum(each.count for each in outcomes)} objects, {refused_count or 'none'} refused\n")
    analysis = analyze() if options.analyze else 0
    return int(refused_count > 0 or analysis != 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
