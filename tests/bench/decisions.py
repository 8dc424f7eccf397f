"""The autoscaler against Knative's own answers: how many scenarios agree in every decision."""

import gzip
import io
import json

from knative.local.autoscaler import replay
from tests.bench.bench import say
from tests.bench.figures import Figure
from tests.stack import PROJECT

VECTORS = PROJECT / "tests" / "unit" / "knative" / "local" / "autoscaler" / "kpa-vectors.jsonl.gz"
ANSWERS = ("name", "target", "total", "burstCapacity", "decisions")


def measure() -> list[Figure]:
    say("Decisions: the autoscaler against Knative's")
    lines = gzip.decompress(VECTORS.read_bytes()).decode()
    out = io.StringIO()
    replay.run(io.StringIO(lines), out)
    ours = [json.loads(line) for line in out.getvalue().splitlines()]
    theirs = [{name: each[name] for name in ANSWERS} for each in map(json.loads, lines.splitlines())]
    agreed = sum(one == other for one, other in zip(ours, theirs, strict=True))
    return [
        Figure(
            what="scenarios in which the autoscaler decides as Knative's code does",
            wanted="all",
            measured=f"{agreed} of {len(theirs)}",
            met=agreed == len(theirs),
            values={"agreed": agreed, "scenarios": len(theirs)},
            notes=(f"{sum(len(each['decisions']) for each in theirs):,} decisions in all",),
        )
    ]
