"""The page of a run: what was killed, who came after, and for how long nothing was acknowledged."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from knative.testbench.failover.load import Record

HEAD = (
    "| killed | how | leads after | no write acknowledged for | all members back after | load average |",
    "|---|---|---|---|---|---|",
)
NEWLINE = "\n"
WAYS = """\
- `process`: kill -9 of all that is in the primary's container, which comes back on its own.
- `pod`: its Pod is deleted without grace, and made anew.
- `frozen`: SIGSTOP of all that is in the container, as of a node that hangs, until another leads or its liveness probe
  has had it killed; then kill -9.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kill:
    """One primary killed. `gap_s` is the longest time without an acknowledged write around it."""

    what: str
    how: str
    old: str
    new: str
    gap_s: float
    load_average: float
    settled_s: float


def page(parts: Sequence[str], *, mode: str, writers: int, machine: str, now: datetime) -> str:
    """The whole page."""
    return f"""\
# Failover on the test bench, {now:%Y-%m-%d}

Made by `knative/testbench/failover.sh {mode}` at {now:%H:%M} UTC on {machine}:
one node of a real Kubernetes, the chart's own templates. {writers} threads write all the time through the shop's own
clients, by the address in the functions' Secrets. All members share this machine's disk and cores: no figure here is
of a node or of a disk that is lost, and where the load average is above its cores, members and clients waited for one
as well.

{WAYS}
{NEWLINE.join(parts)}"""


def of_postgres(mode: str, kills: Sequence[Kill], record: Record, missing: int, untold: int) -> str:
    return f"""\
## Postgres: {mode}

{summary(kills)}
{len(record.keys)} rows were acknowledged, **{missing} of them are missing**; {untold} are there whose commit nobody was
told of. Refused meanwhile, which a client sees as 503 with Retry-After: {sum(record.refused.values())}; the slowest
refusal took {record.slowest_refusal_s:.2f} s.

{table(kills)}
"""


def of_valkey(kills: Sequence[Kill], record: Record, looked_for: int, there: int) -> str:
    return f"""\
## Valkey with sentinels

{summary(kills)}
{len(record.keys)} writes were acknowledged; of the last {looked_for}, {there} are there (replication is not waited for,
and nothing that is only there is needed). Refused meanwhile: {sum(record.refused.values())}; the slowest refusal took
{record.slowest_refusal_s:.2f} s.

{table(kills)}
"""


def summary(kills: Sequence[Kill]) -> str:
    gaps = sorted(one.gap_s for one in kills)
    middle = statistics.median(gaps)
    return (
        f"{len(gaps)} kills; without an acknowledged write: median {middle:.1f} s, least {gaps[0]:.1f} s, longest"
        f" {gaps[-1]:.1f} s."
    )


def table(kills: Sequence[Kill]) -> str:
    rows = [
        f"| {one.old} | {one.how} | {one.new} | {one.gap_s:.1f} s | {one.settled_s:.0f} s | {one.load_average:.0f} |"
        for one in kills
    ]
    return "\n".join((*HEAD, *rows))
