"""The autoscaler against Knative's own answers: 60 scenarios, run through Knative Serving v0.50.0's code."""

import gzip
import io
import json
from pathlib import Path

import pytest

from knative.local.autoscaler import replay
from shared.errors import ZerocartError

_vectors = gzip.decompress((Path(__file__).parent / "kpa-vectors.jsonl.gz").read_bytes()).decode().splitlines()


@pytest.mark.parametrize("line", _vectors, ids=[json.loads(line)["name"] for line in _vectors])
def test_it_decides_as_knative_does(line: str) -> None:
    expected = json.loads(line)
    answers, out = ("name", "target", "total", "burstCapacity", "decisions"), io.StringIO()
    assert replay.run(io.StringIO(line + "\n"), out) == 0
    assert json.loads(out.getvalue()) == {name: expected[name] for name in answers}


def test_answers_come_in_the_order_of_the_scenarios() -> None:
    out = io.StringIO()
    replay.run(io.StringIO("\n".join(_vectors)), out)
    names = [json.loads(line)["name"] for line in out.getvalue().splitlines()]
    assert names == [json.loads(line)["name"] for line in _vectors]


def test_a_line_that_is_no_scenario_is_named() -> None:
    with pytest.raises(ZerocartError, match="stdin:2: not a scenario"):
        replay.run(io.StringIO(_vectors[0] + '\n{"name": 1}\n'), io.StringIO())
