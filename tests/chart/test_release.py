"""What is packaged and how it is documented."""

import base64
import gzip
import json
import re
import tarfile
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.chart.rendering import CHART, HelmError, helm, render, render_text
from tests.stack import PROJECT

# What Kubernetes has a shape of its own for.
DOCUMENTED_AS_ONE = {"resources", "store"}
LARGEST_SECRET_BYTES = 1024 * 1024  # a release is kept in one


def schema() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((CHART / "values.schema.json").read_text())
    return found


def leaves(values: dict[str, Any], schema: dict[str, Any], path: str = "") -> list[str]:
    """The values that have no further ones: by the schema, a map of a user's own keys is one value."""
    found = []
    for key, value in values.items():
        below = schema["properties"][key]
        here = f"{path}.{key}" if path else key
        nested = isinstance(value, dict) and "properties" in below and key not in DOCUMENTED_AS_ONE
        found += leaves(value, below, here) if nested else [here]
    return found


def documented() -> dict[str, str]:
    """The comments of values.yaml that document one, `# -- …`, by the value's path."""
    found: dict[str, str] = {}
    stack: list[tuple[int, str]] = []
    comment: list[str] = []
    for line in (CHART / "values.yaml").read_text().splitlines():
        if (said := re.match(r"\s*# (-- )?(.*)", line)) is not None:
            comment = [said[2]] if said[1] else [*comment, said[2]] if comment else []
        elif (key := re.match(r"( *)([\w.-]+|\"[^\"]+\"):", line)) is not None:
            depth = len(key[1])
            stack = [each for each in stack if each[0] < depth] + [(depth, key[2].strip('"'))]
            if comment:
                found[".".join(name for _, name in stack)] = " ".join(comment)
            comment = []
    return found


def test_every_value_is_documented_and_in_the_schema() -> None:
    values = yaml.safe_load((CHART / "values.yaml").read_text())
    found = leaves(values, schema())  # a KeyError here names a value that the schema does not know
    undocumented = [path for path in found if path not in documented()]
    assert not undocumented, "say in values.yaml, by `# -- …` above it, what each is"
    assert all(text.endswith((".", "`")) for text in documented().values())


def test_the_schema_knows_no_value_that_is_not_there() -> None:
    def unknown(schema: dict[str, Any], values: Any, path: str) -> list[str]:
        found = []
        for key, below in schema.get("properties", {}).items():
            if path == "" and key == "global":  # Helm's own
                continue
            if not isinstance(values, dict) or key not in values:
                found.append(f"{path}.{key}")
            elif isinstance(values[key], dict) and values[key]:
                found += unknown(below, values[key], f"{path}.{key}")
        return found

    missing = unknown(schema(), yaml.safe_load((CHART / "values.yaml").read_text()), "")
    # A container may have limits of every kind; which of them ours has is its own business.
    assert [path for path in missing if ".resources." not in path] == []


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"eventing": {"mode": "kafka"}}, "/eventing/mode"),
        ({"nonsense": True}, "nonsense"),
        ({"images": {"digests": {"login": "latest"}}}, "/images/digests/login"),
        ({"gateway": {"hosts": []}}, "/gateway/hosts"),
    ],
)
def test_a_wrong_value_is_refused_by_name(values: dict[str, Any], said: str) -> None:
    with pytest.raises(HelmError, match=said):
        render_text(values)


def test_helm_finds_nothing_to_say_against_it() -> None:
    assert "0 chart(s) failed" in helm("lint", "--strict", str(CHART))


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("package")
    helm("package", str(CHART), "--destination", str(folder))
    (made,) = folder.glob("shop-*.tgz")
    return made


def test_a_package_holds_manifests_and_nothing_else_of_the_checkout(package: Path) -> None:
    with tarfile.open(package) as archive:
        names = [Path(member.name) for member in archive.getmembers()]
    assert {name.suffix for name in names if "files" in name.parts} == {".yaml"}
    ours = [name for name in names if name.parts[1] not in {"files", "state"}]
    assert {name.suffix for name in ours} <= {".yaml", ".json", ".tpl", ".txt"}
    manifests = {path.parent.name for path in (PROJECT / "functions").glob("*/service.yaml")}
    assert {name.parts[3] for name in names if name.parts[1:3] == ("files", "functions")} == manifests


def test_a_package_renders_what_the_checkout_does(package: Path) -> None:
    assert render_text(chart=package) == render_text()


def test_a_release_fits_the_secret_that_helm_keeps_it_in(package: Path) -> None:
    """Helm keeps chart, values and manifest as JSON, packed by gzip and written in base64, twice."""
    with tarfile.open(package) as archive:
        files = [archive.extractfile(member) for member in archive.getmembers()]
        texts = [base64.b64encode(each.read()).decode() for each in files if each]
    release = json.dumps({"chart": texts, "manifest": render_text()})
    assert len(gzip.compress(release.encode())) * 16 / 9 < LARGEST_SECRET_BYTES / 4


def test_the_name_that_every_object_bears_is_its_own() -> None:
    names = [(each["kind"], each["metadata"].get("namespace"), each["metadata"]["name"]) for each in render()]
    assert len(names) == len(set(names))
