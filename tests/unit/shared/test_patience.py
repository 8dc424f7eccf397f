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
from shared.patience import AT_ONCE_S, BURST_LIMIT_S, ENVIRON_KEY, STANDING_LIMIT_S, STANDS_AFTER_S, Patience
from tests.unit.shared.functions_for_tests.echo.main import echo

READY_AT_S = 1_000.0


def over(patience: Patience, *, now_s: float, waited_s: float, sent_in_ms: int | None = 0) -> bool:
    """Of a request that had arrived whole `waited_s` ago."""
    sent_in = "-" if sent_in_ms is None else str(sent_in_ms)
    came_at_s = now_s - waited_s - (sent_in_ms or 0) / 1000
    return patience.over({ENVIRON_KEY: f"{came_at_s:.3f};{sent_in}"}, now_s)


def test_a_burst_waits_for_seconds_and_is_answered() -> None:
    patience = Patience(READY_AT_S)
    now_s = READY_AT_S + 60
    assert not over(patience, now_s=now_s, waited_s=0.0)
    assert not over(patience, now_s=now_s + STANDS_AFTER_S - 0.1, waited_s=STANDS_AFTER_S - 0.1)


def test_in_a_queue_that_stands_who_has_waited_too_long_is_told() -> None:
    patience = Patience(READY_AT_S)
    now_s = READY_AT_S + 60
    assert over(patience, now_s=now_s, waited_s=STANDING_LIMIT_S + 0.01)
    assert not over(patience, now_s=now_s, waited_s=STANDING_LIMIT_S - 0.01)


def test_a_burst_has_a_limit_too() -> None:
    patience = Patience(READY_AT_S)
    assert not over(patience, now_s=READY_AT_S + 60, waited_s=0.0)
    assert over(patience, now_s=READY_AT_S + 60, waited_s=BURST_LIMIT_S + 0.01)


def test_when_one_came_through_at_once_it_is_a_burst_again() -> None:
    patience = Patience(READY_AT_S)
    now_s = READY_AT_S + 60
    assert over(patience, now_s=now_s, waited_s=1.0)
    assert not over(patience, now_s=now_s, waited_s=AT_ONCE_S / 2)
    assert not over(patience, now_s=now_s + STANDS_AFTER_S - 0.01, waited_s=STANDING_LIMIT_S + 0.1)
    assert over(patience, now_s=now_s + STANDS_AFTER_S + 0.01, waited_s=STANDING_LIMIT_S + 0.1)


def test_the_wait_for_a_first_instance_does_not_count() -> None:
    patience = Patience(READY_AT_S)
    assert not over(patience, now_s=READY_AT_S + 0.05, waited_s=30.0)


def test_a_slow_client_waits_for_itself() -> None:
    patience = Patience(READY_AT_S)
    assert not over(patience, now_s=READY_AT_S + 60, waited_s=0.1, sent_in_ms=20_000)
    assert over(patience, now_s=READY_AT_S + 60, waited_s=BURST_LIMIT_S + 1, sent_in_ms=None)


@pytest.mark.parametrize("said", ["", "soon", "-1.000;0", "1", "1e400.000;0", "1.000", "1.000;0;0", "\u0661.000;0"])
def test_a_header_that_says_no_time_makes_nobody_wait(said: str) -> None:
    assert not Patience(READY_AT_S).over({ENVIRON_KEY: said}, READY_AT_S + 60)


@given(st.lists(st.tuples(st.floats(0, 5), st.floats(0, 10)), max_size=30))
def test_nobody_is_sent_away_within_the_standing_limit_and_nobody_served_past_the_bursts(
    requests: list[tuple[float, float]],
) -> None:
    patience, now_s = Patience(READY_AT_S), READY_AT_S + 10
    for pause_s, waited_s in requests:
        now_s += pause_s
        sent_away = over(patience, now_s=now_s, waited_s=waited_s)
        assert not (sent_away and waited_s < STANDING_LIMIT_S - 0.002)
        assert sent_away or waited_s < BURST_LIMIT_S + 0.002


def test_who_has_waited_too_long_gets_a_problem_that_says_when_to_come_again_and_health_never_waits() -> None:
    def refuse(*_: object) -> list[bytes]:
        raise AssertionError("the endpoint answers")

    client = Client(Edge(refuse, cast("View", echo).respond, Health([]), metrics.current(), Patience(READY_AT_S)))
    waited = {"X-Request-Arrived": f"{time.time() - 2:.3f};0"}
    late = client.get("/api/echo", headers=waited)
    assert (late.status_code, late.headers["Retry-After"]) == (503, "1")
    assert late.content_type == "application/problem+json"
    document = json.loads(late.text)
    assert (document["type"], document["instance"]) == ("unavailable", "/api/echo")
    assert document["trace_id"] == late.headers["x-trace-id"]
    assert client.get("/healthz", headers=waited).status_code == 200
    assert client.get("/api/echo", headers={"X-Request-Arrived": f"{time.time():.3f};0"}).status_code == 200
