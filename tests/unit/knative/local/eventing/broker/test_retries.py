"""How often a delivery is tried, after which pauses, and what happens then; `pkg/kncloudevents/retries.go`."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knative.local.eventing.broker.retries import (
    LONGEST_PAUSE_S,
    Again,
    Answer,
    DeadLetter,
    Done,
    Failure,
    Next,
    Park,
    after,
    pause_s,
)
from knative.local.model import Delivery, Sink

SUBSCRIBER = "http://subscriber.example/"
GIVEN_UP = Failure(destination=SUBSCRIBER, code=500)

policies = st.sampled_from(["linear", "exponential"])
delays = st.floats(0.001, 60)
not_now = st.one_of(st.none(), st.integers(500, 599), st.sampled_from([404, 408, 409, 429]))


def follows(status: int | None, delivery: Delivery, attempts: int = 1, failure: Failure | None = None) -> Next:
    return after(
        Answer(status=status, body=b"why"),
        attempts=attempts,
        delivery=delivery,
        failure=failure,
        destination=SUBSCRIBER,
    )


@pytest.mark.parametrize(
    ("policy", "pauses_s"),
    [("exponential", [0.2, 0.4, 0.8, 1.6]), ("linear", [0.0, 0.2, 0.4, 0.6])],
)
def test_pauses_are_knative_s(policy: str, pauses_s: list[float]) -> None:
    delivery = Delivery(retry=4, backoff_policy=policy, backoff_delay_s=0.2)  # type: ignore[arg-type]
    assert [pause_s(delivery, retry) for retry in range(4)] == pytest.approx(pauses_s)


def test_without_a_policy_there_are_no_pauses() -> None:
    assert pause_s(Delivery(retry=3, backoff_delay_s=5), 2) == 0


@given(policies, delays, st.integers(0, 5000))
def test_a_pause_never_is_shorter_than_the_one_before_and_never_endless(
    policy: str, delay_s: float, retry: int
) -> None:
    delivery = Delivery(backoff_policy=policy, backoff_delay_s=delay_s)  # type: ignore[arg-type]
    assert 0 <= pause_s(delivery, retry) <= pause_s(delivery, retry + 1) <= LONGEST_PAUSE_S


@given(not_now, st.integers(0, 20))
def test_a_subscriber_that_says_not_now_is_asked_once_and_as_often_more_as_it_says(
    status: int | None, retry: int
) -> None:
    delivery = Delivery(retry=retry, dead_letter_sink=Sink(uri="http://dead.example/"))
    attempts = 1
    while isinstance(follows(status, delivery, attempts), Again):
        attempts += 1
    assert attempts == retry + 1
    assert isinstance(follows(status, delivery, attempts), DeadLetter)


@given(st.one_of(st.integers(300, 399), st.integers(400, 499)).filter(lambda code: code not in {404, 408, 409, 429}))
def test_any_other_answer_is_the_last_word(status: int) -> None:
    delivery = Delivery(retry=10, dead_letter_sink=Sink(uri="http://dead.example/"))
    assert follows(status, delivery) == DeadLetter(Failure(destination=SUBSCRIBER, code=status, data=b"why"))


@given(st.integers(200, 299))
def test_2xx_is_done(status: int) -> None:
    assert follows(status, Delivery()) == Done()


def test_no_answer_is_told_as_500() -> None:
    assert follows(None, Delivery()) == Park(Failure(destination=SUBSCRIBER, code=500, data=b"why"))


def test_without_a_dead_letter_sink_it_is_parked_and_not_dropped() -> None:
    assert isinstance(follows(400, Delivery(retry=10)), Park)


def test_a_dead_letter_sink_is_tried_as_often_and_then_the_event_is_parked_with_the_subscriber_s_failure() -> None:
    delivery = Delivery(retry=2, dead_letter_sink=Sink(uri="http://dead.example/"))
    found = [follows(503, delivery, attempts, GIVEN_UP) for attempts in (1, 2, 3)]
    assert [type(each) for each in found] == [Again, Again, Park]
    assert found[-1] == Park(GIVEN_UP)
