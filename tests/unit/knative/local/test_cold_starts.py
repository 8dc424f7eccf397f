"""A cold start as its phases, from what the engine hears in whichever order it hears it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knative.local.cold_starts import ColdStart, ColdStarts, StartBook
from knative.local.model import RevisionName

NAME, OTHER = RevisionName("list-products-00001"), RevisionName("login-00001")


@pytest.fixture
def book() -> StartBook:
    return StartBook()


def test_a_start_that_a_request_waited_for_has_all_three_phases(book: StartBook) -> None:
    book.waits(NAME, 10.0)
    book.asked(NAME, 10.5)
    book.forked(7, NAME, 11.5)
    start = book.ready(7, NAME, 13.5)
    assert start == ColdStart(queued_s=0.5, forked_s=1.0, ready_s=2.0)
    assert start.total_s == 3.5
    assert book.of(NAME) == ColdStarts(count=1, last=start)


def test_a_start_that_load_asked_for_has_no_wait(book: StartBook) -> None:
    book.waits(NAME, 10.0)
    book.asked(NAME, 10.5)
    book.asked(NAME, 20.0)
    book.forked(7, NAME, 20.25)
    book.forked(8, NAME, 20.5)
    assert book.ready(8, NAME, 21.0) == ColdStart(queued_s=None, forked_s=0.5, ready_s=0.5)


def test_an_instance_that_is_quicker_than_the_zygote_s_word_is_counted_once(book: StartBook) -> None:
    book.asked(NAME, 1.0)
    book.asked(NAME, 1.0)
    assert book.ready(7, NAME, 2.0) == ColdStart(queued_s=None, forked_s=1.0, ready_s=0.0)
    book.forked(7, NAME, 2.5)
    # The second fork is still the second's.
    book.forked(8, NAME, 3.0)
    assert book.ready(8, NAME, 3.5) == ColdStart(queued_s=None, forked_s=2.0, ready_s=0.5)
    assert book.of(NAME).count == 2


def test_an_instance_that_says_it_twice_started_once(book: StartBook) -> None:
    book.asked(NAME, 1.0)
    book.forked(7, NAME, 1.5)
    book.ready(7, NAME, 2.0)
    assert book.ready(7, NAME, 3.0) is None
    assert book.of(NAME).count == 1


def test_an_instance_of_an_engine_before_is_not_counted(book: StartBook) -> None:
    assert book.ready(7, NAME, 2.0) is None
    assert book.of(NAME) == ColdStarts()


def test_what_a_lost_zygote_was_asked_for_is_nobody_s_beginning(book: StartBook) -> None:
    book.asked(NAME, 1.0)
    book.lose_asked()
    book.asked(NAME, 5.0)
    book.forked(7, NAME, 5.5)
    assert book.ready(7, NAME, 6.0) == ColdStart(queued_s=None, forked_s=0.5, ready_s=0.5)


def test_a_pid_that_comes_again_is_another_instance(book: StartBook) -> None:
    for began_s in (1.0, 10.0):
        book.asked(NAME, began_s)
        book.forked(7, NAME, began_s + 1)
        assert book.ready(7, NAME, began_s + 2) is not None
        book.ended(7)
    assert book.of(NAME).count == 2


def test_a_revision_that_is_gone_leaves_nothing(book: StartBook) -> None:
    book.asked(NAME, 1.0)
    book.ready(7, NAME, 2.0)
    book.waits(NAME, 3.0)
    book.asked(NAME, 3.0)
    book.forget(NAME)
    assert book.of(NAME) == ColdStarts()
    assert book.ready(8, NAME, 4.0) is None


@given(st.lists(st.tuples(st.sampled_from([NAME, OTHER]), st.booleans()), max_size=12))
def test_each_fork_is_one_start_of_its_own_revision_and_no_phase_is_negative(
    forks: list[tuple[RevisionName, bool]],
) -> None:
    book, now_s = StartBook(), 0.0
    for name, waited in forks:
        now_s += 1
        if waited:
            book.waits(name, now_s)
        book.asked(name, now_s + 0.5)
    for pid, (name, _) in enumerate(forks):
        now_s += 1
        book.forked(pid, name, now_s)
        start = book.ready(pid, name, now_s + 0.5)
        assert start is not None
        assert min(start.queued_s or 0.0, start.forked_s, start.ready_s) >= 0
    assert [book.of(name).count for name in (NAME, OTHER)] == [
        sum(forked == name for forked, _ in forks) for name in (NAME, OTHER)
    ]
