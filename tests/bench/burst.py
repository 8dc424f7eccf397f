"""A burst that finds the shop at zero: requests at a rate, each counted from when it was due."""

from itertools import repeat

from tests.bench.bench import Bench, say
from tests.bench.figures import Figure
from tests.bench.load import open_loop
from tests.bench.percentiles import milliseconds, percentile

# The load that gave 15 % of 502 on Knative (knative/serving#9888).
RATE = 700.0
FOR_S = 30.0


def measure(bench: Bench) -> list[Figure]:
    with bench.quiet():
        bench.wait_for_zero()
    say(f"Burst from zero: {RATE:.0f} requests a second for {FOR_S:.0f} s")
    load = open_loop(bench.port, repeat(bench.request()), rate=RATE, for_s=FOR_S)
    p99_s = percentile(load.latencies_s, 99) if load.latencies_s else float("inf")
    p50_s = percentile(load.latencies_s, 50) if load.latencies_s else float("inf")
    statuses = {str(status or "none"): count for status, count in sorted(load.statuses.items())}
    return [
        Figure(
            what=f"burst from zero, {RATE:.0f} a second for {FOR_S:.0f} s",
            wanted="no error, p99 under 1 s",
            measured=f"{load.error_count} errors, p99 {milliseconds(p99_s)}",
            met=load.error_count == 0 and p99_s < 1.0,
            values={
                "errors": load.error_count, "statuses": statuses, "p50_s": p50_s, "p99_s": p99_s,
                "slowest_s": max(load.latencies_s, default=float("inf")),
                "instances": bench.counts()["list-products"],
            },
            notes=(
                f"{load.answered_count:,} answers, p50 {milliseconds(p50_s)}, slowest "
                f"{milliseconds(max(load.latencies_s, default=float('inf')))}, "
                f"{bench.counts()['list-products']} instances at the end",
            ),
        )
    ]  # fmt: skip
