"""The chart's Postgres and Valkey on the test bench, their primaries killed under load, again and again.

`knative/testbench/failover.sh` runs it in the cluster's network namespace, with its resolver.
"""

import argparse
import os
import platform
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from knative.testbench.failover import install, load, members, report
from knative.testbench.kubectl import secret
from shared.database import make_engine
from shared.redis_client import make_client

WAYS = ("process", "pod", "frozen")
WRITERS = 4
SETTLED_WITHIN_S = 300.0
GO_ON_WITHIN_S = 180.0
QUIET_S = 3.0  # under load and with all members, before the next kill
LOOKED_FOR = 2000


def measure(subject: members.Members, writers: load.Writers, ways: Sequence[str], socket: str) -> list[report.Kill]:
    """Kill the primary in each of some ways, and wait each time until writes go on and all members are there."""
    kills = []
    for how in ways:
        members.wait_until(subject.settled, SETTLED_WITHIN_S, f"{subject.what} with all its members")
        time.sleep(QUIET_S)
        old, load_average, killed_s = subject.primary() or "", os.getloadavg()[0], time.time()
        members.kill(subject, old, how, socket)
        members.wait_until(partial(_goes_on, writers, killed_s), GO_ON_WITHIN_S, "acknowledged writes")
        members.wait_until(subject.settled, SETTLED_WITHIN_S, f"{subject.what} with all its members")
        now_s = time.time()
        made = report.Kill(
            what=subject.what, how=how, old=old, new=subject.primary() or "", load_average=load_average,
            gap_s=writers.record.gap_s(killed_s - 0.5, now_s), settled_s=now_s - killed_s,
        )  # fmt: skip
        kills.append(made)
        sys.stderr.write(f"{made}\n")
    return kills


def _goes_on(writers: load.Writers, killed_s: float) -> bool:
    """Whether several writes were acknowledged in the last second, some time after the kill."""
    now_s = time.time()
    recent = [at_s for at_s in writers.record.acknowledged_s[-50:] if at_s > now_s - 1.0]
    return now_s > killed_s + 5.0 and len(recent) > WRITERS


def on_postgres(namespace: str, mode: str, ways: Sequence[str], socket: str) -> str:
    engine = make_engine(secret(namespace, "database-owner")["url"], pool_size=WRITERS, application_name="failover")
    load.make_table(engine)
    with load.postgres_writers(engine, WRITERS) as writers:
        kills = measure(members.postgres(namespace, mode), writers, ways, socket)
    return report.of_postgres(mode, kills, writers.record, *load.lost(engine, writers.record))


def on_valkey(namespace: str, ways: Sequence[str], socket: str) -> str:
    kept = secret(namespace, "shop-redis")
    client = make_client(kept["url"], pool_size=WRITERS, name="failover")
    with load.valkey_writers(client, WRITERS) as writers:
        kills = measure(members.valkey(namespace, kept["password"]), writers, ways, socket)
    last = writers.record.keys[-LOOKED_FOR:]
    return report.of_valkey(kills, writers.record, len(last), sum(client.exists(load.valkey_key(key)) for key in last))


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m knative.testbench.failover.bench", description=__doc__)
    parser.add_argument("--mode", choices=sorted(members.SELECTORS), required=True)
    parser.add_argument("--kills", type=int, default=6, help="of each, by turns in each way")
    parser.add_argument("--only", choices=["postgres", "valkey"])
    parser.add_argument("--report", type=Path, help="the file of the page; without it, it is printed")
    given = parser.parse_args(arguments)
    socket = f"{os.environ['CLUSTER_STATE']}/run/containerd.sock"
    ways = [WAYS[index % len(WAYS)] for index in range(given.kills)]
    namespace, parts = install.namespace_of(given.mode), []
    if given.only != "valkey":
        parts.append(on_postgres(namespace, given.mode, ways, socket))
    if given.only != "postgres":
        parts.append(on_valkey(namespace, ways, socket))
    machine = f"{os.cpu_count()} cores, {platform.system()} {platform.release()}"
    text = report.page(parts, mode=given.mode, writers=WRITERS, machine=machine, now=datetime.now(UTC))
    if given.report:
        given.report.write_text(text, encoding="utf-8")
    else:
        sys.stdout.write(text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
