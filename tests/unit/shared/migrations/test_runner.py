"""The schemas: forward, back, twice at once, and quickly when nothing is to do."""

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from shared.migrations import runner
from tests.servers import PostgresServer


@pytest.fixture
def empty_url(postgres: PostgresServer) -> Iterator[str]:
    yield postgres.create_database("migrated_here", "template0")
    postgres.drop_database("migrated_here")


def schemas(url: str) -> set[str]:
    with psycopg.connect(url) as connection:
        rows = connection.execute("SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_|^information_|^public$'")
        return {row[0] for row in rows}


def test_an_empty_database_gets_every_schema_and_loses_it_again(empty_url: str) -> None:
    assert runner.upgrade(empty_url) == (None, runner.head())
    assert schemas(empty_url) == {"catalog", "identity", "orders", "analytics", "carts", "payments", "eventing"}
    assert runner.downgrade(empty_url, "base") == (runner.head(), None)
    assert schemas(empty_url) == set()
    assert runner.upgrade(empty_url) == (None, runner.head())


def test_every_step_goes_back_and_forward_again(empty_url: str) -> None:
    versions = sorted(file.stem for file in Path(runner.__file__).with_name("versions").glob("[0-9]*.py"))
    runner.upgrade(empty_url)
    for earlier, later in zip([None, *versions], versions, strict=False):
        runner.downgrade(empty_url, earlier or "base")
        assert runner.upgrade(empty_url, later) == (earlier, later)
        runner.upgrade(empty_url)


def test_two_upgrades_at_once_are_one(empty_url: str) -> None:
    with ThreadPoolExecutor(2) as threads:
        ends = [threads.submit(runner.upgrade, empty_url) for _ in range(2)]
        assert {end.result()[1] for end in ends} == {runner.head()}


def test_after_a_rollback_of_the_release_the_newer_schemas_stay(empty_url: str) -> None:
    runner.upgrade(empty_url)
    with psycopg.connect(empty_url) as connection:
        connection.execute("UPDATE public.alembic_version SET version_num = '9999_of_a_newer_release'")
    assert runner.upgrade(empty_url) == ("9999_of_a_newer_release", "9999_of_a_newer_release")


def test_the_command_does_nothing_quickly_and_without_alembic(database_url: str) -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "shared.migrations", "upgrade"],
        env={**os.environ, "DATABASE_URL": database_url}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert runner.head() in done.stdout
    assert "alembic" not in done.stderr
    assert "sqlalchemy" not in done.stderr


def test_a_database_that_is_away_is_an_error_with_a_hint() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "shared.migrations", "current"],
        env={**os.environ, "DATABASE_URL": "postgresql:///shop?host=/nowhere"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "hint:" in done.stderr
    assert "Traceback" not in done.stderr
