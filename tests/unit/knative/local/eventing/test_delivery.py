"""How often an event is sent: as Knative's adapter does, and never for ever."""

import asyncio
from collections.abc import Iterator

import hypothesis.strategies as st
import pytest
from hypothesis import given

from knative.local.eventing.delivery import NOT_NOW, RETRIES, Outcome, deliver

Answer = int | OSError


def delivered(*answers: Answer) -> tuple[Outcome, list[float], int]:
    """What becomes of an event that is answered so, the pauses between, and how many answers were not asked for."""
    left: Iterator[Answer] = iter(answers)
    pauses: list[float] = []

    async def send() -> int:
        answer = next(left)
        if isinstance(answer, OSError):
            raise answer
        return answer

    async def pause(seconds: float) -> None:
        pauses.append(seconds)

    outcome = asyncio.run(deliver(send, pause))
    return outcome, pauses, len(list(left))


def test_an_answer_of_2xx_is_the_end() -> None:
    outcome, pauses, left = delivered(204, 503)
    assert (outcome, pauses, left) == (Outcome(attempts=1, status=204), [], 1)
    assert outcome.delivered
    assert str(outcome) == "delivered"


def test_not_now_is_tried_again_after_longer_and_longer_pauses_and_then_given_up() -> None:
    outcome, pauses, left = delivered(*[503] * 9)
    assert pauses == pytest.approx([0.1, 0.2, 0.4, 0.8, 1.6])
    assert (outcome.attempts, outcome.delivered, left) == (1 + RETRIES, False, 3)
    assert str(outcome) == "answered 503, 6 attempts"


def test_no_answer_is_tried_again() -> None:
    outcome, pauses, _ = delivered(ConnectionRefusedError("refused"), TimeoutError(), 202)
    assert outcome == Outcome(attempts=3, status=202)
    assert pauses == pytest.approx([0.1, 0.2])
    assert str(outcome) == "delivered, 3 attempts"


def test_what_happened_at_last_is_told() -> None:
    assert str(delivered(*[TimeoutError()] * 6)[0]) == "no answer in time, 6 attempts"
    assert str(delivered(*[OSError("no route")] * 6)[0]) == "no route, 6 attempts"


@pytest.mark.parametrize("status", [400, 401, 403, 409, 422, 500, 501])
def test_a_sink_that_refuses_is_not_asked_again(status: int) -> None:
    outcome, pauses, _ = delivered(status, 200)
    assert (outcome.attempts, pauses) == (1, [])
    assert not outcome.delivered


@given(st.lists(st.sampled_from(sorted(NOT_NOW)), min_size=RETRIES + 1))
def test_it_always_ends(statuses: list[int]) -> None:
    assert delivered(*statuses)[0].attempts == RETRIES + 1
