"""Agreement: each way in which a database could have lost or made up something is seen, and nothing else is."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knative.local.retail.agreement import Ledger, StoredOrder, compare
from knative.local.retail.answers import Placed, Refused
from knative.local.retail.buyer import Outcome, Uncertain
from knative.local.retail.plan import plan
from knative.local.retail.report import ReplayReport
from knative.local.retail.tally import percentile, tally
from tests.unit.knative.local.retail.test_plan import row


def outcome(invoice: str, result: Placed | Refused | Uncertain, *, latency_s: float = 0.1, **retries: int) -> Outcome:
    [placement] = plan([row(invoice)]).placements
    return Outcome(placement=placement, result=result, latency_s=latency_s, retries=Counter(retries))


def placed(order_id: str, total_minor: int = 1500) -> Placed:
    return Placed(order_id=order_id, total_minor=total_minor, currency="GBP")


STORED = StoredOrder(total_minor=1500, lines_total_minor=1500, piece_count=6, key="invoice-1")
EMPTY = Ledger(orders={}, goods={"A1": 100})
AFTER = Ledger(orders={"order-1": STORED}, goods={"A1": 100})


def test_what_was_acknowledged_and_is_there_agrees() -> None:
    agreement = compare(EMPTY, AFTER, [outcome("1", placed("order-1")), outcome("2", Refused("409 out-of-stock"))])
    assert (agreement.agrees, agreement.acknowledged_count) == (True, 1)


def test_an_acknowledged_order_that_is_gone_is_missing() -> None:
    agreement = compare(EMPTY, EMPTY, [outcome("1", placed("order-1"))])
    assert (agreement.agrees, agreement.missing) == (False, ("order-1",))


@pytest.mark.parametrize(
    "stored",
    [replace(STORED, total_minor=1499), replace(STORED, lines_total_minor=1501), replace(STORED, piece_count=5)],
)
def test_a_penny_or_a_piece_is_a_difference(stored: StoredOrder) -> None:
    agreement = compare(EMPTY, Ledger(orders={"order-1": stored}, goods={"A1": 100}), [outcome("1", placed("order-1"))])
    assert (agreement.agrees, agreement.different) == (False, ("order-1",))


def test_an_order_that_nobody_was_told_of_is_unexpected() -> None:
    agreement = compare(EMPTY, AFTER, [outcome("1", Refused("409 out-of-stock"))])
    assert (agreement.agrees, agreement.unexpected) == (False, ("order-1",))


def test_one_key_with_two_orders_is_seen() -> None:
    both = Ledger(orders={"order-1": STORED, "order-2": replace(STORED, key=None)}, goods={"A1": 100})
    assert compare(EMPTY, both, [outcome("1", placed("order-1"))]).unexpected == ("order-2",)


def test_an_uncertain_order_may_be_there_or_not() -> None:
    uncertain = [outcome("1", Uncertain("timeout"))]
    assert compare(EMPTY, EMPTY, uncertain).agrees
    late = compare(EMPTY, AFTER, uncertain)
    assert (late.agrees, late.settled_late) == (True, ("order-1",))


def test_an_order_of_an_earlier_replay_needs_no_acknowledgement() -> None:
    assert compare(AFTER, AFTER, []).agrees


def test_a_good_that_is_lost_or_made_up_is_seen() -> None:
    agreement = compare(EMPTY, Ledger(orders={}, goods={"A1": 99, "B2": 5}), [])
    assert (agreement.agrees, agreement.goods_changed) == (False, {"A1": -1})


@given(st.lists(st.floats(0, 1e6), min_size=1), st.sampled_from([50, 95, 99, 100]))
def test_a_percentile_is_one_of_the_values_and_enough_of_them_do_not_exceed_it(
    values: list[float], percent: int
) -> None:
    ordered = sorted(values)
    found = percentile(ordered, percent)
    assert found in ordered
    assert sum(1 for value in ordered if value <= found) >= percent / 100 * len(ordered)


def test_the_percentiles_of_a_hundred_values_are_their_ranks() -> None:
    ordered = [float(value) for value in range(1, 101)]
    assert [percentile(ordered, percent) for percent in (50, 95, 99)] == [50, 95, 99]


def report(*outcomes: Outcome, after: Ledger = AFTER) -> ReplayReport:
    return ReplayReport(
        source="december.csv.gz",
        invoice_count=5,
        customer_count=2,
        already_count=0,
        refused={"409 out-of-stock": 1, "no line of it is a good": 2},
        left_out_lines={"postage is a charge": 3},
        tally=tally(outcomes),
        duration_s=12.34,
        most_behind_s=0,
        agreement=compare(EMPTY, after, outcomes),
    )


OUTCOMES = (
    outcome("1", placed("order-1"), latency_s=0.25, connection=2),
    outcome("2", Refused("409 out-of-stock")),
    outcome("3", Uncertain("timeout"), timeout=4),
)


def test_a_report_says_what_became_of_every_invoice() -> None:
    assert report(*OUTCOMES).as_text() == (
        "Replayed 5 sale invoices of december.csv.gz in 12.3 s\n"
        "\n"
        "Placed          1  for 2 customers, 15.00 GBP\n"
        "Refused         3\n"
        "                2  no line of it is a good\n"
        "                1  409 out-of-stock\n"
        "Uncertain       1\n"
        "                1  timeout\n"
        "Retried         2\n"
        "                4  timeout\n"
        "                2  connection\n"
        "Left out        3  lines\n"
        "                3  postage is a charge\n"
        "Latency    p50 250 ms, p95 250 ms, p99 250 ms, max 250 ms\n"
        "\n"
        "The database agrees: all 1 acknowledged orders are there, to the penny, no other, and no good is lost"
    )


def test_a_report_says_what_does_not_agree() -> None:
    lines = report(*OUTCOMES, after=Ledger(orders={}, goods={"A1": 98})).as_text().splitlines()
    assert lines[-3:] == [
        "The database does not agree:",
        "  1 acknowledged orders are missing: order-1",
        "  1 goods were lost or made up: A1 -2",
    ]


def test_a_script_reads_the_same_as_a_person() -> None:
    read = report(*OUTCOMES).as_json()
    assert (read["invoices"], read["placed"], read["refused_count"], read["uncertain_count"]) == (5, 1, 3, 1)
    assert read["revenue"] == [{"amount": 1500, "currency": "GBP"}]
    assert read["latency_ms"] == {"p50": 250.0, "p95": 250.0, "p99": 250.0, "max": 250.0}
    assert report(after=EMPTY).as_json()["latency_ms"] is None
