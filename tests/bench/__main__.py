"""`make bench`: starts a stack of its own, measures it, stops it, prints the figures.

Figures are of this machine, now. What else runs on it moves them; the ratios less so, for both sides are measured in
turns in one run.
"""

import argparse
import json
import shlex
import sys
from collections.abc import Callable, Set
from datetime import UTC, datetime
from pathlib import Path

from tests.bench import (
    burst,
    cold_start,
    decisions,
    edits,
    events,
    first_page,
    function_cost,
    kills,
    logins,
    machine,
    many_services,
    memory,
    orders,
    overload,
    replay,
    rollouts,
    starting,
    throughput,
)  # fmt: skip
from tests.bench.bench import Bench, own_bench
from tests.bench.figures import Figure, as_markdown, as_text
from tests.stack import PROJECT, QUICK_AUTOSCALER

WEEK = PROJECT / "tests" / "data" / "online-retail-2010-12-01-to-07.csv.gz"
GROUPS = (
    "start", "memory", "cold-start", "burst", "throughput", "events", "logins", "orders", "overload", "replay",
    "rollouts", "many-services", "edits", "decisions", "kills", "first-page",
    "function-memory", "function-import",
)  # fmt: skip


def main(arguments: list[str]) -> int:
    """0: every figure that was measured holds; 1: one does not."""
    options = _parser().parse_args(arguments)
    facts = machine.facts()
    figures = _measure(set(options.only or GROUPS), options)
    if options.install:
        figures += starting.measure_installation()
    facts |= {"load at the end": machine.busy(), "command": shlex.join(["python", "-m", "tests.bench", *arguments])}
    if options.write:
        now = datetime.now(UTC)
        file = PROJECT / "docs" / "measurements" / f"{now:%Y-%m-%d}.md"
        file.parent.mkdir(exist_ok=True)
        file.write_text(as_markdown(figures, facts, f"{now:%Y-%m-%d %H:%M} UTC"), encoding="utf-8")
    if options.json:
        found = {"machine": facts, "figures": [figure.as_json() for figure in figures]}
        sys.stdout.write(f"{json.dumps(found, indent=1)}\n")
    else:
        told = "\n".join(f"{name}: {value}" for name, value in facts.items())
        sys.stdout.write(f"{told}\n\n{as_text(figures)}\n")
    return int(any(figure.met is False for figure in figures))


def _measure(groups: Set[str], options: argparse.Namespace) -> list[Figure]:
    on_one_stack: dict[str, Callable[[Bench], list[Figure]]] = {
        "memory": memory.measure,
        "cold-start": cold_start.measure,
        "burst": burst.measure,
        "throughput": throughput.measure,
        "events": events.measure,
        "logins": logins.measure,
        "orders": orders.measure,
        "overload": overload.measure,
        "replay": lambda bench: replay.measure(bench, options.replay),
        "rollouts": rollouts.measure,
        "many-services": many_services.measure,
        "first-page": first_page.measure,
    }
    figures: list[Figure] = []
    if groups & {"start", *on_one_stack}:
        with own_bench() as bench:
            first_s = starting.start(bench)
            if "start" in groups:
                figures += starting.measure(bench, first_s)
            bench.stack.run("apply", "-f", "-", given=QUICK_AUTOSCALER)
            for name, measure in on_one_stack.items():
                if name in groups:
                    figures += measure(bench)
    if "kills" in groups:
        with own_bench() as bench:  # where nobody has placed the orders of this file before
            starting.start(bench)
            figures += kills.measure(bench, options.replay, options.kills, options.seed)
    if "edits" in groups:
        figures += edits.measure()
    if "decisions" in groups:
        figures += decisions.measure()
    if "function-memory" in groups:
        figures += function_cost.measure_memory()
    if "function-import" in groups:
        figures += function_cost.measure_imports()
    return figures


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--only", nargs="+", choices=GROUPS, metavar="NAME", help=f"of {', '.join(GROUPS)}")
    parser.add_argument("--replay", type=Path, default=WEEK, metavar="FILE", help="the data set to replay")
    parser.add_argument("--kills", type=int, default=200, metavar="N", help="how many processes die during a replay")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="which ones, and when")
    parser.add_argument("--install", action="store_true", help="time `make up` in a fresh clone too: it downloads")
    parser.add_argument("--write", action="store_true", help="keep the figures in docs/measurements/<date>.md")
    parser.add_argument("--json", action="store_true", help="for a script")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
