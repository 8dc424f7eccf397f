"""A person's data: all of it is shown; after an erasure nothing of it is found, and the books add up as before."""

import subprocess
from dataclasses import dataclass, field
from typing import Any

import pytest

from knative.local.data import backups, erasure, persons
from knative.local.data.persons import UnknownPersonError
from knative.local.parts import postgres as postgres_part
from shared import database, order_store
from shared.order_states import Happening
from tests.unit.functions.conftest import CARD, Shop, keys, paying_shop, shop
from tests.waiting import wait_until

__all__ = ["keys", "paying_shop", "shop"]

PASSWORD = "a long enough one"
STOCK = 100
BOOKS = """
    SELECT (SELECT sum(available) FROM catalog.products)::int, count(*)::int, sum(total_minor)::int,
        (SELECT count(*) FROM orders.lines)::int, (SELECT count(*) FROM orders.outbox)::int,
        (SELECT count(*) FROM payments.ledger)::int,
        count(*) FILTER (WHERE status = 'paid')::int
    FROM orders.orders
"""


@dataclass(slots=True)
class Somebody:
    """A customer, who has done all that one can do."""

    shop: Shop
    email: str
    name: str
    id: str = ""
    tokens: dict[str, Any] = field(default_factory=dict)

    def live(self) -> None:
        account = {"email": self.email, "password": PASSWORD, "name": self.name}
        self.id = self.shop.function("register").post("/api/auth/register", json=account).json["id"]
        assert self.log_in() == 200
        cart = self.shop.function("cart").put(
            "/api/cart", json={"items": [{"sku": "A", "quantity": 3}]}, headers={**self.headers, "If-Match": "*"}
        )
        assert cart.status_code == 200, cart.text
        self.order("key-1")

    def log_in(self) -> int:
        answer = self.shop.function("login").post("/api/auth/login", json={"email": self.email, "password": PASSWORD})
        if answer.status_code == 200:
            self.tokens = answer.json
        return answer.status_code

    def order(self, key: str) -> None:
        placed = self.shop.function("place_order").post(
            "/api/orders", json={"items": [{"sku": "A", "quantity": 2}], "payment": {"card": CARD}},
            headers={**self.headers, "Idempotency-Key": key},
        )  # fmt: skip
        assert placed.status_code == 201, placed.text

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.tokens['access_token']}"}

    def refused(self) -> bool:
        return self.shop.function("get_profile").get("/api/me", headers=self.headers).status_code == 401


@pytest.fixture
def person(paying_shop: Shop) -> Somebody:
    paying_shop.rows("TRUNCATE identity.revoked_sessions, payments.ledger")
    paying_shop.stock({"A": STOCK})
    found = Somebody(paying_shop, "Zaphkiel.\\Quorra@exämple.com", "Zaphkiel Quorra")
    found.live()
    return found


@pytest.fixture
def other(person: Somebody) -> Somebody:
    found = Somebody(person.shop, "ada@example.com", "Ada")
    found.live()
    return found


@pytest.fixture
def pauses() -> list[float]:
    """How long an erasure has waited, each time."""
    return []


def report(shop: Shop, event_id: str, *, subject: str | None = None, data: object = None) -> None:
    event = {"specversion": "1.0", "id": event_id, "source": "/browser", "type": "seen", "data": data}
    answer = shop.function("record_event").post(
        "/api/events", json=event | ({"subject": subject} if subject else {}),
        headers={"Content-Type": "application/cloudevents+json"},
    )  # fmt: skip
    assert answer.status_code == 202, answer.text


def dump(shop: Shop) -> str:
    """All data of the database as text; what is bytes there, as hexadecimal digits."""
    words = [str(postgres_part.program("pg_dump")), "--data-only"]
    done = subprocess.run(words, env=backups.environment(shop.database_url), capture_output=True, check=True)
    return done.stdout.decode()


def assert_nowhere(shop: Shop, *needles: str) -> None:
    everything = dump(shop).lower()
    assert "catalog.products" in everything
    for needle in needles:
        for form in (needle, needle.replace("\\", "\\\\"), needle.replace("\\", "\\\\\\\\")):
            assert form.lower() not in everything, form
            assert form.encode().hex() not in everything, form
            assert form.lower().encode().hex() not in everything, form


def test_an_export_has_all_there_is_and_no_hash(person: Somebody, other: Somebody) -> None:
    report(person.shop, "1", subject=f"account/{person.id.upper()}")
    report(person.shop, "2", data={"to": person.email})
    report(person.shop, "3", data={"to": other.email})
    found: dict[str, Any] = persons.export(person.shop.database_url, person.email.upper())
    assert found["account"]["id"] == person.id
    assert (found["account"]["email"], found["account"]["name"]) == (person.email, person.name)
    assert [session["revoked_at"] for session in found["sessions"]] == [None]
    assert found["cart"]["items"] == [{"sku": "A", "quantity": 3}]
    [order] = found["orders"]
    assert (order["status"], order["total_minor"], order["lines"][0]["sku"]) == ("paid", 500, "A")
    assert [key["key"] for key in found["idempotency_keys"]] == ["key-1"]
    assert {event["id"] for event in found["events"]} == {"1", "2"}
    text = str(found)
    assert "argon2" not in text
    assert "hash" not in text
    assert other.id not in text


def test_after_an_erasure_nothing_is_found_and_the_books_add_up(
    person: Somebody, other: Somebody, pauses: list[float]
) -> None:
    shop = person.shop
    person.order(f"Zaphkiel/{person.id}")
    report(shop, "1", subject=f"account/{person.id.upper()}", data={"name": person.name})
    report(shop, "2", data={"to": person.email.upper()})
    report(shop, "3", data={"to": other.email})
    shop.rows(
        "UPDATE orders.outbox SET subject = %s, data = data || jsonb_build_object('by', %s::text, 'who', %s::text)"
        " WHERE sequence = (SELECT min(sequence) FROM orders.outbox)", [person.id, person.id.upper(), person.email],
    )  # fmt: skip
    shop.rows(
        "INSERT INTO eventing.deliveries (id, namespace, broker, trigger, headers, event, failed_code, failed_data)"
        " SELECT gen_random_uuid(), 'shop', 'shop', 'sales', '{}', json_build_object('id', '1', 'who', %s::text), 422,"
        " %s",
        [person.email.upper(), person.email.encode()],
    )
    before, others_export = shop.rows(BOOKS), persons.export(shop.database_url, other.email)
    assert before[0][1:3] == (3, 1500)

    done = erasure.erase(shop.database_url, person.email.upper(), pause=pauses.append)

    assert (done.orders, done.events, done.open_payments) == (2, 2, 0)
    assert len(pauses) == 1
    assert_nowhere(shop, person.id, person.email, person.name, "Zaphkiel")
    assert shop.rows(BOOKS) == before
    assert shop.rows("SELECT event->>'id', failed_code, failed_data FROM eventing.deliveries") == [("1", 422, b"")]
    assert persons.export(shop.database_url, other.email) == others_export
    owners = shop.rows("SELECT account_id::text, count(*)::int FROM orders.orders GROUP BY 1")
    assert sorted(int(str(count)) for _, count in owners) == [1, 2], "whoever it was, it was one person"
    wait_until(person.refused, 1.0, "the access token is refused")
    assert not other.refused()
    with pytest.raises(UnknownPersonError):
        persons.export(shop.database_url, person.email)


def test_the_address_can_register_anew_and_is_somebody_else(person: Somebody, pauses: list[float]) -> None:
    erasure.erase(person.shop.database_url, person.email, pause=pauses.append)
    assert person.log_in() == 401
    anew = Somebody(person.shop, person.email, "Another")
    anew.live()
    assert anew.id != person.id
    found: dict[str, Any] = persons.export(person.shop.database_url, person.email)
    assert len(found["orders"]) == 1


def test_an_order_whose_payment_is_open_is_settled_all_the_same(person: Somebody, pauses: list[float]) -> None:
    shop = person.shop
    shop.rows("UPDATE orders.orders SET status = 'placed', sealed_card = 'sealed'")
    shop.rows("DELETE FROM orders.outbox WHERE type = 'zerocart.order.paid.v1'")
    shop.rows("UPDATE orders.idempotency_keys SET response_status = NULL, response_body = NULL, key = %s", [person.id])
    assert erasure.erase(shop.database_url, person.email, pause=pauses.append).open_payments == 1
    assert_nowhere(shop, person.id, person.email, person.name)
    order_id = str(shop.value("SELECT id FROM orders.orders"))
    engine = database.make_engine(shop.database_url, pool_size=1, application_name="test")
    order = database.run(engine, lambda connection: order_store.settle(connection, order_id, Happening.CHARGED))
    engine.dispose()
    assert order is not None
    assert order.status == "paid"
    assert shop.rows("SELECT sealed_card FROM orders.orders") == [(None,)]
    assert shop.value("SELECT response_status FROM orders.idempotency_keys") == 201, "the key has its answer"


def test_an_erasure_that_was_interrupted_has_closed_the_account_and_is_done_again(
    person: Somebody, pauses: list[float]
) -> None:
    def interrupted(_seconds: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        erasure.erase(person.shop.database_url, person.email, pause=interrupted)
    assert person.log_in() == 401
    wait_until(person.refused, 1.0, "the access token is refused")
    refresh = {"refresh_token": person.tokens["refresh_token"]}
    assert person.shop.function("refresh_token").post("/api/auth/refresh", json=refresh).status_code == 401
    erasure.erase(person.shop.database_url, person.email, pause=pauses.append)
    assert_nowhere(person.shop, person.id, person.email, person.name)


def test_what_a_session_does_that_begins_in_that_very_moment_is_swept_up_too(person: Somebody) -> None:
    shop = person.shop
    pauses: list[float] = []

    def meanwhile(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 1:  # a login that had checked the password before
            token = "sha256('x'), gen_random_uuid(), %s, now() + interval '1 day'"
            into = "identity.refresh_tokens (hash, family, account_id, expires_at)"
            shop.rows(f"INSERT INTO {into} VALUES ({token})", [person.id])
        else:  # an order of its, under way when everything else went
            shop.rows("INSERT INTO orders.orders (id, account_id, status, total_minor, currency)"
                      " VALUES (gen_random_uuid(), %s, 'placed', 1, 'GBP')", [person.id])  # fmt: skip

    done = erasure.erase(shop.database_url, person.email, pause=meanwhile)
    assert (done.orders, len(pauses)) == (2, 2)
    assert_nowhere(shop, person.id)
    assert shop.value("SELECT count(*)::int FROM identity.revoked_sessions WHERE expires_at > now()") == 2


def test_a_role_comes_with_the_next_token_and_goes_at_once(person: Somebody) -> None:
    url = person.shop.database_url
    assert persons.grant(url, person.email, "admin") == ["admin"]
    assert persons.grant(url, person.email.upper(), "admin") == ["admin"], "once"
    assert not person.refused()
    assert person.log_in() == 200
    profile = person.shop.function("get_profile").get("/api/me", headers=person.headers)
    assert profile.json["roles"] == ["admin"]
    assert persons.revoke(url, person.email, "admin") == []
    wait_until(person.refused, 1.0, "the token that says admin is refused")
    assert person.log_in() == 200
    assert not person.refused()


@pytest.mark.parametrize("ask", [persons.export, erasure.erase, lambda url, email: persons.grant(url, email, "admin")])
def test_nobody_is_told_apart_from_somebody(shop: Shop, ask: Any) -> None:
    with pytest.raises(UnknownPersonError) as caught:
        ask(shop.database_url, "nobody@example.com")
    assert caught.value.hint
