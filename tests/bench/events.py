"""How many events a second are accepted, durable, in batches of a hundred."""

from tests.bench.bench import Bench, say
from tests.bench.figures import Figure
from tests.bench.load import closed_loop
from tests.bench.people import batches
from tests.bench.percentiles import milliseconds, percentile
from tests.promises import faults

BATCH = 100
CONNECTIONS = 4
WARM_UP_S = 2.0
FOR_S = 8.0
STORED = "SELECT count(*) FROM analytics.events WHERE source = '/bench'"


def measure(bench: Bench) -> list[Figure]:
    say(f"Events: batches of {BATCH} on {CONNECTIONS} connections for {FOR_S:.0f} s")
    requests = batches(bench, BATCH)
    closed_loop(bench.port, requests, connection_count=CONNECTIONS, for_s=WARM_UP_S)
    before = int(str(faults.value(bench.stack, STORED)))
    load = closed_loop(bench.port, requests, connection_count=CONNECTIONS, for_s=FOR_S)
    stored = int(str(faults.value(bench.stack, STORED))) - before
    rate = BATCH * load.rate
    return [
        Figure(
            what=f"events accepted a second, in batches of {BATCH}",
            wanted="at least 5,000",
            measured=f"{rate:,.0f}",
            # The last batches were sent and not waited for: they may be stored too.
            met=rate >= 5000 and not load.error_count and stored >= BATCH * load.answered_count,
            values={
                "rate": rate,
                "errors": load.error_count,
                "accepted": BATCH * load.answered_count,
                "stored": stored,
            },
            notes=(
                f"{load.answered_count:,} batches, p50 {milliseconds(percentile(load.latencies_s, 50))}, p99 "
                f"{milliseconds(percentile(load.latencies_s, 99))}; {stored:,} stored; generator "
                f"{load.generator_cpu_s / load.duration_s:.0%} of a core",
            ),
        )
    ]
