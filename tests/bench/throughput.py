"""Warm throughput through the front door, against the same function under gunicorn with no gateway."""

from collections.abc import Mapping
from itertools import repeat

from tests.bench.baselines import gunicorn
from tests.bench.bench import PRODUCTS, Bench, say
from tests.bench.connection import get
from tests.bench.figures import Figure
from tests.bench.load import Load, closed_loop
from tests.bench.machine import cpu_s
from tests.bench.percentiles import median_ratio, milliseconds, percentile

ROUNDS = 4
ROUND_S = 2.5
WARM_UP_S = 3.0
CONNECTIONS = 16


def measure(bench: Bench) -> list[Figure]:
    say(f"Throughput: {ROUNDS} rounds of {ROUND_S} s each way, {CONNECTIONS} connections")
    environment = bench.function_environment("list-products")
    ours: list[Load] = []
    theirs: list[Load] = []
    with gunicorn(bench.stack.project, environment, PRODUCTS) as (port, pid):
        sides = (
            (ours, bench.port, bench.request(), bench.pids()),
            (theirs, port, get(PRODUCTS, f"127.0.0.1:{port}"), {"gunicorn": pid, "redis": bench.pids()["redis"]}),
        )
        for _, side_port, request, _ in sides:
            closed_loop(side_port, repeat(request), connection_count=CONNECTIONS, for_s=WARM_UP_S)
        costs: list[dict[str, float]] = [{}, {}]
        for _ in range(ROUNDS):
            for (loads, side_port, request, pids), cost in zip(sides, costs, strict=True):
                before_s = _used_s(pids)
                loads.append(closed_loop(side_port, repeat(request), connection_count=CONNECTIONS, for_s=ROUND_S))
                for name, used_s in _used_s(pids).items():
                    cost[name] = cost.get(name, 0.0) + used_s - before_s[name]
    return [_figure(ours, theirs, costs)]


def _used_s(pids: Mapping[str, int]) -> dict[str, float]:
    """Processor time by part. The engine has started the other parts, which count for themselves."""
    return {name: cpu_s(pid, without=pids.values()) for name, pid in pids.items()}


def _figure(ours: list[Load], theirs: list[Load], costs: list[dict[str, float]]) -> Figure:
    ratio = median_ratio([(a.rate, b.rate) for a, b in zip(ours, theirs, strict=True)])
    error_count = sum(load.error_count for load in (*ours, *theirs))
    return Figure(
        what="throughput through the front door to gunicorn alone",
        wanted="at least 0.9",
        measured=f"{ratio:.2f}",
        met=ratio >= 0.9 and not error_count,
        values={
            "ratio": ratio,
            "errors": error_count,
            "front_door_rates": [load.rate for load in ours],
            "gunicorn_rates": [load.rate for load in theirs],
            "front_door_cpu_s": costs[0],
            "gunicorn_cpu_s": costs[1],
        },
        notes=(_side("front door", ours, costs[0]), _side("gunicorn", theirs, costs[1])),
    )


def _side(name: str, loads: list[Load], cost: Mapping[str, float]) -> str:
    count = sum(load.answered_count for load in loads)
    latencies_s = [each for load in loads for each in load.latencies_s]
    parts = ", ".join(f"{part} {used_s / count * 1e6:,.0f}" for part, used_s in cost.items())
    generator_us = sum(load.generator_cpu_s for load in loads) / count * 1e6
    rate = count / sum(load.duration_s for load in loads)
    return (
        f"{name}: {rate:,.0f} a second, p50 {milliseconds(percentile(latencies_s, 50))}, p99 "
        f"{milliseconds(percentile(latencies_s, 99))}; processor time of one request in µs: {parts}; "
        f"the load generator's {generator_us:,.0f}"
    )
