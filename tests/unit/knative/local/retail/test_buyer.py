"""Buying for customers: the same key until it is settled, and never a guess about what became of an order."""

import json
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knative.local.retail.answers import Again, NoReply, Placed, Refused, Reply, judge_order, pause_s
from knative.local.retail.buyer import NO_LOGIN, OTHER_PASSWORD, Buyer, Uncertain, password
from knative.local.retail.plan import Customer, Placement, plan
from tests.unit.knative.local.retail.test_plan import row

ORDER = Reply(status=201, body=b'{"id": "order-1", "total": {"amount": 1500, "currency": "GBP"}}')
PLACED = Placed(order_id="order-1", total_minor=1500, currency="GBP")


def problem(status: int, name: str, retry_after_s: float | None = None) -> Reply:
    return Reply(status=status, body=json.dumps({"type": name}).encode(), retry_after_s=retry_after_s)


@dataclass
class MovedClock:
    """A clock that moves when somebody waits."""

    now: float = 0.0
    waits: list[float] = field(default_factory=list)

    def now_s(self) -> float:
        return self.now

    def wait(self, timeout_s: float) -> bool:
        self.now += timeout_s
        self.waits.append(timeout_s)
        return False


@dataclass
class ScriptedShop:
    """Answers each path from its script, the last line for ever."""

    scripts: dict[str, list[Reply | NoReply]]
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def post(self, path: str, body: bytes, headers: dict[str, str] | None = None) -> Reply | NoReply:
        self.asked.append((path, headers or {}))
        script = self.scripts[path]
        return script.pop(0) if len(script) > 1 else script[0]

    def count(self, path: str) -> int:
        return sum(1 for asked, _ in self.asked if asked == path)


def shop(
    *orders: Reply | NoReply, register: Reply | NoReply | None = None, login: Reply | NoReply | None = None
) -> ScriptedShop:
    return ScriptedShop(
        {
            "/api/auth/register": [register or Reply(status=201)],
            "/api/auth/login": [login or Reply(status=200, body=b'{"access_token": "token-1"}')],
            "/api/orders": list(orders),
        }
    )


@pytest.fixture
def placement() -> Placement:
    return plan([row()]).placements[0]


def test_an_order_is_placed_with_the_token_and_the_invoices_key(placement: Placement) -> None:
    scripted = shop(ORDER)
    outcome = Buyer(scripted, MovedClock(), 60).buy(placement)
    assert (outcome.result, dict(outcome.retries)) == (PLACED, {})
    assert [path for path, _ in scripted.asked] == ["/api/auth/register", "/api/auth/login", "/api/orders"]
    assert scripted.asked[-1][1] == {"Authorization": "Bearer token-1", "Idempotency-Key": "invoice-1"}


def test_a_customer_logs_in_once(placement: Placement) -> None:
    scripted = shop(ORDER)
    buyer = Buyer(scripted, MovedClock(), 60)
    buyer.buy(placement)
    buyer.buy(placement)
    assert scripted.count("/api/auth/login") == 1


def test_what_passes_is_tried_again_with_the_same_key(placement: Placement) -> None:
    scripted = shop(NoReply("connection"), NoReply("timeout"), problem(503, "unavailable", 1), problem(502, ""), ORDER)
    outcome = Buyer(scripted, MovedClock(), 60).buy(placement)
    assert outcome.result == PLACED
    assert dict(outcome.retries) == {"connection": 1, "timeout": 1, "503": 1, "502": 1}
    assert {headers["Idempotency-Key"] for path, headers in scripted.asked if path == "/api/orders"} == {"invoice-1"}


def test_retry_after_is_obeyed(placement: Placement) -> None:
    clock = MovedClock()
    Buyer(shop(problem(429, "too-many-requests", 7), ORDER), clock, 60).buy(placement)
    assert [7 <= wait <= 7.1 for wait in clock.waits] == [True]


def test_a_token_that_has_expired_is_renewed(placement: Placement) -> None:
    scripted = shop(problem(401, "unauthorized"), ORDER)
    outcome = Buyer(scripted, MovedClock(), 60).buy(placement)
    assert (outcome.result, scripted.count("/api/auth/login"), scripted.count("/api/auth/register")) == (PLACED, 2, 1)


def test_a_refusal_that_stays_is_final(placement: Placement) -> None:
    scripted = shop(problem(409, "out-of-stock"))
    assert Buyer(scripted, MovedClock(), 60).buy(placement).result == Refused("409 out-of-stock")
    assert scripted.count("/api/orders") == 1


def test_an_order_never_answered_is_uncertain(placement: Placement) -> None:
    assert Buyer(shop(NoReply("timeout")), MovedClock(), 60).buy(placement).result == Uncertain("timeout")


def test_an_order_only_ever_limited_is_refused_for_certain(placement: Placement) -> None:
    limited = problem(429, "too-many-requests", 20)
    assert Buyer(shop(limited), MovedClock(), 60).buy(placement).result == Refused("429 until the deadline")


def test_an_order_whose_token_cannot_be_renewed_after_a_lost_answer_is_uncertain(placement: Placement) -> None:
    scripted = shop(NoReply("timeout"), problem(401, "unauthorized"))
    scripted.scripts["/api/auth/login"] = [
        Reply(status=200, body=b'{"access_token": "token-1"}'),
        NoReply("connection"),
    ]
    assert Buyer(scripted, MovedClock(), 60).buy(placement).result == Uncertain("401")


def test_nobody_waits_past_the_deadline(placement: Placement) -> None:
    clock = MovedClock()
    Buyer(shop(problem(503, "unavailable")), clock, 60).buy(placement)
    assert 50 < clock.now <= 60


@pytest.mark.parametrize(
    ("register", "login", "reason"),
    [
        (Reply(status=409), problem(401, "unauthorized"), OTHER_PASSWORD),
        (problem(422, "unprocessable"), None, "422 unprocessable"),
        (NoReply("connection"), None, NO_LOGIN),
        (None, problem(503, "unavailable"), NO_LOGIN),
        (None, Reply(status=200, body=b"[]"), "200 from login with a body that has no token"),
    ],
)
def test_without_a_login_nothing_is_asked_for(
    placement: Placement, register: Reply | NoReply | None, login: Reply | NoReply | None, reason: str
) -> None:
    scripted = shop(ORDER, register=register, login=login)
    assert Buyer(scripted, MovedClock(), 60).buy(placement).result == Refused(reason)
    assert scripted.count("/api/orders") == 0


def test_an_account_from_an_earlier_run_is_logged_in(placement: Placement) -> None:
    assert Buyer(shop(ORDER, register=Reply(status=409)), MovedClock(), 60).buy(placement).result == PLACED


def test_a_password_belongs_to_its_address() -> None:
    passwords = {password(Customer(email=f"{name}@example.com", name=name)) for name in ("a", "b")}
    assert len(passwords) == 2
    assert all(8 <= len(one) <= 128 for one in passwords)


@pytest.mark.parametrize("body", [b"", b"[]", b'{"id": 1}', b'{"id": "x", "total": {"amount": "y"}}', b"\xff"])
def test_a_201_without_an_order_is_no_order(body: bytes) -> None:
    assert judge_order(Reply(status=201, body=body)) == Refused("201 with a body that is no order")


@given(st.integers(1, 1000), st.floats(0, 1))
def test_pauses_grow_and_stay_bounded(attempt: int, chance: float) -> None:
    again = Again(cause="503", unclear=True)
    assert 0.05 <= pause_s(again, attempt, chance) <= 5
    assert pause_s(again, attempt, chance) <= pause_s(again, attempt + 1, chance)


def test_a_stopped_replay_ends_at_once(placement: Placement) -> None:
    class StoppedClock(MovedClock):
        def wait(self, timeout_s: float) -> bool:
            return True

    scripted = shop(NoReply("timeout"))
    assert Buyer(scripted, StoppedClock(), 60).buy(placement).result == Uncertain("timeout")
    assert scripted.count("/api/orders") == 1
