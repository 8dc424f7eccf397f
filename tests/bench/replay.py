"""A data set's sale invoices, placed as orders as fast as it goes: nothing lost, and the database agrees."""

import json
from pathlib import Path

from tests.bench.bench import Bench, say
from tests.bench.figures import Figure

GIVEN_UP_S = 900.0
KEPT = ("invoices", "placed", "refused", "retried", "duration_s", "latency_ms")


def measure(bench: Bench, file: Path) -> list[Figure]:
    say(f"Replay: seeding and placing the invoices of {file.name}")
    bench.stack.run("seed", str(file))
    report = json.loads(bench.stack.run("replay", str(file), "--json", timeout_s=GIVEN_UP_S))
    placed, took_s = report["placed"], report["duration_s"]
    lost = len(report["agreement"]["missing"]) + report["uncertain_count"]
    agrees = report["agreement"]["agrees"]
    latency = report["latency_ms"] or {}
    return [
        Figure(
            what=f"replay of {file.name}",
            wanted="nothing lost, the database agrees",
            measured=f"{placed:,} placed, {lost} lost, {'agrees' if agrees else 'does not agree'}",
            met=agrees and lost == 0 and placed > 0,
            values={key: report[key] for key in KEPT},
            notes=(
                f"{took_s:.0f} s, {placed / took_s:.0f} orders a second, refused {report['refused_count']:,}, retried "
                f"{report['retried']['orders']:,}, latency {', '.join(f'{k} {v:.0f} ms' for k, v in latency.items())}",
            ),
        )
    ]
