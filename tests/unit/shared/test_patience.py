"""A burst is worked off; in a queue that stands, whoever has waited too long is told to come again."""

import json
import time
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import Client

from shared import metrics
from shared.edge import Edge
from shared.endpoint import View
from shared.health import Health
from shared.patience import AT_ONCE_S, BURST_LIMIT_S, ENVIRON_KEY, IDLE_S, STANDING_LIMIT_S, STANDS_AFTER_S, Patience
from tests.unit.shared.functions_for_tests.echo.main import echo

READY_AT_S = 1_000.0


def over(patience: Patience, *, now_s: float, waited_s: float, sent_in_ms: int | None = 0) -> bool:
    """Of a request that had arrived whole `waited_s` ago."""
    sent_in = "-" if sent_in_ms is None else str(sent_in_ms)
    came_at_s = now_s - waited_s - (sent_in_ms or 0) / 1000
    return patience.over({ENVIRON_KEY: f"{came_at_s:.3f};{sent_in}"}, now_s)


def standing(patience: Patience, *, for_s: float, waited_s: float) -> float:
    """One is taken up at once; then, for a time, one after another comes and waits. Gives when the last is taken up."""
    begun_s = now_s = READY_AT_S + 60
    over(patience, now_s=begun_s, waited_s=0.0)
    for number in range(round(waited_s * 10)):  # until the first of them is taken up, others are
        over(patience, now_s=begun_s + number / 10, waited_s=0.0 if number == 0 else AT_ONCE_S * 1.5)
    for number in range(round(for_s * 10)):
        now_s = begun_s + number / 10 + waited_s
        over(patience, now_s=now_s, waited_s=waited_s)
    return now_s


def test_a_burst_waits_for_seconds_and_is_answered_however_long_the_machine_takes() -> None:
    patience = Patience(READY_AT_S)
    came_s = READY_AT_S + 60
    over(patience, now_s=came_s, waited_s=0.0)
    for tenth in range(1, round(BURST_LIMIT_S * 10)):
        late_s = min(tenth, 5) / 10  # all of them came within half a second
        now_s = came_s + tenth / 10
        assert not over(patience, now_s=now_s, waited_s=now_s - came_s - late_s)


def test_in_a_queue_that_stands_who_has_waited_too_long_is_told() -> None:
    patience = Patience(READY_AT_S)
    now_s = standing(patience, for_s=STANDS_AFTER_S + 0.2, waited_s=1.0)
    assert over(patience, now_s=now_s, waited_s=STANDING_LIMIT_S + 0.01)
    assert not over(patience, now_s=now_s, waited_s=STANDING_LIMIT_S - 0.01)


def test_a_burst_has_a_limit_too() -> None:
    patience = Patience(READY_AT_S)
    now_s = standing(patience, for_s=BURST_LIMIT_S + 1, waited_s=AT_ONCE_S / 2)
    assert not over(patience, now_s=now_s, waited_s=BURST_LIMIT_S - 0.01)
    assert over(patience, now_s=now_s, waited_s=BURST_LIMIT_S + 0.01)


def test_when_one_came_through_at_once_it_is_a_burst_again() -> None:
    patience = Patience(READY_AT_S)
    now_s = standing(patience, for_s=STANDS_AFTER_S + 2, waited_s=STANDING_LIMIT_S + 0.5)
    assert over(patience, now_s=now_s, waited_s=STANDING_LIMIT_S + 0.5)
    assert not over(patience, now_s=now_s, waited_s=AT_ONCE_S / 2)
    assert not over(patience, now_s=now_s + 0.1, waited_s=STANDING_LIMIT_S + 0.5)


def test_who_comes_to_an_idle_instance_has_waited_for_nobody() -> None:
    """As on a cluster: ready, and then nobody comes for seconds, though some wait at the activator."""
    patience = Patience(READY_AT_S)
    assert not over(patience, now_s=READY_AT_S + 20, waited_s=19.0)
    assert not over(patience, now_s=READY_AT_S + 20.5, waited_s=19.5), "it waits for those before it since then"
    assert not over(patience, now_s=READY_AT_S + 40, waited_s=0.5), "a slow way is no queue"
    now_s = standing(patience, for_s=STANDS_AFTER_S + 0.2, waited_s=1.0)
    assert not over(patience, now_s=now_s + IDLE_S + 0.1, waited_s=1.0)


def test_who_answers_for_seconds_is_not_idle() -> None:
    patience = Patience(READY_AT_S)
    now_s = READY_AT_S + 60
    over(patience, now_s=now_s, waited_s=0.0)
    sent_away = []
    for _ in range(6):
        now_s += 3 * IDLE_S
        patience.ended(now_s)
        sent_away.append(over(patience, now_s=now_s, waited_s=STANDING_LIMIT_S + 0.1))
    assert sent_away[2:] == [True] * 4


def test_the_wait_for_a_first_instance_does_not_count() -> None:
    patience = Patience(READY_AT_S)
    assert not over(patience, now_s=READY_AT_S + 0.05, waited_s=30.0)


def test_a_slow_client_waits_for_itself() -> None:
    patience = Patience(READY_AT_S)
    now_s = standing(patience, for_s=BURST_LIMIT_S + 2, waited_s=1.0)
    assert not over(patience, now_s=now_s, waited_s=0.1, sent_in_ms=20_000)
    assert over(patience, now_s=now_s, waited_s=BURST_LIMIT_S + 1, sent_in_ms=None)


@pytest.mark.parametrize("said", ["", "soon", "-1.000;0", "1", "1e400.000;0", "1.000", "1.000;0;0", "\u0661.000;0"])
def test_a_header_that_says_no_time_makes_nobody_wait(said: str) -> None:
    assert not Patience(READY_AT_S).over({ENVIRON_KEY: said}, READY_AT_S + 60)


@given(st.lists(st.tuples(st.floats(0, 5), st.floats(0, 10)), max_size=30))
def test_nobody_is_sent_away_within_the_standing_limit_and_nobody_served_past_the_bursts(
    requests: list[tuple[float, float]],
) -> None:
    patience, now_s = Patience(READY_AT_S), READY_AT_S + 10
    idle_until_s = now_s
    for number, (pause_s, waited_s) in enumerate(requests):
        now_s += pause_s
        if number == 0 or pause_s > IDLE_S - 0.001:
            idle_until_s = now_s
        sent_away = over(patience, now_s=now_s, waited_s=waited_s)
        assert not (sent_away and waited_s < STANDING_LIMIT_S - 0.002)
        assert sent_away or waited_s < BURST_LIMIT_S + 0.002 or now_s - idle_until_s < BURST_LIMIT_S + 0.002


def test_who_has_waited_too_long_gets_a_problem_that_says_when_to_come_again_and_health_never_waits() -> None:
    def refuse(*_: object) -> list[bytes]:
        raise AssertionError("the endpoint answers")

    patience = Patience(READY_AT_S)
    client = Client(Edge(refuse, cast("View", echo).respond, Health([]), metrics.current(), patience))
    now_s = time.time()
    for ago_s in range(11, -1, -1):  # somebody all the time, and all of them late
        over(patience, now_s=now_s - ago_s * 0.9, waited_s=3.0)
    waited = {"X-Request-Arrived": f"{now_s - 2:.3f};0"}
    late = client.get("/api/echo", headers=waited)
    assert (late.status_code, late.headers["Retry-After"]) == (503, "1")
    assert late.content_type == "application/problem+json"
    document = json.loads(late.text)
    assert (document["type"], document["instance"]) == ("unavailable", "/api/echo")
    assert document["trace_id"] == late.headers["x-trace-id"]
    assert client.get("/healthz", headers=waited).status_code == 200
    assert client.get("/api/echo", headers={"X-Request-Arrived": f"{time.time():.3f};0"}).status_code == 200
