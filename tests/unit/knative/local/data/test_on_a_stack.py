"""Data life on a whole stack: through the command line and the front door, as an operator and a customer see it."""

import signal
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path
from typing import Any

import msgspec
import psycopg
import pytest
from psycopg import sql

from knative.local.data import roles
from knative.local.parts import postgres as postgres_part
from shared.migrations import runner
from tests.promises.customers import Customer, call, crowd, insist, join, new_key, order_of
from tests.promises.faults import connect, home_of, rows, value
from tests.stack import Finished, Stack
from tests.waiting import wait_until

# What a function that takes the part of `functions/*/service.yaml` is called by its domain.
CALLS = {
    "list-products": ("GET", "/api/products?limit=1", "catalog"),
    "get-product": ("GET", "/api/products/{sku}", "catalog"),
    "get-image": ("GET", "/images/{sku}.svg", "catalog"),
    "register": ("POST", "/api/auth/register", "identity"),
    "login": ("POST", "/api/auth/login", "identity"),
    "get-profile": ("GET", "/api/me", "identity"),
    "cart": ("GET", "/api/cart", "carts"),
    "list-orders": ("GET", "/api/orders", "orders"),
    "place-order": ("POST", "/api/orders", "orders"),
    "charge-payment": None,  # place-order calls it
    "record-event": ("POST", "/api/events", "analytics"),
}
ORDERS = "SELECT id::text FROM orders.orders ORDER BY placed_at"
GOODS = """
    SELECT sum(available)::int + (
        SELECT coalesce(sum(quantity), 0)::int FROM orders.lines JOIN orders.orders ON orders.id = order_id
        WHERE status <> 'cancelled'
    ) FROM catalog.products
"""
WITHOUT_LINES = (
    "SELECT count(*)::int FROM orders.orders WHERE NOT EXISTS (SELECT FROM orders.lines WHERE order_id = id)"
)


@pytest.fixture
def sku(own_stack: Stack) -> str:
    """A good of which there is plenty."""
    return str(value(own_stack, "SELECT min(sku) FROM catalog.products WHERE available >= 100"))


@pytest.fixture
def file(own_stack: Stack) -> Path:
    """Where a backup may go: a folder that the stack takes with it, a new name each time."""
    path = own_stack.home / "a.backup"
    path.unlink(missing_ok=True)
    return path


def buy(customer: Customer, sku: str) -> str:
    return order_of(customer.insist_on_order(new_key(), {sku: 1})).id


def stored(stack: Stack) -> list[str]:
    return [str(order_id) for (order_id,) in rows(stack, ORDERS)]


def name_of(stack: Stack, sku: str) -> str:
    reply = insist(stack, "GET", f"/api/products/{sku}")
    return str(msgspec.json.decode(reply.body, type=dict[str, Any])["name"])


def assert_refused(done: Finished, said: str, hint: str) -> None:
    assert done.code == 1, done
    error, _, advice = done.errors.partition("\n\nhint: ")
    assert said in error, done.errors
    assert hint in advice, done.errors
    assert "Traceback" not in done.errors


def test_a_restore_brings_back_what_was_there_and_the_cache_shows_nothing_else(
    own_stack: Stack, sku: str, file: Path
) -> None:
    customer = join(own_stack)
    mine = [buy(customer, sku) for _ in range(3)]
    before, name = stored(own_stack), name_of(own_stack, sku)
    assert set(mine) <= set(before)
    assert own_stack.run("backup", str(file)).strip() == str(file)
    buy(customer, sku)
    rows(own_stack, "UPDATE catalog.products SET name = 'Of after the backup' WHERE sku = %s RETURNING sku", sku)
    wait_until(lambda: name_of(own_stack, sku) == "Of after the backup", 10, "a cache that has the new name")
    # A picture bears the name, and is kept for an hour.
    picture = f"/images/{sku}.svg"
    assert b"Of after the backup" in insist(own_stack, "GET", picture).body

    done = own_stack.zerocart("restore", str(file), given="n\n")
    assert_refused(done, "nothing was restored", "--yes")
    assert len(stored(own_stack)) == len(before) + 1
    assert own_stack.zerocart("restore", str(file), given="y\n").code == 0

    assert stored(own_stack) == before
    assert name_of(own_stack, sku) == name
    assert b"Of after the backup" not in insist(own_stack, "GET", picture).body
    again = insist(own_stack, "GET", f"/api/orders/{mine[0]}", headers=customer.headers("x"))
    assert order_of(again).id == mine[0]
    assert buy(customer, sku) in stored(own_stack), "and the shop sells on"


def test_a_backup_while_customers_buy_is_of_one_moment_and_a_restore_only_makes_them_wait(
    own_stack: Stack, sku: str, file: Path
) -> None:
    customer = join(own_stack)
    goods = value(own_stack, GOODS)
    statuses: Counter[int] = Counter()
    lock = threading.Lock()

    def look() -> None:
        reply = call(own_stack, "GET", "/api/orders?limit=1", headers=customer.headers("x"))
        with lock:
            statuses[reply.status] += 1
        assert reply.status == 200 or reply.refused_properly, reply

    things = {f"buyer {number}": lambda: buy(customer, sku) for number in range(3)}
    with crowd({**things, "looker": look}) as people:
        wait_until(lambda: people.total >= 10, 60, "some orders")
        own_stack.run("backup", str(file))
        sold = people.total
        wait_until(lambda: people.total >= sold + 10, 60, "some more orders")
        own_stack.run("restore", str(file), "--yes")
        sold = people.total
        wait_until(lambda: people.total >= sold + 10, 60, "orders after the restore")
    assert statuses[200] > 0
    assert value(own_stack, GOODS) == goods
    assert value(own_stack, WITHOUT_LINES) == 0


def test_a_file_that_is_none_of_ours_is_refused_with_what_to_do(own_stack: Stack, file: Path) -> None:
    before = stored(own_stack)
    own_stack.run("backup", str(file))
    assert_refused(own_stack.zerocart("backup", str(file)), "exists", "another file")
    file.write_bytes(file.read_bytes()[:-100])
    assert_refused(own_stack.zerocart("restore", str(file), "--yes"), "cut short", "zerocart backup")
    assert_refused(own_stack.zerocart("backup", "/no/such/folder/b"), "is no folder", "make it")
    assert stored(own_stack) == before


def test_a_restore_that_is_killed_leaves_a_shop_that_sells(own_stack: Stack, sku: str, file: Path) -> None:
    customer = join(own_stack)
    buy(customer, sku)
    before = stored(own_stack)
    own_stack.run("backup", str(file))
    since = buy(customer, sku)
    words = [sys.executable, "-m", "knative.local", "restore", str(file), "--yes"]
    half = "SELECT FROM pg_database WHERE datname = 'shop_restored'"
    restoring = subprocess.Popen(words, env=own_stack.environment, cwd=own_stack.project)
    wait_until(lambda: restoring.poll() is not None or rows(own_stack, half), 60, "a restore in its middle")
    restoring.send_signal(signal.SIGKILL)
    restoring.wait(timeout=10)
    assert stored(own_stack) == [*before, since]
    buy(customer, sku)
    wait_until(lambda: own_stack.zerocart("restore", str(file), "--yes").code == 0, 60, "the same again, whole")
    assert stored(own_stack) == before


def test_a_person_who_is_erased_is_refused_within_a_second_and_asked_for_first(own_stack: Stack) -> None:
    email = "quorra@example.com"
    account = {"email": email, "password": "a long enough one", "name": "Quorra"}
    insist(own_stack, "POST", "/api/auth/register", account)

    def tokens() -> dict[str, str]:
        reply = insist(own_stack, "POST", "/api/auth/login", {"email": email, "password": account["password"]})
        token = msgspec.json.decode(reply.body, type=dict[str, Any])["access_token"]
        return {"authorization": f"Bearer {token}"}

    def profile(headers: dict[str, str]) -> int:
        return insist(own_stack, "GET", "/api/me", headers=headers).status

    assert own_stack.run("admin", email) == f"{email}: admin\n"
    headers = tokens()
    assert profile(headers) == 200
    assert own_stack.run("admin", email, "--revoke") == f"{email}: no role\n"
    wait_until(lambda: profile(headers) == 401, 1.0, "the token is refused")
    headers = tokens()
    exported = msgspec.json.decode(own_stack.run("person", "export", email, "--json"), type=dict[str, Any])
    assert exported["account"]["email"] == email
    assert_refused(own_stack.zerocart("person", "erase", email, given="n\n"), "nobody was erased", "--yes")
    assert profile(headers) == 200
    assert own_stack.zerocart("person", "erase", email, "--yes").code == 0
    wait_until(lambda: profile(headers) == 401, 1.0, "the token is refused")
    assert_refused(own_stack.zerocart("person", "export", email), "nobody has an account", "whole")
    assert insist(own_stack, "POST", "/api/auth/register", account).status == 201


def test_the_clock_has_what_is_due_deleted(own_stack: Stack) -> None:
    rows(
        own_stack,
        "INSERT INTO analytics.events (source, id, type, received_at)"
        " VALUES ('/old', '1', 't', now() - interval '91 days'), ('/old', '2', 't', now() - interval '89 days')"
        " RETURNING id",
    )
    quick = (own_stack.project / "functions/expire_data/sources.yaml").read_text(encoding="utf-8")
    own_stack.run("apply", "-f", "-", given=quick.replace('"7 * * * *"', '"* * * * * *"'))
    left = "SELECT id FROM analytics.events WHERE source = '/old'"
    wait_until(lambda: rows(own_stack, left) == [("2",)], 30, "the deletion of what is due")
    own_stack.run("apply", "-f", "-", given=quick)


def test_each_function_s_process_reaches_the_database_as_its_domain_s_role_and_holds_no_other_s_secret(
    own_stack: Stack, sku: str
) -> None:
    customer = join(own_stack)
    buy(customer, sku)
    for name, asked in CALLS.items():
        if asked is not None and name not in {"register", "login", "place-order"}:
            method, path, _ = asked
            body = {"specversion": "1.0", "id": "1", "source": "/a", "type": "t"} if method == "POST" else None
            headers = customer.headers("x") | ({"content-type": "application/cloudevents+json"} if body else {})
            reply = insist(own_stack, method, path.format(sku=sku), body, headers)
            assert reply.status in {200, 202}, (name, reply)
    with connect(own_stack, superuser=True) as administrator:
        found = administrator.execute(
            b"SELECT DISTINCT application_name, usename FROM pg_stat_activity"
            b" WHERE datname = 'shop' AND application_name <> '' AND usename LIKE 'shop%'"
        ).fetchall()
    known = {str(name): str(role) for name, role in found if name in CALLS}
    assert known.items() >= {(name, f"shop_{asked[2]}") for name, asked in CALLS.items() if asked}
    assert known.get("charge-payment") == "shop_payments"
    for pid in own_stack.instance_pids():
        assert b"postgresql://" not in Path(f"/proc/{pid}/environ").read_bytes()


def test_a_data_folder_from_before_there_were_roles_is_taken_along(own_stack: Stack, sku: str) -> None:
    home = home_of(own_stack)
    before = stored(own_stack)
    runner.downgrade(roles.owner_url(home), "0012_sales")
    with connect(own_stack, superuser=True) as administrator:
        for role in postgres_part.ROLES.values():
            administrator.execute(b"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = %s", [role])
            administrator.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(role)))
    own_stack.run("down")
    for kept in home.secrets.glob("database-password-*"):
        kept.unlink()
    (home.root / "data-prepared").unlink()
    own_stack.run("up")
    assert stored(own_stack)[: len(before)] == before
    buy(join(own_stack), sku)
    with psycopg.connect(roles.owner_url(home)) as owner:
        assert owner.execute("SELECT rolcreaterole FROM pg_roles WHERE rolname = 'shop'").fetchone() == (False,)


def test_a_stack_that_is_not_up_is_told_with_the_command_that_starts_it(own_stack: Stack, file: Path) -> None:
    own_stack.run("backup", str(file))
    own_stack.run("down")
    for words in (("backup", "/tmp/another"), ("restore", str(file), "--yes"), ("person", "export", "a@example.com")):
        assert_refused(own_stack.zerocart(*words), "cannot be reached", "make up")
