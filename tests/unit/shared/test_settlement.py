"""Orders and the provider's ledger agree in the end, wherever a step is interrupted, and whoever takes the next one."""

import threading
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Connection, Engine, text

from functions.place_order import store
from shared import database, order_store, placement, settlement
from shared.baskets import Line
from shared.idempotency import Response
from shared.mesh import Mesh
from shared.order_states import Happening
from shared.placement import Wish
from shared.settlement import OpenPayment
from tests.payment_provider import PaymentProvider
from tests.waiting import wait_until

ACCOUNT_ID = "7d0b9a52-3c0f-4d5e-9a8b-2f1f6f0a1c11"
GOOD, DECLINED, LATE = "4242424242424242", "4000000000000002", "4000000000009995"
IN_STOCK, PRICE_MINOR = 1000, 250
# The events that an order may have led to, each with the status that it tells.
PLACED, PAID, CANCELLED = (f"zerocart.order.{status}.v1 {status}" for status in ("placed", "paid", "cancelled"))
TOLD = {
    "placed": [[PLACED]], "payment_pending": [[PLACED]], "paid": [[PLACED, PAID]],
    "cancelled": [[PLACED, CANCELLED], [PLACED, PAID, CANCELLED]],
}  # fmt: skip


class Desk:
    """The steps of an order, one by one: what is not called has not happened, as after a kill."""

    def __init__(self, engine: Engine, provider: PaymentProvider, mesh: Mesh) -> None:
        self.engine = engine
        self.provider = provider
        self.mesh = mesh

    def wish(self, card: str = GOOD, pieces: int = 2) -> Wish:
        lines = [Line(sku="A", quantity=pieces)]
        return Wish(account_id=ACCOUNT_ID, key=str(uuid.uuid4()), lines=lines, card=card)

    def begin(self, wish: Wish) -> Response | OpenPayment:
        order_id = str(uuid.uuid4())
        sealed_card = self.provider.seal(wish.card, order_id)
        return database.run(self.engine, lambda c: placement.begin(c, wish, order_id, sealed_card))

    def begun(self, wish: Wish) -> OpenPayment:
        payment = self.begin(wish)
        assert isinstance(payment, OpenPayment)
        return payment

    def ask(self, payment: OpenPayment) -> Happening:
        return settlement.ask(self.mesh, payment)

    def finish(self, wish: Wish, payment: OpenPayment, happening: Happening) -> Response:
        return store.finish(self.engine, wish, payment, happening, within_s=database.WITHIN_S)

    def cancel(self, payment: OpenPayment) -> bool:
        happened = database.run(self.engine, lambda c: order_store.settle(c, payment.order_id, Happening.CANCELLED))
        return happened is not None

    def relay(self, limit: int = 100) -> tuple[int, int]:
        """One run of the relay, when everything that is open is due: settled, voided."""
        self.rows("UPDATE orders.orders SET payment_due_at = now() WHERE payment_due_at IS NOT NULL")
        settled = settlement.settle_due(self.engine, self.mesh, limit=limit)
        return settled, settlement.void_due(self.engine, self.mesh, limit=limit)

    def rows(self, statement: str) -> list[tuple[object, ...]]:
        def work(connection: Connection) -> list[tuple[object, ...]]:
            done = connection.execute(text(statement))
            return [tuple(row) for row in done] if done.returns_rows else []

        return database.run(self.engine, work)

    def status(self, payment: OpenPayment) -> object:
        [(status,)] = self.rows(f"SELECT status FROM orders.orders WHERE id = '{payment.order_id}'")
        return status

    def answer(self, wish: Wish) -> tuple[object, object] | None:
        """The key's answer as it is kept: its status, and that of the order in it."""
        [(status, said)] = self.rows(
            "SELECT response_status, convert_from(response_body, 'UTF8')::jsonb ->> 'status'"
            f" FROM orders.idempotency_keys WHERE key = '{wish.key}'"
        )
        return None if status is None else (status, said)

    def check(self, *, at_rest: bool) -> None:
        """What is always true; `at_rest`: nothing is open and nothing is owed, so the ledger agrees too."""
        orders = self.rows("""
            SELECT id::text, status, total_minor, sealed_card IS NOT NULL, payment_due_at IS NOT NULL,
                (SELECT sum(quantity)::int FROM orders.lines WHERE order_id = orders.id),
                (SELECT array_agg(type || ' ' || (data ->> 'status') ORDER BY sequence) FROM orders.outbox
                    WHERE subject = orders.id::text),
                (SELECT response_status FROM orders.idempotency_keys WHERE subject = orders.id::text)
            FROM orders.orders
        """)
        ledger = self.provider.ledger()
        sold = 0
        for order_id, status, total, card_kept, due, pieces, events, answered in orders:
            sold += int(str(pieces)) if status != "cancelled" else 0
            assert card_kept == (status in {"placed", "payment_pending"}), "a card is kept while the payment is open"
            assert due or not card_kept, "whoever is open, somebody will see to it"
            assert (answered is None) == (status == "placed"), "the first step answers the key"
            assert events in TOLD[str(status)]
            if status == "paid":
                assert ledger[str(order_id)] == ("paid", total)
            if at_rest:
                assert status in {"paid", "cancelled"}
                assert not due
            if at_rest and status == "cancelled":
                assert ledger[str(order_id)][0] in {"declined", "voided"}
        assert self.rows("SELECT available FROM catalog.products") == [(IN_STOCK - sold,)]
        assert ledger.keys() <= {str(row[0]) for row in orders}


def fresh(database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "TRUNCATE catalog.products, catalog.words, orders.orders, orders.idempotency_keys, orders.outbox,"
            " payments.ledger CASCADE"
        )
        connection.execute(
            "INSERT INTO catalog.products"
            " (sku, name, description, category, price_minor, currency, available, image_url)"
            " VALUES ('A', 'Good A', '', 'things', %s, 'GBP', %s, '')",
            (PRICE_MINOR, IN_STOCK),
        )


@pytest.fixture(scope="module")
def engine(database_url: str) -> Iterator[Engine]:
    made = database.make_engine(database_url, pool_size=8, application_name="test-function")
    yield made
    made.dispose()


@pytest.fixture
def desk(database_url: str, engine: Engine, payment_provider: PaymentProvider) -> Iterator[Desk]:
    fresh(database_url)
    with payment_provider.mesh() as mesh:
        yield Desk(engine, payment_provider, mesh)


def test_a_kill_before_the_charge_leaves_an_order_that_the_key_pays(desk: Desk) -> None:
    wish = desk.wish()
    first = desk.begun(wish)
    again = desk.begun(wish)
    assert again == first, "under the same id, with the card that was kept"
    desk.finish(wish, again, desk.ask(again))
    assert (desk.status(first), desk.answer(wish)) == ("paid", (201, "paid"))
    desk.check(at_rest=True)


@pytest.mark.parametrize(("card", "status", "answer"), [(GOOD, "paid", 201), (DECLINED, "cancelled", 402)])
@pytest.mark.parametrize("charged", [False, True])
def test_a_kill_before_or_after_the_charge_leaves_an_order_that_the_relay_settles_and_answers(
    desk: Desk, card: str, status: str, answer: int, charged: bool
) -> None:
    wish = desk.wish(card)
    payment = desk.begun(wish)
    if charged:
        desk.ask(payment)
    assert desk.answer(wish) is None
    desk.check(at_rest=False)
    assert desk.relay() == (1, 0)
    assert (desk.status(payment), desk.answer(wish)) == (status, (answer, status))
    assert isinstance(desk.begin(wish), Response)
    desk.check(at_rest=True)


def test_a_relay_leaves_an_order_alone_while_its_own_request_may_be_at_it(desk: Desk) -> None:
    desk.begun(desk.wish())
    assert settlement.settle_due(desk.engine, desk.mesh, limit=100) == 0
    assert desk.provider.ledger() == {}


def test_who_finishes_late_gets_the_answer_that_the_relay_has_given(desk: Desk) -> None:
    wish = desk.wish()
    payment = desk.begun(wish)
    desk.provider.kill()
    assert desk.ask(payment) is Happening.PUT_OFF
    desk.provider.be_there()
    assert desk.relay() == (1, 0)
    response = desk.finish(wish, payment, Happening.PUT_OFF)
    assert (response.status, desk.status(payment), desk.answer(wish)) == (201, "paid", (201, "paid"))
    desk.check(at_rest=True)


def test_many_who_ask_at_once_about_one_order_charge_it_once_and_get_one_answer(desk: Desk) -> None:
    wish = desk.wish()
    desk.begun(wish)

    def whole(_turn: int) -> Response:
        payment = desk.begin(wish)
        return payment if isinstance(payment, Response) else desk.finish(wish, payment, desk.ask(payment))

    with ThreadPoolExecutor(8) as threads:
        responses = list(threads.map(whole, range(30)))
    assert {(response.status, response.body) for response in responses} == {(201, responses[0].body)}
    desk.check(at_rest=True)


def test_a_provider_killed_after_it_has_booked_is_asked_again_and_says_the_same(desk: Desk) -> None:
    wish = desk.wish(LATE)
    payment = desk.begun(wish)
    assert desk.ask(payment) is Happening.PUT_OFF, "it has booked, and takes its time to say so"
    assert desk.provider.ledger()[payment.order_id] == ("paid", 2 * PRICE_MINOR)
    desk.provider.kill()
    assert desk.finish(wish, payment, Happening.PUT_OFF).status == 201
    assert desk.status(payment) == "payment_pending"
    desk.provider.be_there()
    assert desk.relay() == (1, 0)
    assert (desk.status(payment), desk.answer(wish)) == ("paid", (201, "payment_pending"))
    desk.check(at_rest=True)


@pytest.mark.parametrize("charged", [False, True])
def test_an_order_cancelled_while_it_is_charged_is_given_back(desk: Desk, charged: bool) -> None:
    wish = desk.wish()
    payment = desk.begun(wish)
    happening = desk.ask(payment) if charged else Happening.PUT_OFF
    assert desk.cancel(payment)
    response = desk.finish(wish, payment, happening)
    assert (response.status, desk.answer(wish)) == (201, (201, "cancelled"))
    assert desk.relay() == (0, 1)
    assert desk.ask(payment) is Happening.DECLINED, "nobody can charge it any more"
    desk.check(at_rest=True)


def test_a_charge_that_arrives_after_the_void_takes_nothing(desk: Desk) -> None:
    wish = desk.wish()
    payment = desk.begun(wish)
    desk.finish(wish, payment, Happening.PUT_OFF)
    desk.cancel(payment)
    assert desk.relay() == (0, 1)
    desk.finish(wish, payment, desk.ask(payment))
    desk.check(at_rest=True)


def test_cancelling_and_charging_at_the_same_moment_agree_in_the_end(desk: Desk) -> None:
    payments = [desk.begun(desk.wish()) for _ in range(20)]
    desk.rows("UPDATE orders.orders SET payment_due_at = now()")
    together = threading.Barrier(3, timeout=20)

    def cancel_all() -> int:
        together.wait()
        return sum(desk.cancel(payment) for payment in payments)

    def settle_all() -> int:
        together.wait()
        return settlement.settle_due(desk.engine, desk.mesh, limit=100)

    with ThreadPoolExecutor(3) as threads:
        cancelled, *_ = [threads.submit(work) for work in (cancel_all, settle_all, settle_all)]
    assert cancelled.result() == 20
    desk.relay()
    desk.check(at_rest=True)


def test_two_relays_at_once_charge_each_order_once(desk: Desk) -> None:
    for _ in range(20):
        desk.begun(desk.wish())
    desk.rows("UPDATE orders.orders SET payment_due_at = now()")
    with ThreadPoolExecutor(4) as threads:
        settled = threads.map(lambda _: settlement.settle_due(desk.engine, desk.mesh, limit=100), range(4))
    assert sum(settled) == 20
    desk.check(at_rest=True)


def test_a_relay_does_not_wait_for_an_order_that_somebody_is_at(desk: Desk) -> None:
    locked, free = desk.begun(desk.wish()), desk.begun(desk.wish())
    desk.rows("UPDATE orders.orders SET payment_due_at = now()")
    lock = text(f"SELECT FROM orders.orders WHERE id = '{locked.order_id}' FOR UPDATE")
    with database.transaction(desk.engine) as connection:
        connection.execute(lock)
        assert settlement.settle_due(desk.engine, desk.mesh, limit=100) == 1
    assert (desk.status(locked), desk.status(free)) == ("placed", "paid")


def test_a_provider_that_is_away_costs_one_call_and_the_longest_overdue_goes_to_the_end(desk: Desk) -> None:
    payments = [desk.begun(desk.wish()) for _ in range(3)]
    desk.provider.kill()
    for _ in range(2):  # the first to be asked about has its turn again after the others
        desk.rows("UPDATE orders.orders SET payment_due_at = LEAST(payment_due_at, now()) WHERE status = 'placed'")
        assert settlement.settle_due(desk.engine, desk.mesh, limit=100) == 0
    statuses = [desk.status(payment) for payment in payments]
    assert sorted(map(str, statuses)) == ["payment_pending", "payment_pending", "placed"]
    desk.check(at_rest=False)


def test_one_order_that_the_provider_does_not_understand_does_not_stand_before_the_others(desk: Desk) -> None:
    broken, whole = desk.begun(desk.wish()), desk.begun(desk.wish())
    desk.rows(f"UPDATE orders.orders SET sealed_card = 'x' WHERE id = '{broken.order_id}'")
    for overdue_s, payment in ((1, whole), (2, broken)):
        due = f"now() - make_interval(secs => {overdue_s})"
        desk.rows(f"UPDATE orders.orders SET payment_due_at = {due} WHERE id = '{payment.order_id}'")
    assert settlement.settle_due(desk.engine, desk.mesh, limit=100) == 1
    assert (desk.status(broken), desk.status(whole)) == ("payment_pending", "paid")


def test_no_connection_is_held_while_the_provider_is_asked(database_url: str, desk: Desk) -> None:
    payment = desk.begun(desk.wish(LATE))
    desk.rows("UPDATE orders.orders SET payment_due_at = now()")
    small = database.make_engine(database_url, pool_size=1, application_name="test-relay")
    with ThreadPoolExecutor(1) as threads:
        relay = threads.submit(settlement.settle_due, small, desk.mesh, limit=1)
        wait_until(lambda: payment.order_id in desk.provider.ledger(), 10, "a provider that has booked")
        assert small.pool.checkedout() == 0  # type: ignore[attr-defined]
        assert settlement.settle_due(desk.engine, desk.mesh, limit=1) == 0, "another relay leaves it to the first"
        assert desk.cancel(payment), "its row is free, and need not wait"
        assert relay.result() == 0
    small.dispose()
    assert desk.relay() == (0, 1)
    desk.check(at_rest=True)


def test_an_order_placed_by_the_release_before_is_left_alone_and_can_be_cancelled(desk: Desk) -> None:
    wish = desk.wish()
    payment = desk.begun(wish)
    desk.finish(wish, payment, Happening.PUT_OFF)
    desk.rows("UPDATE orders.orders SET status = 'placed', sealed_card = NULL, payment_due_at = NULL")
    assert desk.relay() == (0, 0)
    assert desk.cancel(payment)
    assert desk.relay() == (0, 1)


def test_orders_and_ledger_agree_whatever_comes_in_which_order(database_url: str, desk: Desk) -> None:
    class Life(RuleBasedStateMachine):
        """Steps of some orders, in any order, each as often as it likes, and interrupted between any two."""

        def __init__(self) -> None:
            super().__init__()
            fresh(database_url)
            self.wishes: list[Wish] = []
            self.payments: dict[str, OpenPayment] = {}
            self.said: list[tuple[Wish, OpenPayment, Happening]] = []
            self.answers: dict[str, tuple[object, object]] = {}

        @initialize()
        def an_order_is_begun(self) -> None:
            self.begin_one(GOOD)

        @precondition(lambda self: len(self.wishes) < 4)
        @rule(card=st.sampled_from([GOOD, DECLINED]))
        def begin_one(self, card: str) -> None:
            wish = desk.wish(card)
            self.wishes.append(wish)
            self.payments[wish.key] = desk.begun(wish)

        @rule(data=st.data())
        def the_key_comes_again(self, data: st.DataObject) -> None:
            wish = data.draw(st.sampled_from(self.wishes))
            again = desk.begin(wish)
            assert isinstance(again, Response) == (desk.answer(wish) is not None)

        @rule(data=st.data(), in_time=st.booleans())
        def the_provider_is_asked(self, data: st.DataObject, in_time: bool) -> None:
            wish = data.draw(st.sampled_from(self.wishes))
            payment = self.payments[wish.key]
            happening = desk.ask(payment)
            self.said.append((wish, payment, happening if in_time else Happening.PUT_OFF))

        @precondition(lambda self: self.said)
        @rule(data=st.data(), killed=st.booleans())
        def what_it_said_is_settled(self, data: st.DataObject, killed: bool) -> None:
            which = data.draw(st.integers(0, len(self.said) - 1))
            if not killed:
                desk.finish(*self.said[which])
            self.said.pop(which)

        @rule(data=st.data())
        def an_order_is_cancelled(self, data: st.DataObject) -> None:
            desk.cancel(self.payments[data.draw(st.sampled_from(self.wishes)).key])

        @rule(limit=st.integers(1, 3))
        def the_relay_runs(self, limit: int) -> None:
            desk.relay(limit)

        @invariant()
        def what_is_always_true(self) -> None:
            desk.check(at_rest=False)
            for wish in self.wishes:
                if (answer := desk.answer(wish)) is not None:
                    assert self.answers.setdefault(wish.key, answer) == answer, "one key, one answer"

        def teardown(self) -> None:
            for wish, payment, happening in self.said:
                desk.finish(wish, payment, happening)
            desk.relay()
            desk.relay()
            desk.check(at_rest=True)

    run_state_machine_as_test(
        Life,
        settings=hypothesis_settings(
            max_examples=25, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
