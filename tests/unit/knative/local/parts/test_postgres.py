"""The Postgres that the stack starts: durable, private, and prepared whole or not at all."""

import os
import secrets
import stat
from pathlib import Path

import psycopg
import pytest

from knative.local import privileges
from knative.local.parts import binaries, postgres
from shared.errors import StartError
from tests.servers import PostgresServer


def shown(server: PostgresServer, name: str) -> str:
    with psycopg.connect(server.url()) as connection:
        row = connection.execute("SELECT current_setting(%s)", [name]).fetchone()
        assert row is not None
        return str(row[0])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("fsync", "on"), ("synchronous_commit", "on"), ("full_page_writes", "on"), ("listen_addresses", ""),
        ("password_encryption", "scram-sha-256"), ("TimeZone", "UTC"), ("server_encoding", "UTF8"),
        ("log_parameter_max_length", "0"), ("unix_socket_permissions", "0700"),
    ],
)  # fmt: skip
def test_the_running_server_has_the_setting(own_postgres: PostgresServer, name: str, value: str) -> None:
    assert shown(own_postgres, name) == value


def test_only_the_owner_reaches_the_socket_and_only_with_the_password(own_postgres: PostgresServer) -> None:
    assert stat.S_IMODE(postgres.socket_path(own_postgres.folder).stat().st_mode) == 0o700
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(postgres.url(own_postgres.folder, "a wrong one"))


def test_the_shop_s_role_is_no_administrator(own_postgres: PostgresServer) -> None:
    with psycopg.connect(own_postgres.url()) as connection:
        row = connection.execute("SELECT rolsuper, rolcreaterole FROM pg_roles WHERE rolname = current_user").fetchone()
    assert row == (False, False)


def test_lower_case_knows_the_world_s_letters(own_postgres: PostgresServer) -> None:
    with psycopg.connect(own_postgres.url()) as connection:
        assert connection.execute("SELECT lower('ÉÅΣЖ')").fetchone() == ("éåσж",)


def test_preparing_again_changes_no_data(own_postgres: PostgresServer) -> None:
    before = shown(own_postgres, "fsync")
    own_postgres.kill()
    own_postgres.prepare()
    own_postgres.start()
    assert shown(own_postgres, "fsync") == before


def test_what_a_broken_start_left_behind_is_begun_anew(own_postgres: PostgresServer) -> None:
    folder = own_postgres.folder
    (folder / "again.unfinished" / "base").mkdir(parents=True)
    for path in (folder / "again.unfinished", folder / "again.unfinished" / "base"):
        os.chown(path, own_postgres.folder.stat().st_uid, -1)
    postgres.prepare(
        folder / "again", socket_folder=folder, password_file=folder / "password",
        prefix=privileges.drop_prefix(os.geteuid()),
    )  # fmt: skip
    assert (folder / "again" / "PG_VERSION").exists()
    assert not (folder / "again.unfinished").exists()


def test_a_folder_that_cannot_be_written_is_a_start_error_with_a_hint(own_postgres: PostgresServer) -> None:
    with pytest.raises(StartError) as caught:
        postgres.prepare(
            Path("/proc/nowhere"), socket_folder=own_postgres.folder, password_file=own_postgres.folder / "password",
            prefix=privileges.drop_prefix(os.geteuid()),
        )  # fmt: skip
    assert caught.value.hint


def test_a_server_that_is_not_there_accepts_nothing(tmp_path: Path) -> None:
    assert not postgres.accepts(tmp_path)


def test_any_password_goes_into_the_url() -> None:
    password = "a/b@c:d?e#f%'" + secrets.token_hex(2)
    conninfo = psycopg.conninfo.conninfo_to_dict(postgres.url(Path("/run/a b"), password))
    assert (conninfo["password"], conninfo["host"], conninfo["dbname"]) == (password, "/run/a b", "shop")


def test_a_package_that_is_missing_says_how_to_get_it() -> None:
    with pytest.raises(StartError, match="not installed") as caught:
        binaries.find("no_such_package", "x")
    assert "make" in (caught.value.hint or "")
