"""The autoscaler against Knative's own, on scenarios made here: `python -m tests.conformance.autoscaler`.

The answers come from Knative Serving's code itself (`knative/oracle`, built by Go), on a simulated clock. Ours must be
equal to the last digit. A scenario is a shape of load, a way in which it is reported, pods that follow it or do not,
and whatever annotations Knative's webhook allows.
"""

import argparse
import io
import json
import math
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from knative.local.autoscaler import replay
from tests.conformance.building import BUILT, MODULE

PREFIX = "autoscaling.knative.dev/"
SHAPES = ("steady", "ramp", "burst", "sawtooth", "on-off", "spikes", "steps", "wander", "wave", "flood")
REPORTS = ("every second", "missing seconds", "hole", "quiet is unrecorded", "two reports", "late start")
PODS = ("lagging", "random", "constant", "none")


def scenarios(seed: int, count: int) -> Iterator[dict[str, Any]]:
    """Scenarios, the same for the same seed."""
    chance = random.Random(seed)
    for number in range(count):
        shape, reports, pods = SHAPES[number % 10], REPORTS[number // 2 % 6], chance.choice(PODS)
        duration = chance.randrange(30, 400)
        annotations = _annotations(chance)
        ready = chance.choice((0, 0, 1, 2, 5, 20))
        yield {
            "name": f"{number:04d} {shape}, {reports}, {pods} pods",
            "annotations": annotations,
            "containerConcurrency": chance.choice((0, 0, 1, 2, 10, 50, 1000)),
            "reachable": chance.random() < 0.85,
            "initialReady": ready,
            "duration": duration,
            "samples": list(_samples(chance, (shape, reports, pods), duration, ready)),
        }


def _annotations(chance: random.Random) -> dict[str, str]:
    """What a manifest may say; each key in one time of two."""
    is_rps = chance.random() < 0.3
    least = chance.randrange(5)
    most = chance.choice((0, least + chance.randrange(1, 40)))
    activation = chance.randrange(2, 8)
    found: dict[str, object] = {
        "metric": "rps" if is_rps else "concurrency",
        "target": chance.choice((1, 2, 10, 100, 0.01, 0.5, 7.25, 150.125)),
        "target-utilization-percentage": chance.choice((1, 35, 70, 99.5, 100)),
        "target-burst-capacity": chance.choice((-1, 0, 1, 200, 211, 1000.5)),
        "window": chance.choice(("6s", "10s", "37s", "60s", "1m30s", "0.5m", "5m")),
        "panic-window-percentage": chance.choice((1, 5, 10, 12.5, 50, 100)),
        "panic-threshold-percentage": chance.choice((110, 150, 200, 333.3, 1000)),
        "scale-down-delay": chance.choice(("0s", "5s", "30s", "2m")),
        "metric-aggregation-algorithm": chance.choice(("linear", "weighted-exponential", "weightedExponential")),
        "min-scale": least,
        "max-scale": most,
    }
    if activation > least and (most == 0 or activation <= most):
        found["activation-scale"] = activation
    kept = {key: value for key, value in found.items() if (key == "metric" and is_rps) or chance.random() < 0.5}
    if "max-scale" not in kept or "min-scale" not in kept:
        kept.pop("activation-scale", None)
    older = {"min-scale": "minScale", "max-scale": "maxScale", "scale-down-delay": "scaleDownDelay"}
    return {
        PREFIX + (older[key] if key in older and chance.random() < 0.2 else key): str(value)
        for key, value in kept.items()
    }


def _samples(
    chance: random.Random, make: tuple[str, str, str], duration: int, ready: int
) -> Iterator[dict[str, float]]:
    shape, reports, pods = make
    height = chance.choice((0.3, 3, 11.2, 80, 700, 5000))
    offset = chance.choice((0, 0.2, 0.5))
    begins = duration // 3 if reports == "late start" else 0
    hole = range(duration // 3, duration // 3 + chance.randrange(5, 90)) if reports == "hole" else range(0)
    wandering = height
    for second in range(begins, duration):
        wandering = max(0.0, wandering * chance.uniform(0.8, 1.25))
        load = round(wandering if shape == "wander" else height * _share(chance, shape, second, duration), 3)
        if pods == "lagging" and second % 7 == 6:
            ready = max(0, min(500, round(load / 10)))
        elif pods == "random":
            ready = chance.randrange(20)
        elif pods == "none":
            ready = 0
        if second in hole or (reports == "missing seconds" and chance.random() < 0.3):
            continue
        if reports == "quiet is unrecorded" and load == 0:
            yield {"t": second + offset, "ready": ready}
            continue
        for _ in range(2 if reports == "two reports" else 1):
            yield {"t": second + offset, "concurrency": load, "rps": round(load / 3, 3), "ready": ready}


def _share(chance: random.Random, shape: str, second: int, duration: int) -> float:
    """The load at a time, as a share of the most."""
    passed = second / duration
    match shape:
        case "ramp":
            return passed
        case "burst":
            return 1.0 if 0.2 < passed < 0.3 else 0.02
        case "sawtooth":
            return second % 30 / 30
        case "on-off":
            return float(second // 40 % 2 == 0)
        case "spikes":
            return 1.0 if chance.random() < 0.05 else 0.0
        case "steps":
            return (second // 25 % 5) / 4
        case "wave":
            return (1 + math.sin(second / 9)) / 2
        case "flood":
            return 0.0 if passed < 0.5 else 1.0
        case _:
            return 1.0


def knatives_answers(lines: str) -> list[dict[str, Any]]:
    """What Knative's own code answers. Raises CalledProcessError where it cannot be built or takes no scenario."""
    BUILT.mkdir(parents=True, exist_ok=True)
    oracle = BUILT / "oracle.test"
    go = {**os.environ, "GOFLAGS": "-mod=mod"}
    subprocess.run(["go", "test", "-c", "-trimpath", "-o", oracle, "./oracle"], cwd=MODULE, env=go, check=True)
    return ask(oracle, lines)


def ask(oracle: Path, lines: str) -> list[dict[str, Any]]:
    """What a built oracle answers."""
    with tempfile.TemporaryDirectory() as folder:
        given, answers = Path(folder, "scenarios"), Path(folder, "answers")
        given.write_text(lines, encoding="utf-8")
        files = {"SCENARIOS": str(given), "ANSWERS": str(answers)}
        subprocess.run([oracle, "-test.run", "TestAnswers"], env={**os.environ, **files}, check=True)
        return [json.loads(line) for line in answers.read_text(encoding="utf-8").splitlines()]


def our_answers(lines: str) -> list[dict[str, Any]]:
    out = io.StringIO()
    assert replay.run(io.StringIO(lines), out) == 0
    return [json.loads(line) for line in out.getvalue().splitlines()]


def main(arguments: list[str]) -> int:
    """0: all agree."""
    parser = argparse.ArgumentParser(prog="python -m tests.conformance.autoscaler")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=300)
    options = parser.parse_args(arguments)
    made = list(scenarios(options.seed, options.count))
    lines = "".join(f"{json.dumps(each)}\n" for each in made)
    bad = [
        (each["name"], ours, theirs)
        for each, ours, theirs in zip(made, our_answers(lines), knatives_answers(lines), strict=True)
        if ours != theirs
    ]
    decisions = sum(each["duration"] // 2 for each in made)
    sys.stdout.write(f"seed {options.seed}: {len(made) - len(bad)} of {len(made)} agree, {decisions:,} decisions\n")
    for name, ours, theirs in bad:
        first = next(
            (pair for pair in zip(ours["decisions"], theirs["decisions"], strict=True) if pair[0] != pair[1]), ("", "")
        )
        sys.stdout.write(f"{name}: ours {first[0]}, Knative's {first[1]}\n")
    return int(bool(bad))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
