"""What a load spends, process by process: a figure that says nearly the same on a busy machine as on one that idles.

A rate is as good as the machine's other programs let it be; processor time is what was used. (Not quite the same: who
shares a core's caches, or its other half, takes longer for the same.) It is what the kernel counts for a process, so
over some hundred requests, and divided by them.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

import psutil
import redis

from knative.local.parts import valkey
from tests.bench import machine
from tests.bench.bench import Bench
from tests.promises import faults

# What the parts that are no function are called here; a function has its own name.
PARTS = {"gateway": "Envoy", "postgres": "Postgres", "redis": "Valkey", "broker": "broker", "engine": "engine"}
ENDED = "instances that ended"
# Reading counts as a transaction, too; the log is what has to be on disk.
POSTGRES = """
    SELECT xact_commit, (pg_current_wal_lsn() - '0/0')::bigint FROM pg_stat_database WHERE datname = current_database()
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """Since the stack is up: processor time by process, with whose it is; and what was asked of both stores."""

    instances_s: Mapping[int, tuple[str, float]]
    parts_s: Mapping[str, float]
    ended_instances_s: float
    transactions: int
    wal_bytes: int
    redis_commands: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Each:
    """What one request costs, the most expensive first; the load generator is not in it."""

    processor_ms: Mapping[str, float]
    transactions: float
    wal_bytes: float
    redis_commands: float

    @property
    def total_ms(self) -> float:
        return sum(self.processor_ms.values())

    def __str__(self) -> str:
        parts = ", ".join(f"{name} {ms:.2f}" for name, ms in self.processor_ms.items() if ms >= 0.01)
        return (
            f"{parts} ms; {self.transactions:.1f} transactions, {self.wal_bytes / 1000:.1f} kB of write-ahead log, "
            f"{self.redis_commands:.1f} commands of Redis, those in its script included"
        )


def so_far(bench: Bench) -> Spent:
    """What the stack of a bench has used so far."""
    pids = bench.pids()
    instances = {}
    for record in (bench.home.run / "instances").glob("[0-9]*"):
        with suppress(FileNotFoundError, psutil.NoSuchProcess):
            told = json.loads(record.read_bytes())
            times = psutil.Process(told["pid"]).cpu_times()
            instances[int(told["pid"])] = (str(told["revision"]).rpartition("-")[0], times.user + times.system)
    others = frozenset(pids.values())
    zygote = psutil.Process(pids["zygote"]).cpu_times()
    ((transactions, wal_bytes),) = faults.rows(bench.stack, POSTGRES)
    with redis.Redis.from_url(valkey.url(bench.home.run)) as asked:
        commands = asked.info("stats")["total_commands_processed"]
    return Spent(
        instances_s=instances,
        parts_s={name: machine.cpu_s(pids[part], without=others - {pids[part]}) for part, name in PARTS.items()},
        ended_instances_s=zygote.children_user + zygote.children_system,
        transactions=int(str(transactions)), wal_bytes=int(str(wal_bytes)), redis_commands=int(commands),
    )  # fmt: skip


def between(before: Spent, after: Spent, count: int) -> Each:
    """What one of `count` requests has cost. Of an instance that ended in between, its name is not known any more."""
    spent_s: dict[str, float] = defaultdict(float, Counter(after.parts_s))
    for name, s in before.parts_s.items():
        spent_s[name] -= s
    for pid, (name, s) in after.instances_s.items():
        spent_s[name] += s - before.instances_s.get(pid, (name, 0.0))[1]
    gone_s = sum(s for pid, (_, s) in before.instances_s.items() if pid not in after.instances_s)
    spent_s[ENDED] = after.ended_instances_s - before.ended_instances_s - gone_s
    ordered = sorted(spent_s.items(), key=lambda each: -each[1])
    return Each(
        processor_ms={name: s * 1000 / count for name, s in ordered},
        transactions=(after.transactions - before.transactions) / count,
        wal_bytes=(after.wal_bytes - before.wal_bytes) / count,
        redis_commands=(after.redis_commands - before.redis_commands) / count,
    )
