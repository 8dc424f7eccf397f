"""Revisions that roll, and traffic that moves, under a load that never pauses: no request may fail."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import yaml

from tests.bench.bench import Bench, apply, say
from tests.bench.figures import Figure
from tests.bench.load import Load, open_loop
from tests.bench.percentiles import milliseconds, percentile

SERVICE = "rolling"
RATE = 200.0
COUNT = 20
AT_MOST_S = 600.0


def measure(bench: Bench) -> list[Figure]:
    say(f"Rollouts: {COUNT} new revisions and {COUNT} moves of traffic under {RATE:.0f} requests a second")
    path = bench.stack.project / "functions" / "get_jwks" / "service.yaml"
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    document["metadata"]["name"] = SERVICE
    apply(bench.stack, [document])

    def roll() -> None:
        for number in range(COUNT):
            document["spec"]["template"]["spec"]["timeoutSeconds"] = 20 + number
            apply(bench.stack, [document])

    def move() -> None:
        first, last = f"{SERVICE}-00001", f"{SERVICE}-{COUNT + 1:05d}"
        for number in range(COUNT):
            percent = (number * 37) % 101
            document["spec"]["traffic"] = [
                {"revisionName": first, "percent": percent}, {"revisionName": last, "percent": 100 - percent},
            ]  # fmt: skip
            apply(bench.stack, [document])

    return [
        _figure(f"{COUNT} rolling revisions under {RATE:.0f} requests a second", _loaded(bench, roll)),
        _figure(f"a traffic split moved {COUNT} times under {RATE:.0f} requests a second", _loaded(bench, move)),
    ]


def _loaded(bench: Bench, deeds: Callable[[], None]) -> Load:
    """The load that there was while the deeds were done."""
    over = threading.Event()

    def requests() -> Iterator[bytes]:
        request = bench.request("/", f"{SERVICE}.shop.localhost")
        while not over.is_set():
            yield request

    with ThreadPoolExecutor(1) as threads:
        load = threads.submit(open_loop, bench.port, requests(), rate=RATE, for_s=AT_MOST_S)
        try:
            deeds()
        finally:
            over.set()
        return load.result()


def _figure(what: str, load: Load) -> Figure:
    statuses = {str(status or "none"): count for status, count in sorted(load.statuses.items())}
    p99_s = percentile(load.latencies_s, 99)
    return Figure(
        what=what,
        wanted="no failed request",
        measured=f"{load.error_count} of {load.statuses.total():,} failed",
        met=load.error_count == 0,
        values={"statuses": statuses, "p99_s": p99_s, "duration_s": load.duration_s},
        notes=(f"{load.duration_s:.0f} s, p99 {milliseconds(p99_s)}",),
    )
