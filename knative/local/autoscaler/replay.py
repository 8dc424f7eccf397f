"""`python -m knative.local autoscaler replay`: recorded load in, every decision out, a scenario a line.

It shows that the autoscaler decides as Knative's does: scenarios with Knative's own answers are in
`tests/unit/knative/local/autoscaler`, and a recording of ours can be replayed through Knative's code too.
"""

import json
from collections.abc import Iterator
from typing import TextIO

import msgspec

from knative.local.autoscaler.bounds import bounds
from knative.local.autoscaler.decider import TICK_S, Memory, decide
from knative.local.autoscaler.load import Windows
from knative.local.autoscaler.settings import Settings
from shared.errors import ZerocartError


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """A report of the second that ends at `t`, or without figures only how many instances are ready from then on."""

    t: float
    ready: int | None = None
    concurrency: float | None = None
    rps: float | None = None


class Scenario(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One revision's life, from t = 0. Answers that it carries are not read."""

    name: str
    annotations: dict[str, str]
    container_concurrency: int
    reachable: bool
    initial_ready: int
    duration: float
    samples: list[Sample]


def run(stdin: TextIO, stdout: TextIO) -> int:
    """Replay each line of `stdin`, write a line of answers for each. Gives the exit status."""
    for number, line in enumerate(stdin, start=1):
        if not line.strip():
            continue
        try:
            scenario = msgspec.json.decode(line, type=Scenario)
        except msgspec.DecodeError as error:  # of ours in all but name: it says what the JSON must be
            raise ZerocartError(f"stdin:{number}: not a scenario: {error}", "one JSON object a line") from error
        stdout.write(json.dumps(replay(scenario), ensure_ascii=False, separators=(",", ":")) + "\n")
    return 0


def replay(scenario: Scenario) -> dict[str, object]:
    """All decisions of a scenario: one every 2 s, each after the reports up to then."""
    settings = Settings.of_revision(
        scenario.annotations, container_concurrency=scenario.container_concurrency, reachable=scenario.reachable
    )
    return {
        "name": scenario.name,
        "target": _shortest(settings.target),
        "total": _shortest(settings.total),
        "burstCapacity": _shortest(settings.target_burst_capacity),
        "decisions": list(_decisions(scenario, settings)),
    }


def _shortest(value: float) -> float:
    """The number that JSON writes without a needless `.0`."""
    return int(value) if value.is_integer() else value


def _decisions(scenario: Scenario, settings: Settings) -> Iterator[dict[str, object]]:
    memory = Memory.at_start(scenario.initial_ready, 0)
    windows = Windows.of(settings)
    ready_count = scenario.initial_ready
    limits = bounds(settings, initial_scale_reached=True)
    samples = iter(scenario.samples)
    sample = next(samples, None)
    for t in range(TICK_S, int(scenario.duration) + 1, TICK_S):
        while sample is not None and sample.t <= t:
            if sample.concurrency is not None or sample.rps is not None:
                windows = windows.record(settings, sample.t, sample.concurrency or 0.0, sample.rps or 0.0)
            ready_count = ready_count if sample.ready is None else sample.ready
            sample = next(samples, None)
        decision, memory = decide(settings, memory, windows.load(settings, t), ready_count, t)
        if decision is None:
            yield {"t": t, "valid": False}
            continue
        yield {
            "t": t,
            "valid": True,
            "desired": decision.desired_count,
            "bounded": limits.apply(decision.desired_count),
            "panic": decision.panic,
            "excessBurstCapacity": decision.excess_burst_capacity,
        }
