"""Whatever stands in a manifest, reading it gives a model or a list of mistakes, and raises nothing else."""

import copy
from collections.abc import Iterator

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from knative.local.manifest import read
from shared.errors import ManifestErrors
from shared.yaml_documents import Complaints, parse_documents, read_text
from tests.unit.knative.local.manifest.reading import VALID
from tests.unit.knative.local.manifest.test_sources import BINDING, PING

_documents: list[dict[str, object]] = [
    VALID,
    {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "data": {"A": "b"}},
    {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "a"}, "data": {"A": "Yg=="}, "stringData": {"B": "c"}},
    {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "config-autoscaler", "namespace": "knative-serving"},
        "data": {"stable-window": "60s", "min-scale": "1"},
    },
    PING,
    BINDING,
]
_text = st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), max_size=12)
_scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    _text,
    st.dates(),
    st.binary(max_size=4),
    st.sampled_from(["", "0", "-1", "1h", "99999999999999999999", "PORT", "h2c", "nan", "a.b/c", "http", "Yg"]),
)
_values = st.recursive(_scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_text, inner, max_size=3))


def _places(node: object) -> Iterator[tuple[object, object]]:
    """Every key of every mapping and every position of every list, with what it is in."""
    keys = list(node) if isinstance(node, dict) else list(range(len(node))) if isinstance(node, list) else []
    for key in keys:
        yield node, key
        yield from _places(node[key])  # type: ignore[index]


@st.composite
def mutants(draw: st.DrawFn) -> list[dict[str, object]]:
    documents = copy.deepcopy(_documents)
    for _ in range(draw(st.integers(1, 3))):
        node, key = draw(st.sampled_from(list(_places(documents))))
        change = draw(st.sampled_from(["set", "set", "remove", "add"]))
        if change == "remove":
            del node[key]  # type: ignore[attr-defined]
        elif change == "add" and isinstance(node, dict):
            node[draw(_text)] = draw(_values)
        else:
            node[key] = draw(_values)  # type: ignore[index]
        if not documents:
            break
    return documents


@settings(deadline=None, max_examples=300)
@given(mutants())
def test_reading_raises_nothing_but_the_list_of_mistakes(documents: list[dict[str, object]]) -> None:
    text = yaml.safe_dump_all(documents, sort_keys=False)
    complaints = Complaints()
    manifests = read(read_text(text, "mutant.yaml", complaints), complaints)
    if not complaints.problems:
        assert all(service.name and service.template.container.image for service in manifests.services)
        return
    with pytest.raises(ManifestErrors) as raised:
        complaints.raise_if_any()
    assert all(problem.file == "mutant.yaml" and problem.line >= 1 for problem in raised.value.problems)


def test_the_unchanged_documents_are_valid() -> None:
    complaints = Complaints()
    read(parse_documents(yaml.safe_dump_all(_documents), "valid.yaml"), complaints)
    assert complaints.problems == []
