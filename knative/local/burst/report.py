"""A burst in words: a line a second, a table at the end, the same for a script."""

from collections.abc import Sequence

from knative.local.burst.open_loop import NO_ANSWER
from knative.local.burst.percentiles import percentile
from knative.local.burst.record import Record, Second
from knative.local.terminal import table

_HEAD = ["SECOND", "SENT", "ANSWERED", "REFUSED", "LOST", "READY", "WANTED", "P50", "P99"]


def line(second: Second) -> str:
    """One second, as it has passed; its columns stand below those of `head`."""
    return "   ".join(cell.rjust(len(title)) for title, cell in zip(_HEAD, _cells(second), strict=True))


def head() -> str:
    return "   ".join(_HEAD)


def as_text(record: Record, *, early: bool) -> str:
    """What came of it, as a table for people."""
    statuses, latencies_s = record.statuses, record.latencies_s
    rows = [["SENT", f"{record.sent_count:,}", "ended early" if early else ""]]
    for status, count in statuses.items():
        words = "no answer" if status == NO_ANSWER else _word(status)
        rows.append(["LOST" if status == NO_ANSWER else str(status), f"{count:,}", words])
    if record.pending_count:
        rows.append(["OPEN", f"{record.pending_count:,}", "under way at the end"])
    if latencies_s:
        rows += [[f"P{percent}", _milliseconds(percentile(latencies_s, percent)), ""] for percent in (50, 90, 99)]
        rows.append(["SLOWEST", _milliseconds(max(latencies_s)), ""])
    rows.append(["LATE", _milliseconds(record.latest_s), "the generator itself, at worst; it is in the latencies"])
    known = [second.scale for second in record.seconds() if second.scale]
    if known:
        rows.append(["INSTANCES", str(max(scale.ready_count for scale in known)), f"at most, of {record.busiest}"])
    return table(rows, frozenset({1}))


def as_json(record: Record, *, path: str, rate: float, early: bool) -> dict[str, object]:
    """The whole of it: the sums, and every second."""
    latencies_s = record.latencies_s
    return {
        "path": path,
        "rate": rate,
        "ended_early": early,
        "sent": record.sent_count,
        "statuses": {"none" if status == NO_ANSWER else str(status): n for status, n in record.statuses.items()},
        "pending": record.pending_count,
        "latency_s": {f"p{percent}": percentile(latencies_s, percent) for percent in (50, 90, 99, 100)}
        if latencies_s
        else None,
        "generator_late_s": record.latest_s,
        "service": record.busiest,
        "seconds": seconds_as_json(record.seconds()),
    }


def seconds_as_json(seconds: Sequence[Second]) -> list[dict[str, object]]:
    return [
        {
            "second": second.number,
            "sent": second.sent_count,
            "answered": second.answered_count,
            "refused": second.refused_count,
            "lost": second.lost_count,
            "p50_s": second.p50_s,
            "p99_s": second.p99_s,
            "ready_instances": second.scale.ready_count if second.scale else None,
            "desired": second.scale.desired_count if second.scale else None,
        }
        for second in seconds
    ]


def _cells(second: Second) -> list[str]:
    return [
        str(second.number + 1),
        f"{second.sent_count:,}",
        f"{second.answered_count:,}",
        f"{second.refused_count:,}",
        f"{second.lost_count:,}",
        "-" if second.scale is None else str(second.scale.ready_count),
        "-" if second.scale is None else str(second.scale.desired_count),
        "-" if second.p50_s is None else _milliseconds(second.p50_s),
        "-" if second.p99_s is None else _milliseconds(second.p99_s),
    ]


def _word(status: int) -> str:
    if status in {429, 503}:
        return "refused: more than there is room for"
    return "answered" if status < 400 else "refused"


def _milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:,.0f} ms"
