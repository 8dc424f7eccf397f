"""What is due goes, and nothing else: rows just before and just after their time, and what is still needed."""

import itertools
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.types.json import Jsonb
from sqlalchemy import text

from functions.expire_data import store
from functions.expire_data.store import Kind
from knative.local.data import roles
from knative.local.parts import postgres as postgres_part
from shared import settings as process_settings
from shared.errors import SettingError
from shared.settings import Settings
from tests.servers import PostgresServer
from tests.unit.functions.conftest import ACCOUNT_ID, OTHER_ACCOUNT_ID, Shop
from tests.waiting import wait_until

NOW = datetime(2031, 5, 17, 12, 0, tzinfo=UTC)
LITTLE = timedelta(seconds=1)
TABLES = tuple(kind.table for kind in store.kinds(Settings()))
ORDER_ID = "1b4e28ba-2fa1-11d2-883f-0016d3cca427"

numbers = itertools.count()


@pytest.fixture
def retention(shop: Shop, postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    """The shop, with the function under its own role, which may delete only."""
    role = postgres_part.ROLES["retention"]
    roles.give_passwords(postgres.url("postgres", postgres_part.ADMINISTRATOR), {role: "a password"})
    name = psycopg.conninfo.conninfo_to_dict(shop.database_url)["dbname"]
    monkeypatch.setenv("DATABASE_URL", postgres_part.url(postgres.folder, "a password", database=str(name), user=role))
    for variable, days in (("EVENTS", "30"), ("CARTS", "20"), ("IDEMPOTENCY_KEYS", "10"), ("OUTBOX", "5")):
        monkeypatch.setenv(f"{variable}_KEPT_DAYS", days)
    process_settings.current.cache_clear()
    shop.rows("TRUNCATE identity.revoked_sessions, analytics.sale_events")
    yield shop
    process_settings.current.cache_clear()


def kind_of(table: str) -> Kind:
    (found,) = [kind for kind in store.kinds(process_settings.current()) if kind.table == table]
    return found


def add(shop: Shop, table: str, since: datetime) -> None:
    """A row of a table that became old at a time, and that nothing speaks for."""
    number = next(numbers)
    match table:
        case "analytics.events":
            shop.rows("INSERT INTO analytics.events (source, id, type, received_at) VALUES ('/a', %s, 't', %s)",
                      [str(number), since])  # fmt: skip
        case "analytics.sale_events":
            shop.rows("INSERT INTO analytics.sale_events (source, id, type, order_id, received_at)"
                      " VALUES ('/a', %s, 't', %s, %s)", [str(number), ORDER_ID, since])  # fmt: skip
        case "carts.carts":
            shop.rows("INSERT INTO carts.carts (account_id, version, items, updated_at)"
                      " VALUES (gen_random_uuid(), 1, '[]', %s)", [since])  # fmt: skip
        case "orders.idempotency_keys":
            add_key(shop, f"key-{number}", since)
        case "orders.outbox":
            add_event(shop, f"event-{number}", since)
        case "identity.refresh_tokens":
            shop.rows("INSERT INTO identity.accounts (id, email, name, password_hash)"
                      " VALUES (%s, 'a@example.com', 'A', 'x') ON CONFLICT DO NOTHING", [ACCOUNT_ID])  # fmt: skip
            shop.rows("INSERT INTO identity.refresh_tokens (hash, family, account_id, expires_at)"
                      " VALUES (sha256(%s), gen_random_uuid(), %s, %s)",
                      [str(number).encode(), ACCOUNT_ID, since])  # fmt: skip
        case _:
            shop.rows("INSERT INTO identity.revoked_sessions VALUES (%s, %s)", [str(number), since])


def add_key(shop: Shop, key: str, since: datetime, *, status: int | None = 201, subject: str | None = None) -> None:
    shop.rows("INSERT INTO orders.idempotency_keys (owner, key, request_digest, response_status, created_at, subject)"
              " VALUES (%s, %s, '', %s, %s, %s)", [ACCOUNT_ID, key, status, since, subject])  # fmt: skip


def add_event(shop: Shop, name: str, published_at: datetime | None) -> None:
    shop.rows("INSERT INTO orders.outbox (id, source, type, time, data, published_at)"
              " VALUES (%s, '/a', 't', '2001-01-01', %s, %s)", [name, Jsonb({}), published_at])  # fmt: skip


def add_order(shop: Shop, status: str) -> None:
    shop.rows("INSERT INTO orders.orders (id, account_id, status, total_minor, currency, placed_at)"
              " VALUES (%s, %s, %s, 1, 'GBP', '2001-01-01')", [ORDER_ID, ACCOUNT_ID, status])  # fmt: skip


def count(shop: Shop, table: str) -> object:
    return shop.value(f"SELECT count(*) FROM {table}")


def time_of(table: str) -> datetime:
    """When a row must have become old, to be due now."""
    return NOW - timedelta(days=kind_of(table).days)


@pytest.mark.parametrize("table", TABLES)
def test_a_row_goes_when_its_time_is_over_and_not_before(retention: Shop, table: str) -> None:
    add(retention, table, time_of(table) - LITTLE)
    add(retention, table, time_of(table) + LITTLE)
    assert store.expire(NOW).deleted == {name: int(name == table) for name in TABLES}
    assert retention.value(f"SELECT {kind_of(table).since} FROM {table}") == time_of(table) + LITTLE


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seconds=st.lists(st.integers(-3, 3), max_size=6), table=st.sampled_from(TABLES))
def test_whatever_ages_there_are_those_that_are_left_are_the_younger_ones(
    retention: Shop, seconds: list[int], table: str
) -> None:
    retention.rows(f"DELETE FROM {table}")
    for offset in seconds:
        add(retention, table, time_of(table) + timedelta(seconds=offset))
    assert store.expire(NOW).deleted[table] == sum(offset < 0 for offset in seconds)
    assert count(retention, table) == sum(offset >= 0 for offset in seconds)
    assert store.expire(NOW).deleted[table] == 0, "a second time there is nothing to do"


def test_without_a_time_the_database_s_own_clock_decides(retention: Shop) -> None:
    add(retention, "analytics.events", datetime.now(UTC) - timedelta(days=30, minutes=1))
    add(retention, "analytics.events", datetime.now(UTC) - timedelta(days=30, minutes=-1))
    assert store.expire().deleted["analytics.events"] == 1


def test_an_event_that_nobody_has_published_stays_however_old_it_is(retention: Shop) -> None:
    add_event(retention, "unpublished", None)
    add_event(retention, "published", NOW - timedelta(days=400))
    store.expire(NOW)
    assert retention.rows("SELECT id FROM orders.outbox") == [("unpublished",)]


@pytest.mark.parametrize("status", ["placed", "payment_pending"])
def test_a_key_stays_until_its_order_is_settled(retention: Shop, status: str) -> None:
    add_order(retention, status)
    add_key(retention, "key", NOW - timedelta(days=400), subject=ORDER_ID)
    assert store.expire(NOW).deleted["orders.idempotency_keys"] == 0
    retention.rows("UPDATE orders.orders SET status = 'paid'")
    assert store.expire(NOW).deleted["orders.idempotency_keys"] == 1


def test_a_key_without_an_answer_stays(retention: Shop) -> None:
    add_key(retention, "key", NOW - timedelta(days=400), status=None, subject="not an order's id")
    assert store.expire(NOW).deleted["orders.idempotency_keys"] == 0


def test_an_event_sent_again_while_it_is_kept_is_a_duplicate(retention: Shop) -> None:
    event = {"specversion": "1.0", "id": "1", "source": "/till", "type": "t"}
    headers = {"Content-Type": "application/cloudevents+json"}
    client = retention.function("record_event")
    with as_owner(retention):
        assert client.post("/api/events", json=event, headers=headers).json == {"accepted": 1, "duplicates": 0}
        retention.rows("UPDATE analytics.events SET received_at = %s", [NOW - timedelta(days=29)])
    store.expire(NOW)
    with as_owner(retention):
        assert client.post("/api/events", json=event, headers=headers).json == {"accepted": 0, "duplicates": 1}


@contextmanager
def as_owner(shop: Shop) -> Iterator[None]:
    """Have functions log in as who may do all, for the block."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", shop.database_url)
        process_settings.current.cache_clear()
        yield
    process_settings.current.cache_clear()


def test_many_rows_go_in_batches_and_other_tables_get_their_turn(retention: Shop) -> None:
    retention.rows(
        "INSERT INTO analytics.events (source, id, type, received_at)"
        " SELECT '/a', number::text, 't', '2001-01-01' FROM generate_series(1, %s) AS number", [2 * store.BATCH + 1],
    )  # fmt: skip
    add(retention, "carts.carts", NOW - timedelta(days=400))
    none = store.expire(NOW, within_s=0)
    assert set(none.put_off) == set(TABLES)
    assert set(none.deleted.values()) == {0}
    done = store.expire(NOW)
    assert (done.deleted["analytics.events"], done.deleted["carts.carts"]) == (2 * store.BATCH + 1, 1)
    assert done.put_off == []


def test_a_cart_that_is_changed_just_when_it_is_due_stays(
    retention: Shop, postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "PATIENCE", text("SET LOCAL lock_timeout = '1400ms'"))  # until somebody has looked
    add(retention, "carts.carts", NOW - timedelta(days=400))
    waits = "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND usename = 'shop_retention'"
    url = postgres.url("postgres", postgres_part.ADMINISTRATOR)
    with psycopg.connect(retention.database_url) as buyer, psycopg.connect(url, autocommit=True) as watcher:
        buyer.execute("UPDATE carts.carts SET updated_at = %s", [NOW])
        with ThreadPoolExecutor(1) as threads:
            expiring = threads.submit(store.expire, NOW)
            wait_until(lambda: watcher.execute(waits).fetchall(), 10, "the deletion waits")
            buyer.commit()
    assert expiring.result().put_off == []
    assert count(retention, "carts.carts") == 1


def test_a_row_that_somebody_holds_puts_its_table_off_and_no_other(retention: Shop) -> None:
    add(retention, "carts.carts", NOW - timedelta(days=400))
    add(retention, "identity.revoked_sessions", NOW - timedelta(days=400))  # its turn is the last
    with psycopg.connect(retention.database_url) as holder:
        holder.execute("SELECT FROM carts.carts FOR UPDATE")
        # Less than a statement's own time, so there is enough left only if the wait was cut short.
        done = store.expire(NOW, within_s=1.4)
    assert done.put_off == ["carts.carts"]
    assert (done.deleted["carts.carts"], done.deleted["identity.revoked_sessions"]) == (0, 1)
    assert store.expire(NOW).deleted["carts.carts"] == 1


def test_of_two_at_a_time_one_does_the_work(retention: Shop) -> None:
    add(retention, "carts.carts", NOW - timedelta(days=400))
    with psycopg.connect(retention.database_url) as other:
        other.execute("SELECT pg_advisory_xact_lock(%s)", [store.LOCK_ID])
        done = store.expire(NOW)
        assert (done.put_off, count(retention, "carts.carts")) == (list(TABLES), 1)
    assert store.expire(NOW).deleted["carts.carts"] == 1


def test_orders_sales_and_accounts_are_never_deleted(retention: Shop) -> None:
    add_order(retention, "cancelled")
    retention.rows("INSERT INTO identity.accounts (id, email, name, password_hash, created_at)"
                   " VALUES (%s, 'b@example.com', 'B', 'x', '2001-01-01')", [OTHER_ACCOUNT_ID])  # fmt: skip
    store.expire(NOW)
    assert (count(retention, "orders.orders"), count(retention, "identity.accounts")) == (1, 1)


def test_a_ping_from_inside_gets_the_counts(retention: Shop) -> None:
    add(retention, "carts.carts", datetime.now(UTC) - timedelta(days=400))
    headers = {"ce-specversion": "1.0", "ce-id": "1", "ce-source": "/ping", "ce-type": "dev.knative.sources.ping"}
    answer = retention.function("expire_data").post("/", json={}, headers=headers)
    assert (answer.status_code, answer.json["deleted"]["carts.carts"], answer.json["put_off"]) == (200, 1, [])


def test_the_shop_s_settings_say_for_how_long_of_each_kind_that_ages() -> None:
    file = Path(__file__).parents[4] / "knative/local/manifests/shop-settings.yaml"
    said = {name: value for name, value in yaml.safe_load(file.read_text())["data"].items() if name.endswith("_DAYS")}
    doubled = Settings.from_environment({name: str(2 * int(value)) for name, value in said.items()})
    once, twice = store.kinds(Settings.from_environment(said)), store.kinds(doubled)
    assert [kind.days for kind in once] == [kind.days for kind in store.kinds(Settings())], (
        "the defaults are these, too"
    )
    assert [2 * kind.days for kind in once] == [kind.days for kind in twice]


@pytest.mark.parametrize("days", ["0", "-1", "for ever", "99999"])
def test_a_time_that_is_none_is_refused(days: str) -> None:
    with pytest.raises(SettingError, match="EVENTS_KEPT_DAYS"):
        Settings.from_environment({"EVENTS_KEPT_DAYS": days})
