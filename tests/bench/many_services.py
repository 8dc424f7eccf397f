"""Hundreds of Services at zero: what each costs, how long a new one takes to answer, how many can start at once.

All are of one image, each with its own revision and socket. They are called at the front door by their Knative hosts.
"""

import time
from collections.abc import Iterator
from typing import Any

import yaml

from tests.bench import machine, memory
from tests.bench.bench import Bench, apply, say
from tests.bench.connection import call_once
from tests.bench.figures import Figure
from tests.bench.load import open_loop

COUNT = 500
STARTED_COUNT = 100
AT_ONCE_PER_S = 1000.0  # the starts are asked for within a moment, and take as long as they take
IDLE_S = 20.0
WANTED_BYTES, WANTED_CPU_SHARE, WANTED_ROUTE_S, WANTED_STARTS_PER_S = 0.5e6, 0.0001, 1.0, 40.0
ANSWER_WITHIN_S = 20.0
APPLIED_WITHIN_S = 600.0
PATH = "/"


def measure(bench: Bench) -> list[Figure]:
    say(f"Many Services: {COUNT} of them, at zero")
    with bench.quiet():
        bench.wait_for_zero()
        before_bytes, before_cpu_s = memory.total_bytes(bench), _idle_cpu_s(bench)
        began_s = time.perf_counter()
        apply(bench.stack, [_service(bench, f"many-{number}") for number in range(COUNT)], APPLIED_WITHIN_S)
        applied_s = time.perf_counter() - began_s
        bench.wait_for_zero()
        each_bytes = (memory.total_bytes(bench) - before_bytes) / COUNT
        each_cpu_share = (_idle_cpu_s(bench) - before_cpu_s) / IDLE_S / COUNT
        route_s = _new_route_s(bench)
        bench.wait_for_zero()
        per_s, errors = _starts(bench)
    return [
        Figure(
            what=f"{COUNT} Services at zero: memory and processor of each",
            wanted="0.5 MB, 0.01 %",
            measured=f"{each_bytes / 1e6:.2f} MB, {each_cpu_share:.4%}",
            met=each_bytes <= WANTED_BYTES and each_cpu_share <= WANTED_CPU_SHARE,
            values={"each_bytes": each_bytes, "each_cpu_share": each_cpu_share, "applied_s": applied_s},
            notes=(
                f"over those of the shop; all {COUNT} were applied, and had started once each, in {applied_s:.0f} s",
                f"processor: of one core, over {IDLE_S:.0f} s without a request",
            ),
        ),
        Figure(
            what=f"a Service more beside {COUNT}: from `apply` to its first answer",
            wanted="at most 1 s",
            measured=f"{route_s:.2f} s",
            met=route_s <= WANTED_ROUTE_S,
            values={"route_s": route_s},
            notes=("with the start of the command itself",),
        ),
        Figure(
            what="cold starts a second, all of different Services",
            wanted="at least 40",
            measured=f"{per_s:.0f}",
            met=per_s >= WANTED_STARTS_PER_S and not errors,
            values={"per_s": per_s, "errors": errors},
            notes=(f"{STARTED_COUNT} asked for at once, each counted when it has answered; {errors} errors",),
        ),
    ]


def _service(bench: Bench, name: str) -> dict[str, Any]:
    path = bench.stack.project / "functions" / "get_jwks" / "service.yaml"
    document: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    document["metadata"]["name"] = name
    return document


def _idle_cpu_s(bench: Bench) -> float:
    """Processor time of the whole stack over IDLE_S without a request."""
    pids = bench.pids()

    def spent_s() -> float:
        return sum(machine.cpu_s(pid, without=pids.values()) for pid in pids.values())

    before_s = spent_s()
    time.sleep(IDLE_S)
    return spent_s() - before_s


def _new_route_s(bench: Bench) -> float:
    """Seconds from `apply` of one more Service until its host answers."""
    began_s = time.perf_counter()
    apply(bench.stack, [_service(bench, "one-more")])
    while call_once(bench.port, bench.request(PATH, "one-more.shop.localhost"), ANSWER_WITHIN_S)[0] != 200:
        assert time.perf_counter() - began_s < ANSWER_WITHIN_S, "the new Service does not answer"
    return time.perf_counter() - began_s


def _starts(bench: Bench) -> tuple[float, int]:
    """Ask each of some Services at zero once: starts a second, and how many were not answered with 200."""

    def requests() -> Iterator[bytes]:
        for number in range(STARTED_COUNT):
            yield bench.request(PATH, f"many-{number}.shop.localhost")

    began_s = time.perf_counter()
    load = open_loop(bench.port, requests(), rate=AT_ONCE_PER_S, for_s=ANSWER_WITHIN_S)
    return load.answered_count / (time.perf_counter() - began_s), load.error_count
