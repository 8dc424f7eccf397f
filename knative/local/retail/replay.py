"""Replays a retailer's sale invoices as orders, through the front door, and checks the outcome.

The parts that decide are elsewhere and pure: `plan` (what), `pace` (when), `answers` (what an
answer means), `tally` and `agreement` (what it came to). Here they are put to work: a few
threads take the orders one by one, wait until each is due, and have a `Buyer` place it.
"""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from sqlalchemy import Engine

from knative.local.retail import ledger
from knative.local.retail.agreement import compare
from knative.local.retail.answers import Placed
from knative.local.retail.buyer import Buyer, Outcome, StoppableClock
from knative.local.retail.dataset import DataError, read_sales
from knative.local.retail.pace import Pace, due_s
from knative.local.retail.plan import Placement, plan
from knative.local.retail.report import ReplayReport
from knative.local.retail.shop import Shop
from knative.local.retail.tally import tally

WORKERS = 16
PATIENCE_S = 60.0

Progress = Callable[[str], None]


def replay(
    file: Path,
    *,
    base_url: str,
    engine: Engine,
    speed: float | None = None,
    rate: float | None = None,
    invoices: int | None = None,
    workers: int = WORKERS,
    patience_s: float = PATIENCE_S,
    progress: Progress | None = None,
) -> ReplayReport:
    """Replay a file's sale invoices.

    Args:
        file: an "Online Retail" CSV, gzipped or not.
        base_url: of the front door, on loopback.
        engine: the shop's database, only read, before and after.
        speed: times the invoices' own pace.
        rate: orders a second. Neither: as fast as it goes.
        invoices: how many, the earliest ones; None for all.
        workers: orders under way at once, the most.
        patience_s: how long to try for one order, and for the database at the end.
        progress: is told each tenth of the way.

    Raises:
        DataError: the file is not what it must be; nothing was placed.
        Unavailable: the database is away, so nothing can be compared.
    """
    pace = Pace(speed=speed, rate=rate)
    planned = plan(read_sales(file), first=invoices)
    if not planned.invoice_count:
        raise DataError(file, "has no sale invoices", hint="their InvoiceNo starts with neither C nor A")
    emails = [customer.email for customer in planned.customers]
    clock = StoppableClock()
    shop = Shop(base_url, connection_count=workers)
    before = ledger.read(engine, emails, clock, patience_s)
    started_s = clock.now_s()
    try:
        run = Run(
            list(zip(planned.placements, due_s(planned.placements, pace), strict=True)),
            Buyer(shop, clock, patience_s),
            clock,
            progress or _silent,
        )
        run.all(workers)
    finally:
        shop.close()
    duration_s = clock.now_s() - started_s
    after = ledger.read(engine, emails, clock, patience_s)
    result = tally(run.outcomes)
    refused = dict(planned.refused)
    for reason, count in result.refused.items():
        refused[reason] = refused.get(reason, 0) + count
    return ReplayReport(
        source=str(file),
        invoice_count=planned.invoice_count,
        customer_count=len(planned.customers),
        already_count=sum(
            1
            for outcome in run.outcomes
            if isinstance(outcome.result, Placed) and outcome.result.order_id in before.orders
        ),
        refused=refused,
        left_out_lines=planned.left_out_lines,
        tally=result,
        duration_s=duration_s,
        most_behind_s=run.most_behind_s if speed or rate else 0.0,
        agreement=compare(before, after, run.outcomes),
    )


class Run:
    """The orders of one replay under way. `outcomes` fills up, in the order of the answers."""

    def __init__(
        self, placements: Sequence[tuple[Placement, float]], buyer: Buyer, clock: StoppableClock, progress: Progress
    ) -> None:
        self.outcomes: list[Outcome] = []
        self.most_behind_s = 0.0
        self._total = len(placements)
        self._todo = iter(placements)
        self._buyer = buyer
        self._clock = clock
        self._progress = progress
        self._lock = threading.Lock()
        self._started_s = clock.now_s()

    def all(self, workers: int) -> None:
        """Place every order; an interruption stops every thread and comes through."""
        with ThreadPoolExecutor(workers, thread_name_prefix="replay") as pool:
            done = [pool.submit(self._work) for _ in range(workers)]
            try:
                for one in done:
                    one.result()
            except BaseException:
                self._clock.stop()
                raise

    def _work(self) -> None:
        while True:
            with self._lock:
                following = next(self._todo, None)
            if following is None:
                return
            placement, due = following
            if self._clock.wait(self._started_s + due - self._clock.now_s()):
                return
            behind_s = self._clock.now_s() - self._started_s - due
            self._record(self._buyer.buy(placement), behind_s)

    def _record(self, outcome: Outcome, behind_s: float) -> None:
        with self._lock:
            self.outcomes.append(outcome)
            self.most_behind_s = max(self.most_behind_s, behind_s)
            count = len(self.outcomes)
            step = max(1, self._total // 10)
            if count % step == 0 and count < self._total:
                self._progress(f"Settled {count:,} of {self._total:,} orders")


def _silent(step: str) -> None:
    """Tell nobody."""
    del step
