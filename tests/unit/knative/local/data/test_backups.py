"""Backup and restore on a real Postgres: of one moment, whole or not at all, whoever sells or kills meanwhile."""

import signal
import stat
import subprocess
import sys
import threading
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import psycopg
import pytest

from knative.local.data import backup_file, backups, restore
from knative.local.data.backup_file import About, BackupError
from knative.local.parts import postgres as postgres_part
from shared.migrations import runner
from tests.servers import PostgresServer
from tests.waiting import wait_until

PIECES = 1000
GOOD = """
    INSERT INTO catalog.products (sku, name, description, category, price_minor, currency, available, image_url)
    VALUES ('lantern', 'Lantern', 'It shines', 'house', 250, 'GBP', %s, '/images/lantern.svg')
"""
# One order of one piece, as a function places it: in one transaction.
SELL = """
    WITH sold AS (UPDATE catalog.products SET available = available - 1 WHERE sku = 'lantern' RETURNING name),
    placed AS (
        INSERT INTO orders.orders (id, account_id, status, total_minor, currency)
        SELECT gen_random_uuid(), gen_random_uuid(), 'placed', 250, 'GBP' FROM sold RETURNING id
    )
    INSERT INTO orders.lines SELECT id, 0, 'lantern', 'Lantern', 1, 250, 'GBP' FROM placed
"""
BOOKS = """
    SELECT (SELECT available FROM catalog.products) + count(*) FILTER (WHERE status <> 'cancelled'), count(*),
        count(*) FILTER (WHERE (SELECT count(*) FROM orders.lines WHERE order_id = orders.id) <> 1)
    FROM orders.orders
"""


def server_of(postgres: PostgresServer) -> restore.Server:
    return restore.Server(
        administrator=lambda name: postgres.url(name, postgres_part.ADMINISTRATOR),
        owner=postgres.url,
    )


@pytest.fixture
def shop(own_postgres: PostgresServer) -> PostgresServer:
    """A server with a shop that has one good and no orders."""
    runner.upgrade(own_postgres.url())
    with psycopg.connect(own_postgres.url()) as owner:
        owner.execute("TRUNCATE catalog.products, orders.orders, identity.accounts, identity.revoked_sessions CASCADE")
        owner.execute(GOOD, [PIECES])
    return own_postgres


def rows(postgres: PostgresServer, statement: str, *values: object) -> list[tuple[object, ...]]:
    with psycopg.connect(postgres.url()) as owner:
        cursor = owner.execute(statement.encode(), values)
        return cursor.fetchall() if cursor.description else []


def sell(postgres: PostgresServer, count: int) -> None:
    with psycopg.connect(postgres.url(), autocommit=True) as owner:
        for _ in range(count):
            owner.execute(SELL)


def databases(postgres: PostgresServer) -> set[object]:
    return {name for (name,) in rows(postgres, "SELECT datname FROM pg_database WHERE NOT datistemplate")}


def everything(postgres: PostgresServer) -> bytes:
    """The data of every table, in pg_dump's words."""
    words = [str(postgres_part.program("pg_dump")), "--restrict-key=x", "--exclude-table=identity.refresh_tokens"]
    done = subprocess.run(words, env=backups.environment(postgres.url()), capture_output=True, check=True)
    return done.stdout


def test_a_backup_brings_back_exactly_what_was_there(shop: PostgresServer, tmp_path: Path) -> None:
    sell(shop, 3)
    before = everything(shop)
    taken_at = datetime(2031, 5, 17, 12, 0, tzinfo=UTC)
    about = backups.take(shop.url(), tmp_path / "b", taken_at)
    assert (about.migration, about.taken_at) == (runner.head(), taken_at)
    assert about == backup_file.examine(tmp_path / "b")
    sell(shop, 2)
    rows(shop, "UPDATE catalog.products SET name = 'Another'")
    assert everything(shop) != before
    assert restore.restore(server_of(shop), tmp_path / "b") == (runner.head(), runner.head())
    assert everything(shop) == before
    assert databases(shop) == {"postgres", "shop"}


def test_a_backup_is_of_one_moment_while_the_shop_sells(shop: PostgresServer, tmp_path: Path) -> None:
    stop = threading.Event()

    def go_on() -> None:
        while not stop.is_set():
            sell(shop, 5)

    sellers = [threading.Thread(target=go_on) for _ in range(3)]
    for seller in sellers:
        seller.start()
    try:
        wait_until(lambda: rows(shop, BOOKS)[0][1] != 0, 10, "an order")
        backups.take(shop.url(), tmp_path / "b")
    finally:
        stop.set()
        for seller in sellers:
            seller.join(timeout=20)
    sold = rows(shop, BOOKS)[0][1]
    restore.restore(server_of(shop), tmp_path / "b")
    [(pieces, orders, orders_without_their_line)] = rows(shop, BOOKS)
    assert (pieces, orders_without_their_line) == (PIECES, 0)
    assert isinstance(orders, int)
    assert isinstance(sold, int)
    assert 0 < orders <= sold


def test_a_backup_is_its_owner_s_alone_and_replaces_no_file(shop: PostgresServer, tmp_path: Path) -> None:
    backups.take(shop.url(), tmp_path / "b")
    assert stat.S_IMODE((tmp_path / "b").stat().st_mode) == 0o600
    with pytest.raises(BackupError, match="exists") as caught:
        backups.take(shop.url(), tmp_path / "b")
    assert caught.value.hint
    assert [file.name for file in tmp_path.iterdir()] == ["b"]


def test_a_backup_that_fails_leaves_no_file(shop: PostgresServer, tmp_path: Path) -> None:
    with psycopg.connect(shop.url("postgres", postgres_part.ADMINISTRATOR), autocommit=True, dbname="shop") as admin:
        admin.execute("CREATE TABLE orders.of_somebody_else ()")
        try:
            with pytest.raises(BackupError, match="of_somebody_else"):
                backups.take(shop.url(), tmp_path / "b")
        finally:
            admin.execute("DROP TABLE orders.of_somebody_else")
    assert list(tmp_path.iterdir()) == []


def test_a_restore_keeps_the_rights_of_every_role(shop: PostgresServer, tmp_path: Path) -> None:
    asked = """
        SELECT relname, relacl::text FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
        WHERE nspname !~ '^pg_' UNION ALL SELECT nspname, nspacl::text FROM pg_namespace WHERE nspname !~ '^pg_'
        UNION ALL SELECT defaclnamespace::regnamespace::text, defaclacl::text FROM pg_default_acl
        UNION ALL SELECT 'database', datacl::text FROM pg_database WHERE datname = current_database()
        ORDER BY 1, 2
    """
    before = rows(shop, asked)
    backups.take(shop.url(), tmp_path / "b")
    restore.restore(server_of(shop), tmp_path / "b")
    assert rows(shop, asked) == before
    temporary = "SELECT has_database_privilege('shop_orders', current_database(), 'TEMPORARY')"
    assert rows(shop, temporary) == [(False,)]


def test_a_session_that_was_ended_since_stays_ended_and_all_have_to_log_in_again(
    shop: PostgresServer, tmp_path: Path
) -> None:
    rows(shop, "INSERT INTO identity.accounts (id, email, name, password_hash)"
               " VALUES (gen_random_uuid(), 'a@example.com', 'A', 'x')")  # fmt: skip
    token = "sha256('x'), gen_random_uuid(), id, now() + interval '1 day'"
    into = "identity.refresh_tokens (hash, family, account_id, expires_at)"
    rows(shop, f"INSERT INTO {into} SELECT {token} FROM identity.accounts")
    backups.take(shop.url(), tmp_path / "b")
    rows(shop, "INSERT INTO identity.revoked_sessions VALUES ('ended since', now() + interval '1 hour')")
    restore.restore(server_of(shop), tmp_path / "b")
    assert rows(shop, "SELECT id FROM identity.revoked_sessions") == [("ended since",)]
    assert rows(shop, "SELECT revoked_at IS NOT NULL FROM identity.refresh_tokens") == [(True,)]


def test_a_backup_of_an_older_version_is_brought_forward(shop: PostgresServer, tmp_path: Path) -> None:
    older = runner.versions()[-2]
    runner.downgrade(shop.url(), older)
    sell(shop, 1)
    backups.take(shop.url(), tmp_path / "b")
    runner.upgrade(shop.url())
    assert restore.restore(server_of(shop), tmp_path / "b") == (older, runner.head())
    assert runner.current(shop.url()) == runner.head()
    assert rows(shop, BOOKS) == [(PIECES, 1, 0)]


def test_who_is_connected_meets_an_end_and_the_next_connection_the_restored_database(
    shop: PostgresServer, tmp_path: Path
) -> None:
    backups.take(shop.url(), tmp_path / "b")
    sell(shop, 1)
    with psycopg.connect(shop.url()) as connection:
        connection.execute("SELECT FROM orders.orders FOR UPDATE")
        restore.restore(server_of(shop), tmp_path / "b")
        with pytest.raises(psycopg.OperationalError) as caught:
            connection.execute("SELECT 1")
    assert caught.value.sqlstate in {None, "57P01"}
    assert rows(shop, BOOKS) == [(PIECES, 0, 0)]


def a_backup(shop: PostgresServer, path: Path, **changed: object) -> bytes:
    """The bytes of a backup; with other words about it, if some are given."""
    about = backups.take(shop.url(), path)
    if changed:
        with zipfile.ZipFile(path) as archive:
            dump = archive.read(backup_file.DUMP)
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(backup_file.ABOUT, msgspec.json.encode(msgspec.structs.replace(about, **changed)))
            archive.writestr(backup_file.DUMP, dump)
    return path.read_bytes()


def test_a_file_cut_short_anywhere_is_refused(shop: PostgresServer, tmp_path: Path) -> None:
    whole = a_backup(shop, tmp_path / "b")
    for length in (0, 1, 100, len(whole) // 2, len(whole) - 1):
        (tmp_path / "cut").write_bytes(whole[:length])
        assert_refused_without_a_change(shop, tmp_path / "cut", "cut short")


def test_a_damaged_byte_is_found(shop: PostgresServer, tmp_path: Path) -> None:
    whole = bytearray(a_backup(shop, tmp_path / "b"))
    whole[len(whole) // 2] ^= 1
    (tmp_path / "damaged").write_bytes(whole)
    assert_refused_without_a_change(shop, tmp_path / "damaged", "damaged")


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"migration": "9999_tomorrow"}, "update the shop first"),
        ({"format": backup_file.FORMAT + 1}, "update the shop first"),
        ({"migration": "0000_of_another_shop"}, "never had"),
    ],
)
def test_a_backup_of_a_version_that_is_not_ours_is_refused(
    shop: PostgresServer, tmp_path: Path, changed: dict[str, object], said: str
) -> None:
    a_backup(shop, tmp_path / "b", **changed)
    assert_refused_without_a_change(shop, tmp_path / "b", said)


def test_other_files_are_refused(shop: PostgresServer, tmp_path: Path) -> None:
    (tmp_path / "text").write_text("CREATE TABLE orders.orders ()")
    with zipfile.ZipFile(tmp_path / "zip", "w") as archive:
        archive.writestr("letter.txt", "Dear shop")
    with zipfile.ZipFile(tmp_path / "no-dump", "w") as archive:
        about = About(migration=runner.head(), postgres="18", taken_at=datetime.now(UTC))
        archive.writestr(backup_file.ABOUT, msgspec.json.encode(about))
    for name in ("text", "zip", "no-dump"):
        assert_refused_without_a_change(shop, tmp_path / name, "no backup")


def test_a_dump_that_postgres_cannot_read_changes_nothing(shop: PostgresServer, tmp_path: Path) -> None:
    about = About(migration=runner.head(), postgres="18", taken_at=datetime.now(UTC))
    with backup_file.writing(tmp_path / "b", about) as dump:
        dump.write(b"PGDMP and nothing else" * 100_000)
    assert_refused_without_a_change(shop, tmp_path / "b", "could not be read")


def assert_refused_without_a_change(shop: PostgresServer, file: Path, said: str) -> None:
    before = everything(shop)
    with pytest.raises(BackupError) as caught:
        restore.restore(server_of(shop), file)
    assert said in f"{caught.value.message} {caught.value.hint}"
    assert caught.value.hint
    assert everything(shop) == before
    assert databases(shop) == {"postgres", "shop"}


def test_two_restores_do_not_meet(shop: PostgresServer, tmp_path: Path) -> None:
    backups.take(shop.url(), tmp_path / "b")
    with psycopg.connect(shop.url("postgres", postgres_part.ADMINISTRATOR)) as other:
        other.execute("SELECT pg_advisory_lock(%s)", [restore.LOCK_ID])
        assert_refused_without_a_change(shop, tmp_path / "b", "another restore")


PROGRAM = """
import sys
from pathlib import Path
from knative.local.data import restore
folder, user, file = sys.argv[1:]
from knative.local.parts import postgres
password = (Path(folder) / "password").read_text().strip()
server = restore.Server(
    administrator=lambda name: postgres.url(Path(folder), password, database=name, user="postgres"),
    owner=lambda name: postgres.url(Path(folder), password, database=name),
)
restore.restore(server, Path(file))
"""
# What the server's catalogue shows when a restore has come so far.
STAGES = {
    "the database is made": "SELECT FROM pg_database WHERE datname = 'shop_restored'",
    "the dump is read": "SELECT FROM pg_stat_activity WHERE datname = 'shop_restored'"
    " AND application_name = 'pg_restore'",
    "it is finished": "SELECT FROM pg_stat_activity WHERE datname = 'shop_restored' AND query ~ 'ANALYZE|revoked'",
    "the names change": "SELECT FROM pg_stat_activity WHERE query ~ 'ALTER DATABASE'",
    "the old one is dropped": "SELECT FROM pg_stat_activity WHERE query ~ 'DROP DATABASE.*shop_replaced' AND EXISTS"
    " (SELECT FROM pg_database WHERE datname = 'shop_replaced')",
}


@pytest.mark.parametrize("stage", STAGES)
def test_a_restore_killed_at_any_moment_leaves_the_old_data_or_the_new(
    shop: PostgresServer, tmp_path: Path, stage: str
) -> None:
    sell(shop, 3)
    then = everything(shop)
    backups.take(shop.url(), tmp_path / "b")
    sell(shop, 2)
    now = everything(shop)
    words = [sys.executable, "-c", PROGRAM, str(shop.folder), "postgres", str(tmp_path / "b")]
    with psycopg.connect(shop.url("postgres", postgres_part.ADMINISTRATOR), autocommit=True) as watcher:
        restoring = subprocess.Popen(words)
        seen = STAGES[stage].encode()
        wait_until(lambda: restoring.poll() is not None or watcher.execute(seen).fetchall(), 60, stage)
        restoring.send_signal(signal.SIGKILL)
        restoring.wait(timeout=10)
        # The server learns of it when it has done what it was told last.
        locks = b"SELECT FROM pg_locks WHERE locktype = 'advisory'"
        wait_until(lambda: not watcher.execute(locks).fetchall(), 30, "the server's end of the restore")
    assert everything(shop) in {then, now}
    # And what it left behind is in nobody's way.
    restore.restore(server_of(shop), tmp_path / "b")
    assert everything(shop) == then
    assert databases(shop) == {"postgres", "shop"}
