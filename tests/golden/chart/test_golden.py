"""What the chart makes of each environment. Of an object that is a file of the checkout, what differs from that file.

A folder of knative/environments is a case; nothing lists them. Of a variant, what it changes of production.
`make golden` writes what is expected anew; the diff is then for a reviewer to read.
"""

import difflib
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.chart.rendering import ENVIRONMENTS, Object, loader, render
from tests.stack import PROJECT

folder = Path(__file__).parent
# Of everything that the chart makes; that they are there is a test of its own.
OURS = ("app.kubernetes.io/", "helm.sh/chart")


def cases() -> list[str]:
    return sorted(path.parent.name for path in ENVIRONMENTS.glob("*/values.yaml"))


def variants() -> list[str]:
    return sorted(path.stem for path in ENVIRONMENTS.glob("variants/*.yaml"))


def values(case: str) -> Path:
    return ENVIRONMENTS / case / "values.yaml"


def sources() -> dict[tuple[str, str], Object]:
    """The documents of the files that the chart takes, by kind and name."""
    files = [*PROJECT.glob("functions/*/*.yaml"), *PROJECT.glob("gateway/manifests/*.yaml")]
    documents = [each for file in files for each in yaml.load_all(file.read_text(), Loader=loader)]
    return {(each["kind"], each["metadata"]["name"]): each for each in documents if each}


def difference(rendered: Any, source: Any) -> Any:
    """What of the rendered is not so in the source; None where all is."""
    if rendered == source:
        return None
    if isinstance(rendered, dict) and isinstance(source, dict):
        found = {key: difference(value, source.get(key)) for key, value in rendered.items()}
        gone = {key: "(not rendered)" for key in source if key not in rendered}
        return {key: value for key, value in found.items() if value is not None} | gone
    if isinstance(rendered, list) and isinstance(source, list) and len(rendered) == len(source) == 1:
        return [difference(rendered[0], source[0])]
    return rendered


def told(objects: list[Object]) -> str:
    known = sources()
    lines = []
    for each in objects:
        labels = each["metadata"].get("labels", {})
        each["metadata"]["labels"] = {key: value for key, value in labels.items() if not key.startswith(OURS)}
        if not each["metadata"]["labels"]:
            del each["metadata"]["labels"]
        kind, name = each["kind"], each["metadata"]["name"]
        source = known.get((kind, name)) if each["apiVersion"].split("/")[0] != "v1" else None
        if source and source["apiVersion"] == each["apiVersion"]:
            shown: Object = {"file of": f"{kind} {name}", "differs by": difference(each, source) or "nothing"}
        else:
            shown = each
        lines.append(yaml.dump(shown, sort_keys=True, width=120, default_flow_style=None))
    return "---\n".join(lines)


def expect(file: Path, text: str, rewriting: bool) -> None:
    if rewriting:
        file.write_text(text)
    assert file.is_file(), f"{file.name} is missing: run `make golden`"
    assert file.read_text() == text, f"{file.name} has changed: run `make golden` and read the diff"


@pytest.mark.parametrize("case", cases())
def test_an_environment_is_rendered_as_expected(case: str, rewriting: bool) -> None:
    expect(folder / f"{case}.yaml", told(render(values(case))), rewriting)


@pytest.mark.parametrize("variant", variants())
def test_a_variant_changes_of_production_what_is_expected(variant: str, rewriting: bool) -> None:
    production = values("production")
    before, after = told(render(production)), told(render(production, ENVIRONMENTS / "variants" / f"{variant}.yaml"))
    lines = difflib.unified_diff(before.splitlines(True), after.splitlines(True), "production", variant, n=2)
    expect(folder / f"production-{variant}.diff", "".join(lines), rewriting)


def test_every_golden_file_has_a_case(rewriting: bool) -> None:
    wanted = {f"{case}.yaml" for case in cases()} | {f"production-{variant}.diff" for variant in variants()}
    left_over = {file for file in folder.iterdir() if file.suffix in {".yaml", ".diff"} and file.name not in wanted}
    if rewriting:
        for file in left_over:
            file.unlink()
    assert not [file for file in left_over if file.exists()], "run `make golden`: it removes them"
