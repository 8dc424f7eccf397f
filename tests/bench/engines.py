"""The shop on this engine and on the test bench's Knative, on one machine, one after the other, by the same requests.

    python -m tests.bench.engines [--write]

The bench must be up with the shop on it (knative/testbench/README.md). Both engines run the same functions with the
same Postgres and Valkey builds and the same autoscaler settings: here as processes over Unix sockets, there in
containers. Requests are sent from where the front door is, on loopback. Whatever else the machine does moves the
figures: the load is told beside them, and a side measured while others worked is to be measured again.
"""

import argparse
import json
import os
import re
import secrets
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import count, repeat
from pathlib import Path
from typing import Any

import psutil

from tests.bench import machine, memory, starting
from tests.bench.bench import own_bench, say
from tests.bench.connection import call_once, get, post
from tests.bench.load import Load, open_loop
from tests.bench.percentiles import percentile
from tests.contract.conftest import CARD, Customer, Door, join
from tests.stack import PROJECT, QUICK_AUTOSCALER
from tests.waiting import wait_until

TESTBENCH = PROJECT / "knative" / "testbench"
STATE = Path(os.environ.get("CLUSTER_STATE", "/var/tmp/cluster"))
CLUSTER_PORT = 31080
ANSWER_WITHIN_S = 60.0
ZERO_WITHIN_S = 120.0
ROUNDS = 10
COLD = {"get-jwks": "/.well-known/jwks.json", "list-products": "/api/products?limit=5"}
WARM_RATE, WARM_S = 10.0, 30.0
BURSTS = ((100.0, 20.0), (300.0, 20.0))
# As the local engine's tests have it, so that ten rounds take minutes; what happens on the way up is unchanged.
WINDOWS = {"stable-window": "6s", "scale-to-zero-grace-period": "1s"}


class Engine:
    """One side: a front door, and a way to see how many instances a Service has.

    Args:
        counts: how many instances a Service has now; those that are going count.
        memory: what all of it uses at zero, in bytes by part.
    """

    def __init__(self, port: int, count: Callable[[str], int], memory: Callable[[], dict[str, int]]) -> None:
        self.port = port
        self.door = Door(f"http://127.0.0.1:{port}")
        self.count = count
        self.memory = memory

    def wait_for_zero(self, *names: str) -> None:
        wait_until(lambda: not any(self.count(name) for name in names), ZERO_WITHIN_S, f"{', '.join(names)} at zero")

    def measure(self) -> dict[str, Any]:
        """Every figure of this side; times in seconds."""
        found: dict[str, Any] = {"load at the start": machine.busy()}
        say("memory at zero")
        self.wait_for_zero(*COLD)
        found["memory_bytes"] = self.memory()
        say(f"{ROUNDS} times from zero")
        found["cold_s"] = self._from_zero()
        say("warm")
        found["warm"] = {"list-products": self._warm(repeat(self._get("/api/products?limit=5")))}
        found["warm"]["place-order"] = self._warm(self._orders())
        found["bursts"] = [self._burst(rate, for_s) for rate, for_s in BURSTS]
        return found | {"load at the end": machine.busy()}

    def _from_zero(self) -> dict[str, list[float]]:
        took: dict[str, list[float]] = {name: [] for name in COLD}
        for name, path in COLD.items():  # the first of all finds files and databases cold: warm-up
            call_once(self.port, self._get(path), ANSWER_WITHIN_S)
            assert name in took
        for _ in range(ROUNDS):
            self.wait_for_zero(*COLD)
            time.sleep(3)  # Knative routes to its activator again; a cached page has grown old
            for name, path in COLD.items():
                status, took_s = call_once(self.port, self._get(path), ANSWER_WITHIN_S)
                assert status == 200, f"{name} answered {status} from zero"
                took[name].append(took_s)
        return took

    def _warm(self, requests: Iterator[bytes]) -> dict[str, Any]:
        open_loop(self.port, requests, rate=WARM_RATE, for_s=5, last_answers_within_s=ANSWER_WITHIN_S)
        return told(open_loop(self.port, requests, rate=WARM_RATE, for_s=WARM_S))

    def _burst(self, rate: float, for_s: float) -> dict[str, Any]:
        self.wait_for_zero("list-products")
        time.sleep(3)
        say(f"burst from zero, {rate:.0f} a second for {for_s:.0f} s")
        load = open_loop(
            self.port, repeat(self._get("/api/products?limit=5")), rate=rate, for_s=for_s,
            last_answers_within_s=ANSWER_WITHIN_S,
        )  # fmt: skip
        return {"rate": rate, "for_s": for_s, **told(load), "instances": self.count("list-products")}

    def _get(self, path: str) -> bytes:
        return get(path, f"127.0.0.1:{self.port}")

    def _orders(self) -> Iterator[bytes]:
        buyer: Customer = join(self.door)
        goods = self.door.patiently("GET", "/api/products?limit=100").objects("items")
        skus = [item["sku"] for item in goods if isinstance(item["available"], int) and item["available"] > 100]
        run = secrets.token_hex(6)
        for number in count():
            content = {"items": [{"sku": skus[number % len(skus)], "quantity": 1}], "payment": {"card": CARD}}
            headers = {"Authorization": f"Bearer {buyer.token}", "Idempotency-Key": f"{run}-{number}"}
            yield post("/api/orders", f"127.0.0.1:{self.port}", content, headers)


def told(load: Load) -> dict[str, Any]:
    """What came of a load, for a script."""
    return {
        "statuses": {str(status or "none"): many for status, many in sorted(load.statuses.items())},
        **{f"p{share}_s": percentile(load.latencies_s, share) for share in (50, 90, 99) if load.latencies_s},
        "slowest_s": max(load.latencies_s, default=None),
    }


@contextmanager
def local() -> Iterator[Engine]:
    """A stack of its own."""
    with own_bench() as bench:
        starting.start(bench)
        bench.stack.run("apply", "-f", "-", given=QUICK_AUTOSCALER)
        with bench.quiet():

            def parts() -> dict[str, int]:
                return {part: sum(each) for part, each in memory.by_process(bench).items()}

            yield Engine(bench.port, lambda name: bench.counts()[name], parts)


@contextmanager
def cluster() -> Iterator[Engine]:
    """The shop as it is on the test bench; this process is in its network namespace."""

    def kubectl(*words: str) -> str:
        return subprocess.run(["kubectl", *words], check=True, capture_output=True, text=True).stdout

    def pods(name: str) -> int:
        return len(
            kubectl("get", "pods", "-n", "shop", "-l", f"serving.knative.dev/service={name}", "-o", "name").split()
        )

    def settings(values: dict[str, str | None]) -> None:
        patch = json.dumps({"data": values})
        kubectl("patch", "configmap", "config-autoscaler", "-n", "knative-serving", "--type", "merge", "-p", patch)

    settings(dict(WINDOWS))
    try:
        yield Engine(CLUSTER_PORT, pods, cluster_memory)
    finally:
        settings(dict.fromkeys(WINDOWS))


OURS = ("shop", "shop-state", "istio-system", "knative-serving", "knative-eventing", "kube-system")


def cluster_memory() -> dict[str, int]:
    """PSS of what the bench runs: Kubernetes' own programs, containerd with its shims, the pods by namespace."""
    listed = subprocess.run(["kubectl", "get", "pods", "-A", "-o", "json"], check=True, capture_output=True).stdout
    namespaces = {pod["metadata"]["uid"]: pod["metadata"]["namespace"] for pod in json.loads(listed)["items"]}
    pids = {int(file.read_text()): file.stem for file in (STATE / "run").glob("*.pid")}
    found: dict[str, int] = {}
    for process in psutil.process_iter(["name"]):
        try:
            group = Path(f"/proc/{process.pid}/cgroup").read_text(encoding="ascii")
        except (FileNotFoundError, ProcessLookupError):
            continue
        if pod := re.search(r"/kubepods/\S*?pod([0-9a-f-]{36})", group):
            namespace = namespaces.get(pod[1], "")
            part = f"pods of {namespace}" if namespace in OURS else ""
        elif process.info["name"].startswith("containerd-shim"):
            part = "containerd's shims"
        else:
            part = pids.get(process.pid, "")
        if part:
            found[part] = found.get(part, 0) + machine.pss_bytes(process.pid)
    return found


ENGINES = {"local": local, "cluster": cluster}


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench.engines", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument(
        "--write", action="store_true", help="keep the figures in docs/measurements/<date>-testbench.md"
    )
    parser.add_argument("--side", choices=ENGINES, help="measure one, and print it as JSON")
    parser.add_argument(
        "--given", action="append", default=[], metavar="SIDE=FILE", help="as `--side` printed it before"
    )
    options = parser.parse_args(arguments)
    if options.side:
        with ENGINES[options.side]() as engine:
            sys.stdout.write(f"{json.dumps(engine.measure())}\n")
        return 0
    facts = machine.facts()
    given = dict(each.split("=", 1) for each in options.given)
    sides = {
        side: json.loads(Path(given[side]).read_text().splitlines()[-1]) if side in given else _side(side)
        for side in ENGINES
    }
    text = as_markdown(sides, facts, datetime.now(UTC))
    sys.stdout.write(text)
    if options.write:
        name = f"{datetime.now(UTC):%Y-%m-%d}-testbench"
        folder = PROJECT / "docs" / "measurements"
        (folder / f"{name}.md").write_text(text, encoding="utf-8")
    return 0


def _side(side: str) -> dict[str, Any]:
    """Measure a side in a process of its own: the cluster's in the cluster's network namespace."""
    inside = [str(TESTBENCH / "in.sh")] if side == "cluster" else []
    words = [*inside, sys.executable, "-m", "tests.bench.engines", "--side", side]
    done = subprocess.run(words, check=True, stdout=subprocess.PIPE, text=True, cwd=PROJECT)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def as_markdown(sides: dict[str, dict[str, Any]], facts: dict[str, str], now: datetime) -> str:
    """The page that is kept."""
    lines = [
        f"# This engine and a real Knative, {now:%Y-%m-%d %H:%M} UTC",
        "",
        "    python -m tests.bench.engines --write",
        "",
        *(f"- {name}: {value}" for name, value in facts.items() if name != "load at the start"),
        *(f"- load, {side}: {found['load at the start']} before, {found['load at the end']} after"
          for side, found in sides.items()),
        "",
        "| what | " + " | ".join(sides) + " |",
        "|---|" + "---|" * len(sides),
    ]  # fmt: skip

    def row(what: str, value: Callable[[dict[str, Any]], str]) -> None:
        lines.append(f"| {what} | " + " | ".join(value(found) for found in sides.values()) + " |")

    def ms(seconds: float | None) -> str:
        return (
            "none"
            if seconds is None
            else f"{seconds * 1000:,.0f} ms"
            if seconds >= 0.01
            else f"{seconds * 1000:.1f} ms"
        )

    for name in COLD:
        row(
            f"from zero to answer, {name}: least / median / most of {ROUNDS}",
            lambda found, name=name: " / ".join(  # type: ignore[misc]
                ms(each) for each in (
                    min(found["cold_s"][name]), percentile(found["cold_s"][name], 50), max(found["cold_s"][name])
                )
            ),
        )  # fmt: skip
    for name in ("list-products", "place-order"):
        row(
            f"warm, {name}, {WARM_RATE:.0f} a second for {WARM_S:.0f} s: p50 / p99 / slowest",
            lambda found, name=name: f"{latencies(found['warm'][name])}; {statuses(found['warm'][name])}",  # type: ignore[misc]
        )
    for number, (rate, for_s) in enumerate(BURSTS):
        row(
            f"burst from zero, {rate:.0f} a second for {for_s:.0f} s: p50 / p99 / slowest",
            lambda found, number=number: (  # type: ignore[misc]
                f"{latencies(found['bursts'][number])}; {statuses(found['bursts'][number])}; "
                f"{found['bursts'][number]['instances']} instances"
            ),
        )
    row("memory at zero (PSS)", lambda found: f"{sum(found['memory_bytes'].values()) / 1e6:,.0f} MB")
    lines.append("")
    for side, found in sides.items():
        parts = sorted(found["memory_bytes"].items(), key=lambda item: -item[1])
        lines.append(f"Memory, {side}, in MB: " + ", ".join(f"{part} {size / 1e6:.0f}" for part, size in parts) + ".")
    return "\n".join(lines) + "\n"


def latencies(load: dict[str, Any]) -> str:
    shown = [load.get(name) for name in ("p50_s", "p99_s", "slowest_s")]
    return " / ".join("none" if each is None else f"{each * 1000:,.1f} ms" for each in shown)


def statuses(load: dict[str, Any]) -> str:
    return ", ".join(f"{many:,} with {status}" for status, many in load["statuses"].items())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
