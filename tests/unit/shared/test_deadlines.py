"""A deadline on its way from function to function only ever comes nearer."""

from hypothesis import given
from hypothesis import strategies as st

from shared.deadlines import HEADER, Deadline

seconds = st.floats(0, 1000)


@given(seconds, seconds, seconds)
def test_what_is_told_is_never_more_than_what_is_left(within_s: float, gone_s: float, most_s: float) -> None:
    ours = Deadline.within(within_s, now_s=50)
    theirs = Deadline.of_request(ours.headers(now_s=50 + gone_s), most_s, now_s=9000)
    assert theirs.left_s(9000) <= ours.left_s(50 + gone_s) + 1e-6
    assert theirs.left_s(9000) <= most_s + 1e-6


@given(st.text())
def test_a_header_of_anything_gives_a_deadline_within_the_bound(said: str) -> None:
    assert 0 <= Deadline.of_request({HEADER: said}, 2.0, now_s=0).left_s(0) <= 2


def test_no_header_leaves_the_function_its_own_bound() -> None:
    assert Deadline.of_request({}, 2.0, now_s=10) == Deadline(12.0)


def test_the_earlier_of_two_counts() -> None:
    assert Deadline(1.0).earlier(Deadline(2.0)) == Deadline(2.0).earlier(Deadline(1.0)) == Deadline(1.0)
