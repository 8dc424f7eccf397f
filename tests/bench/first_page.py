"""How soon somebody with a slow processor sees the catalogue: with every function at zero, and warm.

A real browser, its processor slowed four times, that knows nothing of the shop yet; `frontend/scripts/measure-lcp.mjs`
measures. Where no Node or no Chromium is, or nothing installed in frontend/, nothing is measured.
"""

import json
from collections.abc import Mapping
from typing import Any

from tests.bench.bench import Bench, say
from tests.bench.figures import Figure
from tests.bench.machine import Busyness
from tests.frontend import node

RUNS = 7
WANTED_S = {"at zero": 2.0, "warm": 1.2}
# One page alone keeps a core busy, and the browser's other processes half of one.
QUIET_SHARE = 0.8


def measure(bench: Bench) -> list[Figure]:
    browser = node.chromium()
    if node.missing() or browser is None or not (node.FRONTEND / "node_modules" / ".bin" / "vite").exists():
        say("First page: not measured, it takes Node, Chromium, and `npm ci` in frontend/")
        return []
    say(f"First page: {RUNS} times with every function at zero, {RUNS} times warm")
    busyness = Busyness()
    at_zero: list[Mapping[str, Any]] = []
    with bench.quiet():
        for _ in range(RUNS):
            bench.wait_for_zero()
            at_zero += _seen(bench, browser, runs=1)
    found = {"at zero": at_zero, "warm": _seen(bench, browser, runs=RUNS)}
    return [_figure(how, runs, busyness.share()) for how, runs in found.items()]


def _seen(bench: Bench, browser: str, *, runs: int) -> list[Mapping[str, Any]]:
    told = node.run(
        "run", "--silent", "lcp", "--", str(runs), "--json",
        CHROMIUM=browser, STOREFRONT_URL=f"http://localhost:{bench.port}",
    )  # fmt: skip
    found: list[Mapping[str, Any]] = json.loads(told)["runs"]
    return found


def _figure(how: str, runs: list[Mapping[str, Any]], busy_share: float) -> Figure:
    lcp_s, goods_s = _median_s(runs, "lcp_ms"), _median_s(runs, "goods_seen_ms")
    return Figure(
        what=f"Largest Contentful Paint of the catalogue, processor slowed 4 times, {how}",
        wanted=f"{WANTED_S[how]} s",
        measured=f"{lcp_s:.2f} s",
        met=lcp_s <= WANTED_S[how] or (None if busy_share > QUIET_SHARE else False),
        values={"lcp_s": lcp_s, "goods_seen_s": goods_s, "runs": runs, "busy_share": busy_share},
        notes=(
            f"median of {len(runs)}; its first text, which is in the page; the goods are seen after {goods_s:.2f} s",
            f"the processors were {busy_share:.0%} busy; above {QUIET_SHARE:.0%} a miss is not judged",
        ),
    )


def _median_s(runs: list[Mapping[str, Any]], name: str) -> float:
    return float(sorted(each[name] for each in runs)[len(runs) // 2]) / 1000
