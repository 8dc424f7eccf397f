"""From zero to answer, and the same function started by plain functions-framework in the same run.

A revision needs at least 6 seconds without a request to go to zero, that is Knative's rule. So ten Services of the
same image take turns, each with its own revision and socket, called at the front door by its Knative host: while one
is asked the others go to zero. Each call comes after the cached answer has grown old, so the new instance asks
Valkey and reads from Postgres before it answers.
"""

import time
from collections.abc import Sequence

import yaml

from shared.products import FRESH_S
from tests.bench.baselines import first_answer_of_functions_framework
from tests.bench.bench import PRODUCTS, Bench, apply, say
from tests.bench.connection import call_once
from tests.bench.figures import Figure
from tests.bench.machine import Busyness
from tests.bench.percentiles import milliseconds, percentile

COUNT = 50
BASELINE_COUNT = 15
SERVICES = tuple(f"cold-{number}" for number in range(10))
ANSWER_WITHIN_S = 20.0
# The starts alone keep two cores busy for a tenth of the time. Beyond this share others worked too, and times without
# a comparison in the same run say nothing.
QUIET_SHARE = 0.25


def measure(bench: Bench) -> list[Figure]:
    say(f"Cold starts: {COUNT} from zero, {BASELINE_COUNT} of plain functions-framework between them")
    _make_services(bench)
    environment = bench.function_environment("list-products")
    busyness = Busyness()
    ours_s: list[float] = []
    plain_s: list[float] = []
    _one(bench, SERVICES[0])  # the first of all finds files and databases cold: warm-up
    for number in range(COUNT):
        if number % (COUNT // BASELINE_COUNT) == 0 and len(plain_s) < BASELINE_COUNT:
            plain_s.append(first_answer_of_functions_framework(bench.stack.project, environment, PRODUCTS))
        ours_s.append(_one(bench, SERVICES[number % len(SERVICES)]))
    return _figures(ours_s, plain_s, busyness.share())


def _one(bench: Bench, service: str) -> float:
    """Seconds of one request that finds its service at zero and its answer not in the cache."""
    time.sleep(FRESH_S + 0.1)
    bench.wait_for_zero(service)
    status, took_s = call_once(bench.port, bench.request(host=f"{service}.shop.localhost"), ANSWER_WITHIN_S)
    assert status == 200, f"{service} answered {status} from zero"
    assert bench.counts()[service] == 1, f"{service} was to have one instance after one request"
    return took_s


def _make_services(bench: Bench) -> None:
    path = bench.stack.project / "functions" / "list_products" / "service.yaml"
    documents = []
    for name in SERVICES:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        document["metadata"]["name"] = name
        documents.append(document)
    apply(bench.stack, documents)


def _figures(ours_s: Sequence[float], plain_s: Sequence[float], busy_share: float) -> list[Figure]:
    p50_s, p99_s = percentile(ours_s, 50), percentile(ours_s, 99)
    plain_p50_s = percentile(plain_s, 50)
    ratio = plain_p50_s / p50_s
    return [
        Figure(
            what="from zero to answer, p50 / p99",
            wanted="60 ms / 150 ms on a quiet machine",
            measured=f"{milliseconds(p50_s)} / {milliseconds(p99_s)}",
            met=(p50_s <= 0.060 and p99_s <= 0.150) or (None if busy_share > QUIET_SHARE else False),
            values={
                "p50_s": p50_s,
                "p99_s": p99_s,
                "least_s": min(ours_s),
                "all_s": list(ours_s),
                "busy_share": busy_share,
            },
            notes=(
                f"{len(ours_s)} starts, the quickest {milliseconds(min(ours_s))}; p99 of so many is the slowest",
                f"the processors were {busy_share:.0%} busy; above {QUIET_SHARE:.0%} a miss is not judged",
            ),
        ),
        Figure(
            what="plain functions-framework to from zero",
            wanted="at least 10",
            measured=f"{ratio:.1f}",
            met=ratio >= 10,
            values={"ratio": ratio, "plain_p50_s": plain_p50_s, "plain_all_s": list(plain_s)},
            notes=(f"the same function in the same run takes {milliseconds(plain_p50_s)} (p50 of {len(plain_s)})",),
        ),
    ]
