"""What `top` shows and what `burst` says and draws, of values that do not move: `make golden` writes it anew."""

from pathlib import Path
from typing import Any

import pytest

from knative.local.burst import report
from knative.local.burst.open_loop import NO_ANSWER
from knative.local.burst.plot import plot
from knative.local.burst.record import Record, Scale
from knative.local.model import RevisionName, ServiceName
from knative.local.top.frame import as_lines, frame
from knative.local.top.latencies import Latency

HERE = Path(__file__).parent
AT = "2026-11-24T19:40:13Z"
READY = {"ready": True, "restarts": 0}
START = {"queued_s": 0.0004, "forked_s": 0.0041, "ready_s": 0.0271, "total_s": 0.0316}


def revision(name: str, **values: Any) -> dict[str, Any]:
    return {
        "name": name, "traffic": 100, "instances": 0, "ready_instances": 0, "desired": 0, "concurrency": 0.0,
        "rps": 0.0, "panic": False, "metric": "concurrency", "target": 5.6, "cold_starts": 0, "last_cold_start": None,
        **values,
    }  # fmt: skip


def stack() -> dict[str, Any]:
    """A shop under load: a rollout half way, a panic, a service by requests a second, one at rest, a part away."""
    old = revision(
        "list-products-00001", traffic=90, instances=4, ready_instances=3, desired=4, concurrency=31.25, rps=712.5,
        panic=True, cold_starts=9, last_cold_start=START,
    )  # fmt: skip
    new = revision(
        "list-products-00002", traffic=10, instances=1, ready_instances=1, desired=1, concurrency=0.5, rps=80.0,
        cold_starts=1, last_cold_start={**START, "queued_s": None, "total_s": 0.0312},
    )  # fmt: skip
    images = revision("get-image-00001", instances=1, ready_instances=1, desired=1, metric="rps", target=140.0)
    services = {"cart": [revision("cart-00001")], "get-image": [images], "list-products": [old, new]}
    return {
        "services": [{"name": name, "revisions": revisions} for name, revisions in services.items()],
        "state": {"postgres": READY, "redis": {"ready": False, "restarts": 2}},
        "gateway": READY,
        "engine": {"ready": True},
    }


def picture() -> dict[str, Any]:
    latencies = {
        RevisionName("list-products-00001"): Latency(p50_ms=8.25, p99_ms=1045.0),
        RevisionName("list-products-00002"): Latency(p50_ms=0.0, p99_ms=45.5),
    }
    return frame(stack(), latencies, AT)


def burst() -> Record:
    """Three seconds from zero: a wait, a wave of answers, some refused; the engine was silent in the last."""
    record, shop = Record(), ServiceName("list-products")
    record.begins({shop: Scale(ready_count=0, desired_count=0, request_count=5)})
    for number, (sent_count, ready_count) in enumerate([(40, 1), (40, 3), (20, 0)]):
        scale = Scale(ready_count=ready_count, desired_count=3, request_count=5 + 40 * (number + 1))
        record.saw(number + 0.1, {shop: scale} if number < 2 else {})
        for sent in range(sent_count):
            at_s = number + sent / sent_count
            record.sent(at_s, 0.001)
            status = 503 if number == 1 and sent % 10 == 9 else NO_ANSWER if number == 2 and sent == 7 else 200
            if number < 2 or sent < 18:
                record.answered(min(at_s + 0.012, number + 0.99), status, 0.040 / (number + 1) + sent * 0.001)
    return record


def words() -> str:
    record = burst()
    lines = [report.head(), *map(report.line, record.seconds())]
    return "\n".join([*lines, "", report.as_text(record, early=True), ""])


def shown(columns: int, rows: int) -> str:
    return "\n".join([*as_lines(picture(), columns=columns, rows=rows, hint="q ends. "), ""])


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("top.txt", shown(500, 100)),
        ("top-80x9.txt", shown(80, 9)),
        ("burst.txt", words()),
        ("burst.svg", plot(burst().seconds(), "GET /api/products, 40 a second for 3 s, list-products")),
    ],
    ids=["top", "top in a small terminal", "the words of a burst", "the plot of a burst"],
)
def test_what_is_seen_is_what_was_reviewed(name: str, found: str, rewriting: bool) -> None:
    if rewriting:
        (HERE / name).write_text(found, encoding="utf-8")
    assert found == (HERE / name).read_text(encoding="utf-8")
