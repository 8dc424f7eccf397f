"""One key, one effect, whatever comes at once and whatever breaks."""

import threading
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Connection, Engine, text

from shared import database, idempotency
from shared.errors import OutOfStock, Unprocessable
from shared.idempotency import Claimed, Promised, Replayed, Response


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    made = database.make_engine(database_url, pool_size=8, application_name="test-function")
    with made.begin() as connection:
        connection.execute(text("CREATE TABLE IF NOT EXISTS effects (key text NOT NULL)"))
    yield made
    made.dispose()


@pytest.fixture
def key() -> str:
    return str(uuid.uuid4())


def act(connection: Connection, owner: str, key: str, digest: bytes = b"digest") -> Response:
    """An endpoint as it should be: claim, effect, settle."""
    match idempotency.claim(connection, owner, key, digest):
        case Replayed(response):
            return response
        case Claimed():
            connection.execute(text("INSERT INTO effects VALUES (:key)"), {"key": key})
            response = Response(status=201, body=uuid.uuid4().bytes, headers={"Location": f"/api/orders/{key}"})
            idempotency.settle(connection, owner, key, response)
            return response
        case Promised():
            raise AssertionError("nothing was promised")


def promise(connection: Connection, key: str, subject: str) -> Claimed | Promised | Replayed:
    """The first part of an endpoint whose answer comes later."""
    claim = idempotency.claim(connection, "alice", key, b"digest", subject=subject)
    if isinstance(claim, Claimed):
        connection.execute(text("INSERT INTO effects VALUES (:key)"), {"key": key})
    return claim


def effects(engine: Engine, key: str) -> int:
    statement = text("SELECT count(*) FROM effects WHERE key = :key")
    return int(database.run(engine, lambda c: c.execute(statement, {"key": key}).scalar_one()))


def test_the_second_request_gets_the_first_one_s_answer(engine: Engine, key: str) -> None:
    first, second = (database.run(engine, lambda c: act(c, "alice", key)) for _ in range(2))
    assert first == second
    assert effects(engine, key) == 1


def test_another_request_under_the_same_key_is_refused(engine: Engine, key: str) -> None:
    database.run(engine, lambda c: act(c, "alice", key))
    with pytest.raises(Unprocessable):
        database.run(engine, lambda c: act(c, "alice", key, b"another digest"))
    assert effects(engine, key) == 1


def test_two_people_may_use_one_key(engine: Engine, key: str) -> None:
    assert database.run(engine, lambda c: act(c, "alice", key)) != database.run(engine, lambda c: act(c, "bob", key))


def test_fifty_at_once_have_one_effect_and_one_answer(engine: Engine, key: str) -> None:
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: database.run(engine, lambda c: act(c, "alice", key)), range(50)))
    assert len({answer.body for answer in answers}) == 1
    assert effects(engine, key) == 1


def test_a_refusal_is_not_remembered(engine: Engine, key: str) -> None:
    def refuse(connection: Connection) -> None:
        act(connection, "alice", key)
        raise OutOfStock(["85048"])

    with pytest.raises(OutOfStock):
        database.run(engine, refuse)
    assert effects(engine, key) == 0
    assert database.run(engine, lambda c: act(c, "alice", key)).status == 201


def test_who_waited_for_one_that_failed_takes_its_claim_over(engine: Engine, key: str) -> None:
    claimed, waiting = threading.Event(), threading.Event()

    def fail_late(connection: Connection) -> None:
        act(connection, "alice", key)
        claimed.set()
        assert waiting.wait(5)
        raise OutOfStock(["85048"])

    def wait_and_act(connection: Connection) -> Response:
        waiting.set()
        return act(connection, "alice", key)

    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(database.run, engine, fail_late)
        assert claimed.wait(5)
        second = threads.submit(database.run, engine, wait_and_act)
        assert isinstance(first.exception(), OutOfStock)
        assert second.result().status == 201
    assert effects(engine, key) == 1


def test_the_answer_comes_back_whole(engine: Engine, key: str) -> None:
    response = Response(status=201, body=bytes(range(256)), headers={"Location": "/api/orders/\u00e9", "ETag": '"1"'})

    def place(connection: Connection) -> None:
        idempotency.claim(connection, "alice", key, b"d")
        idempotency.settle(connection, "alice", key, response)

    database.run(engine, place)
    assert database.run(engine, lambda c: idempotency.claim(c, "alice", key, b"d")) == Replayed(response)


def test_an_effect_without_an_answer_is_a_mistake_that_shows(engine: Engine, key: str) -> None:
    database.run(engine, lambda c: idempotency.claim(c, "alice", key, b"d"))
    with pytest.raises(RuntimeError, match="settle"):
        database.run(engine, lambda c: idempotency.claim(c, "alice", key, b"d"))


def test_a_key_whose_answer_is_not_known_yet_leads_to_what_it_was_promised_to(engine: Engine, key: str) -> None:
    assert database.run(engine, lambda c: promise(c, key, f"order-{key}")) == Claimed()
    for other in ("another", "a third"):
        again = database.run(engine, lambda c, subject=other: promise(c, key, subject))  # type: ignore[misc]
        assert again == Promised(f"order-{key}")
    assert database.run(engine, lambda c: idempotency.answer(c, "alice", key)) is None
    assert effects(engine, key) == 1


def test_fifty_at_once_are_promised_one_subject(engine: Engine, key: str) -> None:
    with ThreadPoolExecutor(8) as threads:
        claims = list(
            threads.map(lambda turn: database.run(engine, lambda c: promise(c, key, f"{key}-{turn}")), range(50))
        )
    promised = {claim for claim in claims if isinstance(claim, Promised)}
    assert (len(promised), claims.count(Claimed())) == (1, 1)
    assert effects(engine, key) == 1


def test_whoever_ends_the_subject_answers_the_key_once_and_for_all(engine: Engine, key: str) -> None:
    database.run(engine, lambda c: promise(c, key, key))
    first, second = Response(status=402, body=b"no"), Response(status=201, body=b"yes")
    for response in (first, second):
        database.run(engine, lambda c, response=response: idempotency.keep_promise(c, key, response))  # type: ignore[misc]
    assert database.run(engine, lambda c: promise(c, key, "another")) == Replayed(first)
    assert database.run(engine, lambda c: idempotency.answer(c, "alice", key)) == first


def test_another_request_under_a_promised_key_is_refused(engine: Engine, key: str) -> None:
    database.run(engine, lambda c: promise(c, key, key))
    with pytest.raises(Unprocessable):
        database.run(engine, lambda c: idempotency.claim(c, "alice", key, b"another digest", subject="other"))


def test_a_promise_whose_key_was_cleared_away_is_kept_without_it(engine: Engine, key: str) -> None:
    database.run(engine, lambda c: promise(c, key, key))
    forget = text("DELETE FROM orders.idempotency_keys WHERE key = :key")
    database.run(engine, lambda c: c.execute(forget, {"key": key}))
    database.run(engine, lambda c: idempotency.keep_promise(c, key, Response(status=201, body=b"")))
    assert database.run(engine, lambda c: idempotency.answer(c, "alice", key)) is None
