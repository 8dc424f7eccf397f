"""Whatever happens to an order, and however often: the stock comes back once, and money is never kept for nothing."""

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from shared.order_states import STATUSES, Happening, Status, Step, step


class Life(RuleBasedStateMachine):
    """An order, its stock, and a provider that keeps its own ledger and answers late, twice or never.

    The provider charges an order once at most, and never after it was told to void it.
    """

    def __init__(self) -> None:
        super().__init__()
        self.status: Status = "placed"
        self.history: list[Status] = ["placed"]
        self.stock_returns = 0
        self.first_answers = 0
        self.void_due = False
        self.ledger = "nothing"
        self.answers_under_way: list[Happening] = []

    def happens(self, happening: Happening) -> Step | None:
        before, done = self.status, step(self.status, happening)
        if done:
            self.status = done.status
            self.history.append(done.status)
            self.stock_returns += done.stock_comes_back
            self.first_answers += before == "placed"
            self.void_due |= done.void_due
        return done

    @precondition(lambda self: self.status in {"placed", "payment_pending"})
    @rule(good=st.booleans())
    def the_provider_is_asked(self, good: bool) -> None:
        if self.ledger == "nothing":
            self.ledger = "paid" if good else "declined"
        answer = Happening.CHARGED if self.ledger == "paid" else Happening.DECLINED
        self.answers_under_way.append(answer)

    @precondition(lambda self: self.answers_under_way)
    @rule(data=st.data(), again=st.booleans())
    def an_answer_arrives(self, data: st.DataObject, again: bool) -> None:
        which = data.draw(st.integers(0, len(self.answers_under_way) - 1))
        self.happens(self.answers_under_way[which])
        if not again:
            self.answers_under_way.pop(which)

    @rule()
    def the_time_for_an_answer_is_over(self) -> None:
        self.happens(Happening.PUT_OFF)

    @rule()
    def the_owner_cancels(self) -> None:
        before = self.status
        assert (self.happens(Happening.CANCELLED) is None) == (before == "cancelled")

    @precondition(lambda self: self.void_due)
    @rule()
    def the_relay_voids(self) -> None:
        self.ledger = {"paid": "refunded", "nothing": "voided"}.get(self.ledger, self.ledger)
        self.void_due = False

    @invariant()
    def the_stock_comes_back_with_the_cancellation_and_once(self) -> None:
        assert self.stock_returns == (self.status == "cancelled")

    @invariant()
    def cancelled_is_the_end(self) -> None:
        assert "cancelled" not in self.history[:-1]

    @invariant()
    def a_paid_order_is_never_unpaid_but_by_its_cancellation(self) -> None:
        if "paid" in self.history:
            assert set(self.history[self.history.index("paid") + 1 :]) <= {"cancelled"}

    @invariant()
    def the_first_answer_is_given_once(self) -> None:
        assert self.first_answers == (self.status != "placed")

    @invariant()
    def money_is_kept_for_orders_that_stand_and_for_no_other(self) -> None:
        if self.status == "paid":
            assert self.ledger == "paid"
        if self.status == "cancelled" and not self.void_due:
            assert self.ledger in {"declined", "refunded", "voided"}


TestLife = Life.TestCase


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("happening", Happening)
def test_what_happens_twice_does_nothing_the_second_time(status: Status, happening: Happening) -> None:
    first = step(status, happening)
    if first is not None:
        assert step(first.status, happening) is None


@pytest.mark.parametrize("status", STATUSES)
def test_every_order_but_a_cancelled_one_can_be_cancelled(status: Status) -> None:
    done = step(status, Happening.CANCELLED)
    assert (done is not None) == (status != "cancelled")
    assert done is None or (done.stock_comes_back and done.void_due)


@pytest.mark.parametrize("happening", Happening)
def test_the_card_is_kept_while_the_payment_is_open_and_no_longer(happening: Happening) -> None:
    for status in STATUSES:
        done = step(status, happening)
        assert done is None or done.settled == (done.status in {"paid", "cancelled"})
