"""Whatever is asked of the provider, how often and in what order: one charge, one word, and no money after a void."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from functions.charge_payment import ledger
from functions.charge_payment.ledger import DECLINED_CARD, LATE_CARD, Entry
from shared.errors import Unprocessable
from shared.money import Money

GOOD_CARD = "4242424242424242"
PRICE = Money(amount=250, currency="GBP")
CARDS = st.sampled_from([GOOD_CARD, DECLINED_CARD, LATE_CARD, "5555555555554444"])


def charge(entry: Entry | None, amount: Money, card: str) -> Entry:
    return ledger.first_charge(amount, card) if entry is None else ledger.charge_again(entry, amount)


class Book(RuleBasedStateMachine):
    """One order's entry, under charges and voids that come twice, late and in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.entry: Entry | None = None
        self.words: list[str] = []
        self.voided = False
        self.taken_minor = 0
        self.given_back_minor = 0

    def becomes(self, entry: Entry) -> None:
        before = self.entry.kept_minor if self.entry else 0
        self.taken_minor += max(0, entry.kept_minor - before)
        self.given_back_minor += max(0, before - entry.kept_minor)
        self.entry = entry

    @rule(card=CARDS)
    def it_is_charged(self, card: str) -> None:
        first = self.entry is None
        self.becomes(charge(self.entry, PRICE, card))
        assert self.entry
        if first:
            assert self.entry.word == ("declined" if card == DECLINED_CARD else "paid")
        elif not self.voided:
            assert self.entry.word == self.words[0]
        else:
            assert self.entry.word == "declined"
        self.words.append(self.entry.word)

    @rule(amount=st.sampled_from([Money(amount=251, currency="GBP"), Money(amount=250, currency="EUR")]))
    def it_is_charged_with_another_amount(self, amount: Money) -> None:
        if self.entry is not None and self.entry.amount is not None:
            with pytest.raises(Unprocessable) as caught:
                charge(self.entry, amount, GOOD_CARD)
            assert [error.field for error in caught.value.errors] == ["amount"]

    @rule()
    def it_is_voided(self) -> None:
        self.becomes(ledger.void(self.entry))
        self.voided = True
        assert self.entry == ledger.void(self.entry)

    @invariant()
    def it_is_charged_once_at_most(self) -> None:
        assert self.taken_minor in {0, PRICE.amount}

    @invariant()
    def the_word_changes_from_paid_to_declined_and_never_back(self) -> None:
        assert self.words == sorted(self.words, reverse=True)

    @invariant()
    def after_a_void_nothing_is_kept(self) -> None:
        if self.voided:
            assert self.entry is not None
            assert self.entry.kept_minor == 0
            assert self.taken_minor == self.given_back_minor

    @invariant()
    def without_a_void_what_was_taken_is_kept(self) -> None:
        if not self.voided and self.entry:
            assert self.entry.kept_minor == self.taken_minor == (PRICE.amount if self.words[0] == "paid" else 0)


TestBook = Book.TestCase


@given(digits=st.from_regex(r"[0-9]{12,19}", fullmatch=True))
def test_any_card_but_the_declined_one_is_good_and_any_but_the_late_one_quick(digits: str) -> None:
    assert (ledger.first_charge(PRICE, digits).status == "paid") == (digits != DECLINED_CARD)
    assert (ledger.answer_after_s(digits) == 0) == (digits != LATE_CARD)


def test_the_special_cards_are_those_of_the_contract() -> None:
    assert ledger.first_charge(PRICE, "4242424242424242").status == "paid"
    assert ledger.first_charge(PRICE, "4000000000000002").status == "declined"
    assert ledger.first_charge(PRICE, "4000000000009995").status == "paid"
    assert ledger.answer_after_s("4000000000009995") == 5
