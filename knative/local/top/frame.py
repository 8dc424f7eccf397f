"""One picture of the stack: for a script as JSON, for a person as lines that fit the terminal.

Pure: what the engine and Envoy said goes in.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from knative.local.model import RevisionName
from knative.local.terminal import harmless, table
from knative.local.top.latencies import INTERVAL_S, Latency

_HEAD = [
    "REVISION", "TRAFFIC", "READY", "WANTED", "AT ONCE", "RPS", "TARGET", "PANIC", "P50", "P99", "STARTS", "LAST START",
]  # fmt: skip
_OTHER_PARTS = ("origin", "broker", "keeper", "zygote", "engine")
_RIGHT = frozenset({1, 2, 3, 4, 5, 6, 8, 9, 10})


def frame(found: Mapping[str, Any], latencies: Mapping[RevisionName, Latency], at: str) -> dict[str, Any]:
    """The engine's answer to `status` with what Envoy knows, at a time (RFC 3339)."""

    def revision(known: Mapping[str, Any]) -> dict[str, Any]:
        latency = latencies.get(known["name"])
        return {
            **known,
            "p50_ms": latency.p50_ms if latency else None,
            "p99_ms": latency.p99_ms if latency else None,
        }

    services = [
        {**service, "revisions": [revision(each) for each in service["revisions"]]} for service in found["services"]
    ]
    return {**found, "at": at, "services": services}


def as_lines(frame: Mapping[str, Any], *, columns: int, rows: int, hint: str = "") -> list[str]:
    """At most `rows` lines of at most `columns` letters; what runs comes first, what is cut is counted."""
    revisions = [revision for service in frame["services"] for revision in service["revisions"]]
    # Sorting keeps the order within each half, so that a line moves only when its revision wakes or rests.
    revisions.sort(key=_at_rest)
    at_rest_count = sum(map(_at_rest, revisions))
    above = [
        f"zerocart, {frame['at']}   {len(frame['services'])} services, "
        f"{len(revisions)} revisions, {at_rest_count} of them at zero",
        _parts(frame),
        "",
    ]
    listed = table([_HEAD, *map(_cells, revisions)], _RIGHT).splitlines()
    below = ["", f"{hint}P50, P99: of Envoy's last {INTERVAL_S} seconds. A start: queued + forked + ready"]
    room = max(2, rows - len(above) - len(below))
    if len(listed) > room:
        listed = [*listed[: room - 1], f"... {len(listed) - room + 1} more"]
    return [harmless(line)[:columns].rstrip() for line in (*above, *listed, *below)][:rows]


def _at_rest(revision: Mapping[str, Any]) -> bool:
    return not (revision["instances"] or revision["desired"] or revision["concurrency"])


def _parts(frame: Mapping[str, Any]) -> str:
    """Each part's state, and how often it had to be started again."""
    known: Sequence[tuple[str, Mapping[str, Any]]] = [
        ("gateway", frame["gateway"]),
        *frame["state"].items(),
        *((name, frame[name]) for name in _OTHER_PARTS if name in frame and (name != "broker" or frame.get("brokers"))),
    ]
    return "   ".join(
        f"{name} {'ready' if part['ready'] else 'AWAY'}"
        + (f" ({count} restart{'s' if count > 1 else ''})" if (count := part.get("restarts")) else "")
        for name, part in known
    )


def _cells(revision: Mapping[str, Any]) -> list[str]:
    return [
        revision["name"],
        f"{revision['traffic']} %",
        f"{revision['ready_instances']}/{revision['instances']}",
        str(revision["desired"]),
        f"{revision['concurrency']:.1f}",
        f"{revision['rps']:.1f}",
        f"{revision['target']:g}" + ("/s" if revision["metric"] == "rps" else ""),
        "PANIC" if revision["panic"] else "",
        _milliseconds(revision["p50_ms"]),
        _milliseconds(revision["p99_ms"]),
        str(revision["cold_starts"]),
        _start(revision["last_cold_start"]),
    ]


def _start(start: Mapping[str, Any] | None) -> str:
    """`31 ms = 0 + 4 + 27`; without the first where no request waited."""
    if start is None:
        return "-"
    phases = [start[name] for name in ("queued_s", "forked_s", "ready_s") if start[name] is not None]
    return f"{start['total_s'] * 1000:.0f} ms = {' + '.join(f'{phase_s * 1000:.0f}' for phase_s in phases)}"


def _milliseconds(value: float | None) -> str:
    if value is None:
        return "-"
    # Envoy counts whole milliseconds: its 0 is anything below 1.
    return "<1 ms" if value < 1 else f"{value:.1f} ms" if value < 10 else f"{value:,.0f} ms"
