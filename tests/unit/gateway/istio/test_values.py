"""Durations and string matches, as Istio writes them."""

import pytest

from gateway.istio.values import read_duration_s, read_string_match
from shared.yaml_documents import Complaints, Node


def node(value: object) -> Node:
    return Node(file="f.yaml", line=3, path="spec.timeout", value=value)


@pytest.mark.parametrize(
    ("text", "seconds"), [("15s", 15), ("250ms", 0.25), ("1m30s", 90), ("1h", 3600), ("0.5s", 0.5), ("0s", 0)]
)
def test_a_duration_is_read_in_seconds(text: str, seconds: float) -> None:
    complaints = Complaints()
    assert read_duration_s(node(text), complaints) == seconds
    assert complaints.problems == []


@pytest.mark.parametrize("value", ["", "15", "s", "15 s", "-1s", "1x", 15, True])
def test_what_is_no_duration_is_refused(value: object) -> None:
    complaints = Complaints()
    assert read_duration_s(node(value), complaints) is None
    (problem,) = complaints.problems
    assert (problem.file, problem.line, problem.field) == ("f.yaml", 3, "spec.timeout")


def test_an_empty_match_is_refused() -> None:
    complaints = Complaints()
    empty = Node(file="f.yaml", line=4, path="uri.exact", value="")
    read_string_match(
        Node(file="f.yaml", line=3, path="uri", value={"exact": ""}, children={"exact": empty}), complaints
    )
    assert [problem.rule for problem in complaints.problems] == ["must not be empty"]
