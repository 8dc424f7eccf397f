"""A replay during which processes die, one after another at random: nothing is lost, nothing is there twice.

What is killed and when comes from a seed. Events are sent all the while too. At the end the books are held against one
another: what was acknowledged, the orders, the provider's ledger, the stock, the events.
"""

import json
import random
import secrets
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from knative.local.retail.dataset import read_sales
from knative.local.retail.plan import plan
from tests.bench.bench import Bench, say
from tests.bench.figures import Figure
from tests.promises import books, faults
from tests.promises.customers import insist

EVERY_S = 2.0
SPREAD_S = 0.8
THERE_WITHIN_S = 300.0  # how soon a part is back is another figure
INSTANCE = "an instance"
STRUCTURED = {"content-type": "application/cloudevents+json"}
FINISHED_WITHIN_S = 1800.0
SOURCE = "/bench/kills"


@dataclass(slots=True, kw_only=True)
class Killer:
    """Kills a random process every two seconds or so, until so many have died or it is told that all is over."""

    bench: Bench
    seed: int
    kill_count: int
    killed: Counter[str] = field(default_factory=Counter)
    over: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        chance = random.Random(self.seed)
        while self.killed.total() < self.kill_count:
            if self.over.wait(chance.uniform(EVERY_S - SPREAD_S, EVERY_S + SPREAD_S)):
                return
            victim = chance.choice((*faults.PARTS, INSTANCE, INSTANCE))
            if victim != INSTANCE:
                faults.kill_part(self.bench.stack, victim, THERE_WITHIN_S)
                self.killed[victim] += 1
            elif faults.kill_instance(self.bench.stack, chance):
                self.killed[INSTANCE] += 1


@dataclass(slots=True, kw_only=True)
class Reporter:
    """Sends one event after the other, each until it is answered."""

    bench: Bench
    accepted: list[str] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        while not self.over.wait(0.05):
            event = {"specversion": "1.0", "id": secrets.token_hex(12), "source": SOURCE, "type": "bench.killed"}
            reply = insist(self.bench.stack, "POST", "/api/events", event, STRUCTURED, within_s=THERE_WITHIN_S)
            assert reply.status == 202, reply
            self.accepted.append(event["id"])


def measure(bench: Bench, file: Path, kill_count: int, seed: int) -> list[Figure]:
    say(f"Kills: {kill_count} at random (seed {seed}) while {file.name} is replayed")
    bench.stack.run("seed", str(file))
    at_start = books.stock(bench.stack) + books.units_sold(bench.stack)
    killer = Killer(bench=bench, seed=seed, kill_count=kill_count)
    reporter = Reporter(bench=bench)
    with ThreadPoolExecutor(3) as threads:
        running = [threads.submit(killer.run), threads.submit(reporter.run)]
        try:
            report = _replay(bench, file, kill_count)
        finally:
            killer.over.set()
            reporter.over.set()
        for each in running:
            each.result()
    books.wait_until_settled(bench.stack)
    wrong = books.disagreements(bench.stack, stock_and_sold=at_start)
    stored = faults.rows(bench.stack, "SELECT id FROM analytics.events WHERE source = %s", SOURCE)
    lost_events = set(reporter.accepted) - {str(event_id) for (event_id,) in stored}
    lost = len(report["agreement"]["missing"]) + report["uncertain_count"] + len(lost_events)
    died = ", ".join(f"{name} {count}" for name, count in sorted(killer.killed.items()))
    return [
        Figure(
            what=f"lost or doubled over {killer.killed.total()} random kills",
            wanted="0",
            measured=f"{lost} lost, {len(wrong)} disagreements",
            met=not lost and not wrong and bool(report["agreement"]["agrees"]) and report["placed"] > 0,
            values={
                "lost": lost, "wrong": wrong, "placed": report["placed"], "events": len(reporter.accepted),
                "killed": dict(killer.killed), "seed": seed, "duration_s": report["duration_s"],
            },
            notes=(
                f"seed {seed}; died: {died}; {report['placed']:,} orders placed in {report['duration_s']:.0f} s, "
                f"{report['retried']['orders']:,} of them asked for again; {len(reporter.accepted):,} events accepted",
                *wrong[:5],
            ),
        )
    ]  # fmt: skip


def _replay(bench: Bench, file: Path, kill_count: int) -> dict[str, Any]:
    """Place the file's orders at a rate that leaves time for so many kills; the report."""
    order_count = len(plan(read_sales(file)).placements)
    rate = order_count / (kill_count * EVERY_S)
    output = bench.stack.run("replay", str(file), "--rate", f"{rate:.3f}", "--json", timeout_s=FINISHED_WITHIN_S)
    found: dict[str, Any] = json.loads(output)
    return found
