"""One key, one effect, whatever comes at once and whatever breaks."""

import threading
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Connection, Engine, text

from shared import database, idempotency
from shared.errors import OutOfStock, Unprocessable
from shared.idempotency import Promised, Replayed, Response

ACT = text(f"""
    WITH claimed AS ({idempotency.CLAIMING.format(cause="(VALUES (true)) AS asked")})
    INSERT INTO effects SELECT :key FROM claimed RETURNING key
""")
KEEP = text(idempotency.KEEPING.format(cause="(VALUES (true)) AS ended"))


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


def act(
    connection: Connection, key: str, subject: str, *, owner: str = "alice", digest: bytes = b"digest"
) -> Promised | Replayed | None:
    """The first part of an endpoint as it should be. None: the key was new, and the effect is there."""
    values = {"owner": owner, "key": key, "digest": digest, "subject": subject}
    if connection.execute(ACT, values).one_or_none() is not None:
        return None
    return idempotency.look_up(connection, owner, key, digest)


def keep(engine: Engine, subject: str, response: Response) -> None:
    """The last part of it."""
    database.run(engine, lambda c: c.execute(KEEP, {"subject": subject, **idempotency.values(response)}))


def effects(engine: Engine, key: str) -> int:
    statement = text("SELECT count(*) FROM effects WHERE key = :key")
    return int(database.run(engine, lambda c: c.execute(statement, {"key": key}).scalar_one()))


def test_a_key_leads_to_what_it_was_promised_to_until_there_is_an_answer(engine: Engine, key: str) -> None:
    assert database.run(engine, lambda c: act(c, key, f"order-{key}")) is None
    for other in ("another", "a third"):
        again = database.run(engine, lambda c, subject=other: act(c, key, subject))  # type: ignore[misc]
        assert again == Promised(f"order-{key}")
    assert database.run(engine, lambda c: idempotency.answer(c, "alice", key)) is None
    assert effects(engine, key) == 1


def test_another_request_under_the_same_key_is_refused(engine: Engine, key: str) -> None:
    database.run(engine, lambda c: act(c, key, key))
    with pytest.raises(Unprocessable):
        database.run(engine, lambda c: act(c, key, "another", digest=b"another digest"))
    assert effects(engine, key) == 1


def test_two_people_may_use_one_key(engine: Engine, key: str) -> None:
    for owner in ("alice", "bob"):
        assert database.run(engine, lambda c, who=owner: act(c, key, f"{who}-{key}", owner=who)) is None  # type: ignore[misc]
    assert effects(engine, key) == 2


def test_fifty_at_once_have_one_effect_and_lead_to_one_subject(engine: Engine, key: str) -> None:
    with ThreadPoolExecutor(8) as threads:
        found = list(
            threads.map(lambda turn: database.run_autocommit(engine, lambda c: act(c, key, f"{key}-{turn}")), range(50))
        )
    promised = {each for each in found if isinstance(each, Promised)}
    assert (len(promised), found.count(None)) == (1, 1)
    assert effects(engine, key) == 1


def test_a_refusal_is_not_remembered(engine: Engine, key: str) -> None:
    def refuse(connection: Connection) -> None:
        act(connection, key, key)
        raise OutOfStock(["85048"])

    with pytest.raises(OutOfStock):
        database.run(engine, refuse)
    assert effects(engine, key) == 0
    assert database.run(engine, lambda c: act(c, key, key)) is None


def test_who_waited_for_one_that_failed_takes_its_claim_over(engine: Engine, key: str) -> None:
    claimed, waiting = threading.Event(), threading.Event()

    def fail_late(connection: Connection) -> None:
        act(connection, key, "the first")
        claimed.set()
        assert waiting.wait(5)
        raise OutOfStock(["85048"])

    def wait_and_act(connection: Connection) -> Promised | Replayed | None:
        waiting.set()
        return act(connection, key, "the second")

    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(database.run, engine, fail_late)
        assert claimed.wait(5)
        second = threads.submit(database.run, engine, wait_and_act)
        assert isinstance(first.exception(), OutOfStock)
        assert second.result() is None
    assert effects(engine, key) == 1


def test_the_answer_comes_back_whole(engine: Engine, key: str) -> None:
    response = Response(status=201, body=bytes(range(256)), headers={"Location": "/api/orders/\u00e9", "ETag": '"1"'})
    database.run(engine, lambda c: act(c, key, key))
    keep(engine, key, response)
    assert database.run(engine, lambda c: act(c, key, "another")) == Replayed(response)
    assert database.run(engine, lambda c: idempotency.answer(c, "alice", key)) == response


def test_whoever_ends_the_subject_answers_the_key_once_and_for_all(engine: Engine, key: str) -> None:
    database.run(engine, lambda c: act(c, key, key))
    first, second = Response(status=402, body=b"no"), Response(status=201, body=b"yes")
    for response in (first, second):
        keep(engine, key, response)
    assert database.run(engine, lambda c: act(c, key, "another")) == Replayed(first)
    assert database.run(engine, lambda c: idempotency.answer(c, "alice", key)) == first


def test_a_promise_whose_key_was_cleared_away_is_kept_without_it(engine: Engine, key: str) -> None:
    database.run(engine, lambda c: act(c, key, key))
    forget = text("DELETE FROM orders.idempotency_keys WHERE key = :key")
    database.run(engine, lambda c: c.execute(forget, {"key": key}))
    keep(engine, key, Response(status=201, body=b""))
    assert database.run(engine, lambda c: idempotency.answer(c, "alice", key)) is None
