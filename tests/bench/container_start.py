"""From `exec` to ready as a container starts a function: python -m tests.bench.container_start [NAME...]

No zygote here: `python -m shared.server` imports everything anew. Each function gets what its manifest gives it, with
addresses where nobody answers, for nothing is asked before the first request. A tree is a checkout, or what an image
holds: with `--against` each start of this one is followed by one of the other, so that both meet the same machine.

The processor's time says what a start costs; the clock's says it only on a quiet machine.
"""

import argparse
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import yaml

from tests.stack import PROJECT, free_port

READY_WITHIN_S = 60.0
LOOK_EVERY_S = 0.001
_TICKS_A_S = os.sysconf("SC_CLK_TCK")

# What a variable of a secret is here: of the form that it must have, and nobody's.
SECRETS = {
    "DATABASE_URL": "postgresql://shop_nobody:x@127.0.0.1:1/shop",
    "REDIS_URL": "redis://127.0.0.1:1/0",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """One start: seconds until it was ready, by the clock and of the processor, and its memory then."""

    ready_s: float
    processor_s: float
    resident_kib: int


def environment(manifest: Path) -> dict[str, str]:
    """What a function's manifest gives it, with stand-ins for secrets."""
    document = yaml.safe_load(manifest.read_text(encoding="utf-8"))
    (container,) = document["spec"]["template"]["spec"]["containers"]
    given = {}
    for variable in container.get("env", ()):
        reference = variable.get("valueFrom", {}).get("secretKeyRef")
        if reference is None:
            given[variable["name"]] = variable["value"]
        elif not reference.get("optional"):
            given[variable["name"]] = SECRETS.get(variable["name"], "{}")
    return given


def start(tree: Path, name: str, given: Mapping[str, str], interpreter: Sequence[str]) -> Start:
    """Start a function in a tree, and end it."""
    port = free_port()
    source = tree / "functions" / name / "main.py"
    told = {"PATH": os.environ["PATH"], "PORT": str(port), "FUNCTION_SOURCE": str(source), "PYTHONPATH": str(tree)}
    if (tree / "packages").is_dir():
        told["PYTHONPATH"] += f":{tree / 'packages'}"
    with tempfile.TemporaryFile() as log:
        began_s = time.perf_counter()
        words = [*interpreter, "-m", "shared.server"]
        process = subprocess.Popen(
            words, env={**told, **given}, cwd=tree, stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )
        try:
            deadline_s = began_s + READY_WITHIN_S
            while not _ready(port) and process.poll() is None and time.perf_counter() < deadline_s:
                time.sleep(LOOK_EVERY_S)
            ready_s = time.perf_counter() - began_s
            if process.poll() is not None:
                log.seek(0)
                raise RuntimeError(f"{name} did not start: {log.read().decode()[-2000:]}")
            fields = Path(f"/proc/{process.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
            return Start(
                ready_s=ready_s,
                processor_s=(int(fields[11]) + int(fields[12])) / _TICKS_A_S,
                resident_kib=int(fields[21]) * os.sysconf("SC_PAGE_SIZE") // 1024,
            )
        finally:
            process.kill()
            process.wait()


def _ready(port: int) -> bool:
    """Whether /healthz answers, as the kubelet and queue-proxy ask."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=READY_WITHIN_S) as connection:
            connection.sendall(b"GET /healthz HTTP/1.1\r\nhost: probe\r\nconnection: close\r\n\r\n")
            return connection.recv(64).startswith(b"HTTP/1.1 200")
    except OSError:
        return False


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.container_start", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="folders of functions; none: all")
    parser.add_argument("--tree", type=Path, default=PROJECT, help="where the function starts: this checkout")
    parser.add_argument("--against", type=Path, metavar="TREE", help="another tree, in turns")
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--interpreter", default=sys.executable, help="with options, if any")
    options = parser.parse_args(arguments)
    names = options.names or sorted(path.parent.name for path in PROJECT.glob("functions/*/service.yaml"))
    for name in names:
        for figures in _measured(name, options):
            print(json.dumps(figures))  # noqa: T201


def _measured(name: str, options: argparse.Namespace) -> Iterator[Mapping[str, object]]:
    trees = [tree.resolve() for tree in (options.tree, options.against) if tree]
    given = environment(PROJECT / "functions" / name / "service.yaml")
    starts: dict[Path, list[Start]] = {tree: [] for tree in trees}
    for _ in range(options.times):
        for tree in trees:
            starts[tree].append(start(tree, name, given, options.interpreter.split()))
    for tree, of_tree in starts.items():
        yield {
            "function": name, "tree": tree.name, "times": options.times,
            "processor_s": min(each.processor_s for each in of_tree),
            "processor_median_s": median(each.processor_s for each in of_tree),
            "ready_s": round(min(each.ready_s for each in of_tree), 3),
            "ready_median_s": round(median(each.ready_s for each in of_tree), 3),
            "resident_kib": of_tree[-1].resident_kib,
        }  # fmt: skip


if __name__ == "__main__":
    main(sys.argv[1:])
