"""The chart's Postgres and Valkey on the test bench, and their primaries killed under load, again and again.

    in.sh with a resolver of the cluster (see failover.sh): python -m knative.testbench.failover.bench
        --namespace ha --mode patroni [--kills 6] [--report docs/measurements/2026-11-28-failover.md]

Three ways: `process`, kill -9 of everything in the primary's container, which comes back on its own; `pod`, whose Pod is
deleted without grace, and which its StatefulSet or operator makes anew; and `frozen`, SIGSTOP of everything in the
container, as of a node that hangs, until another leads. Each is of one machine: there is no second node to lose here, and no
disk is lost either.
"""

import argparse
import json
import os
import platform
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psutil

from knative.testbench.failover import load
from shared.database import make_engine
from shared.redis_client import make_client

CTR = ("ctr", "--address", "/var/tmp/cluster/run/containerd.sock", "--namespace", "k8s.io")  # noqa: S108
SETTLED_WITHIN_S = 240.0
BACK_WITHIN_S = 120.0
WRITERS = 4
WAYS = ("process", "pod", "frozen")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kill:
    """One primary killed: how, which, who came after, and for how long nothing was acknowledged."""

    what: str
    how: str
    old: str
    new: str
    gap_s: float
    load_average: float
    settled_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A cluster of members: who leads it, and whether all are there again."""

    what: str
    namespace: str
    container: str
    primary: Callable[[], str | None]
    settled: Callable[[], bool]


def kubectl(*words: str) -> str:
    done = subprocess.run(["kubectl", *words], stdout=subprocess.PIPE, text=True, check=True)  # noqa: S603, S607
    return done.stdout


def pods(namespace: str, selector: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(kubectl("-n", namespace, "get", "pods", "-l", selector, "-o", "json"))[
        "items"
    ]
    return found


def kill(subject: Subject, pod: str, how: str) -> None:
    if how == "pod":
        kubectl("-n", subject.namespace, "delete", "pod", pod, "--force", "--grace-period=0", "--wait=false")
        return
    state = json.loads(kubectl("-n", subject.namespace, "get", "pod", pod, "-o", "json"))["status"]["containerStatuses"]
    identity = next(each["containerID"] for each in state if each["name"] == subject.container)
    tasks = subprocess.run([*CTR, "tasks", "ls"], stdout=subprocess.PIPE, text=True, check=True).stdout  # noqa: S603
    process = next(line.split()[1] for line in tasks.splitlines() if line.startswith(identity.removeprefix("containerd://")))
    first = psutil.Process(int(process))  # of a container: takes all others with it
    if how == "process":
        first.kill()
        return
    frozen = [first, *first.children(recursive=True)]
    for each in frozen:
        each.send_signal(signal.SIGSTOP)
    try:
        wait_until(lambda: subject.primary() not in {None, pod}, BACK_WITHIN_S, "another primary")
    finally:
        first.kill()


def measure(subject: Subject, writers: load.Writers, ways: Sequence[str]) -> list[Kill]:
    """Kill the primary once for each way, and wait each time until writes go on and all members are there."""
    kills = []
    for how in ways:
        wait_until(subject.settled, SETTLED_WITHIN_S, f"{subject.what} with all its members")
        time.sleep(3)  # under load, and quiet: what the last kill cost is over
        old = subject.primary() or ""
        load_average = os.getloadavg()[0]
        killed_s = time.time()
        kill(subject, old, how)
        wait_until(lambda: went_on(writers, killed_s), BACK_WITHIN_S, "acknowledged writes")
        wait_until(subject.settled, SETTLED_WITHIN_S, f"{subject.what} with all its members")
        settled_s = time.time() - killed_s
        gap_s = writers.record.gap_s(killed_s - 0.5, time.time())
        made = Kill(
            what=subject.what, how=how, old=old, new=subject.primary() or "", gap_s=gap_s, load_average=load_average,
            settled_s=settled_s,
        )  # fmt: skip
        kills.append(made)
        print(made, file=sys.stderr, flush=True)
    return kills


def went_on(writers: load.Writers, killed_s: float) -> bool:
    """Whether writes are acknowledged now, and were for a second, after a gap or without one."""
    recent = [at_s for at_s in writers.record.acknowledged_s[-200:] if at_s > time.time() - 1.0]
    return time.time() > killed_s + 5.0 and len(recent) > WRITERS


def wait_until(condition: Callable[[], object], within_s: float, what: str) -> None:
    deadline_s = time.monotonic() + within_s
    while not condition():
        if time.monotonic() > deadline_s:
            raise TimeoutError(f"{what} not within {within_s} s")
        time.sleep(0.25)


def postgres(namespace: str, mode: str) -> Subject:
    selector, leads = {
        "patroni": ("app.kubernetes.io/component=postgres", {"role": "primary"}),
        "cloudnativepg": ("cnpg.io/cluster=shop-db,cnpg.io/podRole=instance", {"cnpg.io/instanceRole": "primary"}),
    }[mode]

    def primary() -> str | None:
        for pod in pods(namespace, selector):
            metadata = pod["metadata"]
            assert isinstance(metadata, dict)
            if leads.items() <= metadata["labels"].items():
                return str(metadata["name"])
        return None

    def settled() -> bool:
        return primary() is not None and ready(pods(namespace, selector), 3)

    return Subject(what=mode, namespace=namespace, container="postgres", primary=primary, settled=settled)


def valkey(namespace: str, password: str) -> Subject:
    import redis  # noqa: PLC0415

    selector = "app.kubernetes.io/component=valkey"

    def states() -> list[dict[str, object]]:
        found = []
        for index in range(3):
            host = f"shop-valkey-{index}.shop-valkey.{namespace}.svc.cluster.local"
            with redis.Redis(host, 26379, password=password, socket_timeout=2, protocol=2) as sentinel:
                found.append(sentinel.sentinel_master("mymaster"))
        return found

    def primary() -> str | None:
        return str(states()[0]["ip"]).partition(".")[0]

    def settled() -> bool:
        if not ready(pods(namespace, selector), 3):
            return False
        try:
            known = states()
        except redis.RedisError:
            return False
        if len({str(state["ip"]) for state in known}) != 1:
            return False
        host = str(known[0]["ip"])
        with redis.Redis(host, 6379, password=password, socket_timeout=2, protocol=2) as server:
            try:
                return int(server.info("replication")["connected_slaves"]) == 2
            except redis.RedisError:
                return False

    return Subject(what="valkey", namespace=namespace, container="valkey", primary=primary, settled=settled)


def ready(found: Sequence[dict[str, object]], count: int) -> bool:
    def is_ready(pod: dict[str, object]) -> bool:
        status, metadata = pod["status"], pod["metadata"]
        assert isinstance(status, dict)
        assert isinstance(metadata, dict)
        conditions = {each["type"]: each["status"] for each in status.get("conditions", [])}
        return conditions.get("Ready") == "True" and "deletionTimestamp" not in metadata

    return sum(map(is_ready, found)) == count


def secret(namespace: str, name: str, key: str) -> str:
    import base64  # noqa: PLC0415

    found = json.loads(kubectl("-n", namespace, "get", "secret", name, "-o", "json"))["data"][key]
    return base64.b64decode(found).decode()


def table(kills: Sequence[Kill]) -> str:
    lines = ["| killed | how | leads after | no write acknowledged for | all members back after | load average |", "|---|---|---|---|---|---|"]
    lines += [
        f"| {one.old} | {one.how} | {one.new} | {one.gap_s:.2f} s | {one.settled_s:.0f} s | {one.load_average:.0f} |"
        for one in kills
    ]
    return "\n".join(lines)


def summary(kills: Sequence[Kill]) -> str:
    gaps = sorted(one.gap_s for one in kills)
    return f"{len(gaps)} kills; without an acknowledged write: median {statistics.median(gaps):.2f} s, least {gaps[0]:.2f} s, longest {gaps[-1]:.2f} s."


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m knative.testbench.failover.bench")
    parser.add_argument("--namespace", default="ha")
    parser.add_argument("--mode", choices=["patroni", "cloudnativepg"], required=True)
    parser.add_argument("--kills", type=int, default=6)
    parser.add_argument("--only", choices=["postgres", "valkey"])
    parser.add_argument("--report", type=Path)
    given = parser.parse_args(arguments)
    ways = [WAYS[index % len(WAYS)] for index in range(given.kills)]
    parts = []
    if given.only != "valkey":
        engine = make_engine(secret(given.namespace, "database-owner", "url"), pool_size=WRITERS, application_name="failover")
        load.make_table(engine)
        with load.postgres_writers(engine, WRITERS) as writers:
            kills = measure(postgres(given.namespace, given.mode), writers, ways)
        missing, untold = load.lost(engine, writers.record)
        record = writers.record
        parts.append(
            f"## Postgres: {given.mode}\n\n{summary(kills)} {len(record.keys)} rows were acknowledged, **{missing} of them are"
            f" missing**; {untold} are there whose commit nobody was told of. Refused meanwhile (503 with Retry-After to a"
            f" client): {sum(record.refused.values())}; the slowest refusal took {record.slowest_refusal_s:.2f} s.\n\n{table(kills)}\n"
        )
    if given.only != "postgres":
        client = make_client(secret(given.namespace, "shop-redis", "url"), pool_size=WRITERS, name="failover")
        with load.valkey_writers(client, WRITERS) as writers:
            kills = measure(valkey(given.namespace, secret(given.namespace, "shop-redis", "password")), writers, ways)
        record = writers.record
        there = sum(client.exists(f"failover:{key}") for key in record.keys[-2000:])
        parts.append(
            f"## Valkey with sentinels\n\n{summary(kills)} {len(record.keys)} writes were acknowledged; of the last"
            f" {len(record.keys[-2000:])}, {there} are there (replication does not wait, and nothing of it is needed). A call that"
            f" was refused took {record.slowest_refusal_s:.2f} s at most, {sum(record.refused.values())} were.\n\n{table(kills)}\n"
        )
    text = "\n".join(parts)
    print(text)
    if given.report:
        given.report.write_text(heading(given.mode) + text, encoding="utf-8")
    return 0


def heading(mode: str) -> str:
    now = datetime.now(UTC)
    return (
        f"# Failover on the test bench, {now:%Y-%m-%d}\n\nMade by `knative/testbench/failover.sh {mode}` at {now:%H:%M} UTC: one"
        f" machine ({os.cpu_count()} cores, {platform.system()} {platform.release()}), one node of a real Kubernetes, the chart's"
        f" own templates; {WRITERS} threads write all the time through the shop's own clients, by the Service, as a function does."
        " `process` is kill -9 of all that is in the primary's container, `pod` the deletion of its Pod without grace, `frozen`"
        " SIGSTOP of all in it until another leads, as of a node that hangs. All members share"
        " this machine's disk, so no figure here is of a node or a disk that is lost; and where the load average is above 2,"
        " the processes waited for a core as well.\n\n"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
