"""A real Postgres and a real Valkey for tests, started as the engine starts them.

Each test process has one of each for its whole session, in a short temporary folder on Unix sockets, started
when a test first asks. `database_url` is a fresh, migrated database for each test module. A test that kills or
freezes a server asks for one of its own: `own_postgres`, `own_valkey`.
"""

import os
import secrets
import shutil
import signal
import subprocess
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psutil
import psycopg
import pytest
from psycopg import sql

from knative.local import privileges
from knative.local.parts import origin as origin_part
from knative.local.parts import postgres as postgres_part
from knative.local.parts import valkey as valkey_part
from shared.migrations import runner as migrations
from tests.waiting import wait_until

START_WITHIN_S = 30.0


class Server(ABC):
    """One server process: started, killed, frozen and thawed by a test."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.process: subprocess.Popen[bytes] | None = None

    @abstractmethod
    def command(self) -> list[str]: ...

    @abstractmethod
    def accepts(self) -> bool: ...

    def start(self) -> None:
        """Start it and wait until it takes connections."""
        with (self.folder / "log").open("ab") as log:
            # A test run that is killed takes its servers along. Set last: a change of id would forget it.
            words = [*_prefix(), "setpriv", "--pdeathsig", "KILL", *self.command()]
            self.process = subprocess.Popen(words, stdout=log, stderr=log, cwd="/")
        wait_until(lambda: self.accepts() or self._ended(), START_WITHIN_S, f"a ready server in {self.folder}")
        assert not self._ended(), (self.folder / "log").read_text(errors="replace")

    def kill(self) -> None:
        """kill -9 of the server and, as a crash of the machine would, of all its processes."""
        processes = self._signal(signal.SIGKILL)
        assert self.process is not None
        self.process.wait(timeout=10)
        # Postgres does not start while one of its former processes still has the shared memory.
        psutil.wait_procs(processes, timeout=10)

    def freeze(self) -> None:
        """Stop it where it stands: it takes connections from the kernel's queue no more, and answers nothing."""
        processes = self._signal(signal.SIGSTOP)
        # Each thread stops when it is next looked at, so one may still answer what has just been asked.
        wait_until(lambda: all(map(_stopped, processes)), 10, "stopped processes")

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def stop(self) -> None:
        if self.process is not None and not self._ended():
            self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _ended(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    def _signal(self, number: signal.Signals) -> list[psutil.Process]:
        assert self.process is not None
        server = psutil.Process(self.process.pid)
        # The parent first: it would restart or replace a child that it sees go.
        processes = [server, *server.children(recursive=True)]
        for process in processes:
            try:
                process.send_signal(number)
            except psutil.NoSuchProcess:  # it ended with its parent
                continue
        return processes


def _stopped(process: psutil.Process) -> bool:
    try:
        states = [
            (task / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[0]
            for task in Path(f"/proc/{process.pid}/task").iterdir()
        ]
    except (FileNotFoundError, ProcessLookupError):  # it has ended meanwhile
        return not process.is_running()
    return set(states) <= {"T", "t", "Z"}


class PostgresServer(Server):
    """A Postgres; `template` is the name of an empty database with all migrations."""

    template = "template_shop"

    def __init__(self, folder: Path, password: str) -> None:
        super().__init__(folder)
        self.password = password

    def command(self) -> list[str]:
        return postgres_part.command(self.folder / "data")

    def accepts(self) -> bool:
        return postgres_part.accepts(self.folder)

    def url(self, database: str = postgres_part.DATABASE, user: str = postgres_part.OWNER) -> str:
        return postgres_part.url(self.folder, self.password, database=database, user=user)

    def prepare(self) -> None:
        password_file = self.folder / "password"
        password_file.write_text(f"{self.password}\n")
        password_file.chmod(0o600)
        give_away(self.folder)
        postgres_part.prepare(
            self.folder / "data", socket_folder=self.folder, password_file=password_file, prefix=_prefix()
        )

    def create_database(self, name: str, template: str) -> str:
        """A fresh database, a copy of `template`; gives its URL."""
        with psycopg.connect(self.url("postgres", "postgres"), autocommit=True) as connection:
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {} STRATEGY file_copy").format(
                    sql.Identifier(name), sql.Identifier(template), sql.Identifier(postgres_part.OWNER)
                )
            )
        return self.url(name)

    def drop_database(self, name: str) -> None:
        with psycopg.connect(self.url("postgres", "postgres"), autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


class ValkeyServer(Server):
    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.configuration_file = valkey_part.prepare(folder / "data", socket_folder=folder)
        give_away(folder)

    def command(self) -> list[str]:
        return valkey_part.command(self.configuration_file)

    def accepts(self) -> bool:
        return valkey_part.accepts(self.folder)

    def url(self) -> str:
        return valkey_part.url(self.folder)


class OriginServer(Server):
    """An S3 server with an empty bucket of the storefront's name, as the stack's is."""

    key = ("zerocart", "a secret of the tests")

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        origin_part.prepare(folder / "data", secrets_folder=folder, key=self.key, now=datetime.now(UTC))
        give_away(folder)

    def command(self) -> list[str]:
        settings = origin_part.environment(self.folder / "data", secrets_folder=self.folder, around={})
        words = ["env", *(f"{name}={value}" for name, value in settings.items())]
        folders = {"socket_folder": self.folder, "secrets_folder": self.folder}
        return [*words, *origin_part.command(self.folder / "data", **folders)]

    def accepts(self) -> bool:
        return origin_part.accepts(self.folder)

    @property
    def environment(self) -> dict[str, str]:
        """Where it is, and its key, in the words of AWS's own tools."""
        identity, secret = self.key
        return {
            "AWS_ENDPOINT_URL_S3": origin_part.endpoint(self.folder / "data"),
            "AWS_ACCESS_KEY_ID": identity,
            "AWS_SECRET_ACCESS_KEY": secret,
            "AWS_REGION": origin_part.REGION,
        }


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """The Postgres of this test process. Leave it running: see `own_postgres`."""
    server = PostgresServer(short_folder(), secrets.token_urlsafe(12))
    try:
        server.prepare()
        server.start()
        migrations.upgrade(server.create_database(server.template, "template0"))
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="module")
def database_url(postgres: PostgresServer) -> Iterator[str]:
    """DATABASE_URL of a fresh database with every migration, one for each test module."""
    name = f"test_{secrets.token_hex(6)}"
    yield postgres.create_database(name, postgres.template)
    postgres.drop_database(name)


@pytest.fixture(scope="module")
def own_postgres(postgres: PostgresServer) -> Iterator[PostgresServer]:
    """A Postgres with a migrated database `shop`, to kill and to freeze; running at the start of the module."""
    server = PostgresServer(short_folder(), secrets.token_urlsafe(12))
    try:
        server.prepare()
        server.start()
        migrations.upgrade(server.url())
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def valkey() -> Iterator[ValkeyServer]:
    """The Valkey of this test process. Leave it running: see `own_valkey`."""
    server = ValkeyServer(short_folder())
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture
def redis_url(valkey: ValkeyServer) -> str:
    """REDIS_URL of an empty Valkey."""
    import redis

    with redis.Redis.from_url(valkey.url()) as client:
        client.flushall()
    return valkey.url()


@pytest.fixture
def own_valkey() -> Iterator[ValkeyServer]:
    """An empty Valkey to kill and to freeze, running at the start of the test."""
    server = ValkeyServer(short_folder())
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="module")
def origin() -> Iterator[OriginServer]:
    """An S3 server, and nothing in it; one for each test module."""
    server = OriginServer(short_folder())
    try:
        server.start()
        yield server
    finally:
        server.stop()


def _prefix() -> list[str]:
    return privileges.drop_prefix(os.geteuid())


def short_folder() -> Path:
    """A new folder; a socket's path has about 100 bytes, and pytest's own folders are long."""
    return Path(tempfile.mkdtemp(prefix="zc-"))


def give_away(folder: Path) -> None:
    """Give a folder and all below to the id that runs the servers."""
    if os.geteuid() == 0:
        for path in [folder, *folder.rglob("*")]:
            os.chown(path, privileges.NOBODY_ID, privileges.NOBODY_ID)
