"""What a load spends, process by process: a figure that says the same on a busy machine as on one that idles.

A rate is as good as the machine's other programs let it be; processor time is only what was used. Of it, what the
kernel counts for a process, to its ticks of 10 ms: so over some hundred requests, and divided by them.
"""

import json
import os
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

import psutil
import redis

from knative.local.parts import valkey
from tests.bench import machine
from tests.bench.bench import Bench
from tests.promises import faults

# What other programs than the shop's functions are called here; a function has its own name.
PARTS = {"gateway": "Envoy", "postgres": "Postgres", "redis": "Valkey", "engine": "engine"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """Since the stack is up: processor time by who used it, and what was asked of both stores."""

    processor_s: Mapping[str, float]
    commits: int
    wal_bytes: int
    redis_commands: int

    def since(self, before: "Spent", count: int) -> "Each":
        """What one of `count` requests has cost between the two."""
        spent = {name: (s - before.processor_s.get(name, 0.0)) * 1000 / count for name, s in self.processor_s.items()}
        return Each(
            processor_ms={name: ms for name, ms in sorted(spent.items(), key=lambda each: -each[1]) if ms > 0.005},
            commits=(self.commits - before.commits) / count,
            wal_bytes=(self.wal_bytes - before.wal_bytes) / count,
            redis_commands=(self.redis_commands - before.redis_commands) / count,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Each:
    """What one request costs, the most expensive first; the load generator is not in it."""

    processor_ms: Mapping[str, float]
    commits: float
    wal_bytes: float
    redis_commands: float

    @property
    def total_ms(self) -> float:
        return sum(self.processor_ms.values())

    def __str__(self) -> str:
        parts = ", ".join(f"{name} {ms:.2f}" for name, ms in self.processor_ms.items())
        return (
            f"{self.total_ms:.2f} ms of processor time ({parts}), {self.commits:.1f} commits, "
            f"{self.wal_bytes / 1000:.1f} kB of log, {self.redis_commands:.1f} commands of Redis"
        )


def so_far(bench: Bench) -> Spent:
    """What the stack of a bench has used so far. An instance that has ended counts as the zygote's."""
    spent: Counter[str] = Counter()
    pids = bench.pids()
    for part, name in PARTS.items():
        spent[name] += _family_s(pids[part], without=set(pids.values()) - {pids[part]})
    spent["ended instances"] += _ended_children_s(pids["zygote"])
    for record in (bench.home.run / "instances").glob("[0-9]*"):
        with suppress(FileNotFoundError, psutil.NoSuchProcess):
            told = json.loads(record.read_bytes())
            times = psutil.Process(told["pid"]).cpu_times()
            spent[told["revision"].rpartition("-")[0]] += times.user + times.system
    ((commits, wal_bytes),) = faults.rows(
        bench.stack,
        "SELECT xact_commit, pg_current_wal_lsn() - '0/0' FROM pg_stat_database WHERE datname = current_database()",
    )
    with redis.Redis.from_url(valkey.url(bench.home.run)) as asked:
        commands = asked.info("stats")["total_commands_processed"]
    return Spent(processor_s=spent, commits=int(commits), wal_bytes=int(wal_bytes), redis_commands=int(commands))


def _family_s(pid: int, without: set[int]) -> float:
    return machine.cpu_s(pid, without=without)


def _ended_children_s(pid: int) -> float:
    times = psutil.Process(pid).cpu_times()
    return times.children_user + times.children_system
