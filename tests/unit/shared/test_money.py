"""Money is exact, and never mixed."""

from collections.abc import Callable

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.money import CurrencyMismatchError, Money, total

amounts = st.integers(min_value=-(2**80), max_value=2**80)
pounds = amounts.map(lambda amount: Money(amount=amount, currency="GBP"))


@given(pounds, pounds, pounds)
def test_sums_do_not_depend_on_their_order(a: Money, b: Money, c: Money) -> None:
    assert (a + b) + c == a + (b + c) == total([c, a, b])


@given(pounds, pounds)
def test_what_is_added_can_be_taken_away(a: Money, b: Money) -> None:
    assert a + b - b == a
    assert not a - a
    assert -a + a == Money(amount=0, currency="GBP")


@given(pounds, st.integers(min_value=0, max_value=50))
def test_a_multiple_is_a_sum_of_equals(price: Money, count: int) -> None:
    assert price * count == count * price == total([price] * count)


@given(amounts, amounts)
def test_currencies_never_mix(left: int, right: int) -> None:
    a, b = Money(amount=left, currency="GBP"), Money(amount=right, currency="EUR")
    works: list[Callable[[], Money]] = [lambda: a + b, lambda: a - b, lambda: total([a, b])]
    for work in works:
        with pytest.raises(CurrencyMismatchError) as caught:
            work()
        assert {caught.value.left, caught.value.right} == {"GBP", "EUR"}


@pytest.mark.parametrize("factor", [1.5, True, "2", None])
def test_only_whole_numbers_multiply(factor: object) -> None:
    with pytest.raises(TypeError):
        Money(amount=1, currency="GBP") * factor  # type: ignore[operator]


@given(pounds)
def test_it_survives_json(money: Money) -> None:
    small = Money(amount=money.amount % 2**60, currency="GBP")
    assert msgspec.json.decode(msgspec.json.encode(small), type=Money) == small


def test_it_can_be_read_by_people() -> None:
    assert str(Money(amount=295, currency="GBP")) == "GBP 2.95"
    assert str(Money(amount=-5, currency="GBP")) == "GBP -0.05"
